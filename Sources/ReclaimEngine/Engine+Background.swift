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
        let end = first + background.pages
        if slotPages.count < end {
            slotPages.append(contentsOf: repeatElement(-1, count: end - slotPages.count))
        }
        for slot in first..<end {
            let page = Int(slotPages[slot])
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
        let page =
            switch background.kind {
            case .file:
                memory.allocateMovablePage(background.domain, kind: .file, owner: owner)
            case .anonymous:
                memory.allocateMovablePage(background.domain, kind: .anonymous, owner: owner)
            case .kernel:
                memory.allocatePage(
                    background.domain, class: .normal, kind: .kernel, owner: owner)
            }
        if let page { slotPages[slot] = Int32(page) }
    }

    /// Only pages of files are wired and busied, so that the way back is known.
    private mutating func change(
        _ page: Int, slot: Int, _ operation: Input.Background.Operation
    ) {
        let kind = memory.kind(of: page)
        switch (operation, kind) {
        case (.free, _):
            memory.free(page)
            slotPages[slot] = -1
        case (.wire, .file): memory.wire(page)
        case (.unwire, .wiredObject): memory.unwire(page, to: .file)
        case (.busy, .file): memory.changeKind(of: page, to: .busy)
        case (.idle, .busy): memory.changeKind(of: page, to: .file)
        default: break
        }
    }

    /// A relocation moved the content of slots to other pages.
    mutating func follow(moveTo page: Int) {
        let slot = Int(memory.owner(of: page))
        if slot >= 0 { slotPages[slot] = Int32(page) }
    }
}
