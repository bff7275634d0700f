import PhysicalMemory

/// Other use of memory, given as inputs. Content lives in slots: a slot keeps its number while
/// relocation moves it from page to page.
extension Engine {
    mutating func carryOut(_ background: Input.Background, cause: UInt64) {
        if background.operation == .drain {
            drainZone(domain: background.domain, cause: cause)
            return
        }
        let first = Int(background.handle)
        contents.grow(to: first + background.pages)
        for slot in first..<(first + background.pages) {
            let page = contents.page(of: slot)
            if background.operation == .allocate {
                if page < 0 { fill(slot, background) }
            } else if page >= 0 {
                change(page, slot: slot, background.operation)
            }
        }
    }

    /// Gives a slot a page; without one it stays empty and its later operations do nothing.
    private mutating func fill(_ slot: Int, _ background: Input.Background) {
        let owner = Int32(slot)
        let domain = background.domain
        let page =
            switch background.kind {
            case .file: takePage(for: slot, kind: .file, background)
            case .anonymous: takePage(for: slot, kind: .anonymous, background)
            case .kernel:
                memory.allocatePage(domain, class: .normal, kind: .kernel, owner: owner)
            }
        guard let page else { return }
        contents.fill(slot, page: page)
        if background.flags & Input.Background.dirty != 0, background.kind != .kernel,
            memory.hasPageQueues
        {
            memory.setDirty(page, true)
        }
    }

    /// A page of a file or of anonymous memory, from the extent's reservation where the input asks
    /// for that and it can be had, else any page (`vm_page_alloc_domain_after`).
    private mutating func takePage(
        for slot: Int, kind: PageKind, _ background: Input.Background
    ) -> Int? {
        if background.flags & Input.Background.reserved != 0,
            let page = takeReservedPage(for: slot, kind: kind, domain: background.domain)
        {
            return page
        }
        return memory.allocateMovablePage(background.domain, kind: kind, owner: Int32(slot))
    }

    /// The page that the extent's reservation keeps for a slot. A reservation is made where the
    /// extent has no page yet (engine specification 4.7).
    private mutating func takeReservedPage(
        for slot: Int, kind: PageKind, domain: Int
    ) -> Int? {
        let extent = slot / ContentTable.extentSlots
        let offset = slot % ContentTable.extentSlots
        if let first = contents.reservation(extent: extent),
            memory.reservation(holding: first)?.object == Int32(extent)
        {
            return memory.populateReservation(
                at: first, offset: offset, class: .normal, kind: kind, owner: Int32(slot))
        }
        guard contents.filledSlots(extent: extent) == 0,
            let page = memory.makeReservation(
                in: domain, object: Int32(extent), offset: offset, class: .normal, kind: kind,
                owner: Int32(slot))
        else { return nil }
        contents.noteReservation(extent: extent, first: page - offset)
        return page
    }

    /// Only pages of files are wired and busied, so that the way back is known.
    private mutating func change(
        _ page: Int, slot: Int, _ operation: Input.Background.Operation
    ) {
        let kind = memory.kind(of: page)
        switch (operation, kind) {
        case (.free, _):
            memory.free(page)
            contents.clear(slot)
        case (.wire, .file): memory.wire(page)
        case (.unwire, .wiredObject): memory.unwire(page, to: .file)
        case (.busy, .file): memory.changeKind(of: page, to: .busy)
        case (.idle, .busy): memory.changeKind(of: page, to: .file)
        case (.touch, _) where memory.hasPageQueues && kind.hasObject:
            memory.setReferenced(page, true)
        default: break
        }
    }

    /// A relocation moved the content of a slot to another page.
    mutating func follow(moveTo page: Int) {
        let slot = Int(memory.owner(of: page))
        if slot >= 0 { contents.move(slot, to: page) }
    }
}
