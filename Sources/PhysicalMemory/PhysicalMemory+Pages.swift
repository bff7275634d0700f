/// Page states and the way from page numbers to flat indices.
extension PhysicalMemory {
    /// Segment that holds the page.
    @inline(__always)
    func segmentOf(page: Int) -> SegmentLayout {
        var index = 0
        while index < layout.count {
            if page < layout[index].end {
                precondition(page >= layout[index].start, "The page lies in no segment.")
                return layout[index]
            }
            index += 1
        }
        preconditionFailure("The page lies behind the last segment.")
    }

    /// Segment that holds the page with this flat index.
    @inline(__always)
    func segmentOf(index: Int) -> SegmentLayout {
        var number = 0
        while index >= layout[number].flatEnd { number += 1 }
        return layout[number]
    }

    @inline(__always)
    func flatIndex(_ page: Int) -> Int { page + segmentOf(page: page).delta }

    @inline(__always)
    func pageNumber(_ index: Int) -> Int { index - segmentOf(index: index).delta }

    /// Flat index of the first existing page at or above `page`.
    func flatIndex(atOrAbove page: Int) -> Int {
        for segment in layout where page < segment.end {
            return max(page, segment.start) + segment.delta
        }
        return words.count
    }

    // MARK: Reading

    /// Kind of a page.
    public func kind(of page: PageNumber) -> PageKind { words[flatIndex(page)].kind }

    /// Pool of a page, also while it is not free.
    public func pool(of page: PageNumber) -> FreePool {
        words[flatIndex(page)].poolIndex == 0 ? .standard : .direct
    }

    /// Order of the free block this page is the head of, else `nil`.
    public func freeBlockOrder(at page: PageNumber) -> Int? {
        let order = words[flatIndex(page)].order
        return order == MemoryGeometry.noOrder ? nil : order
    }

    /// Slot number of the consumer for the content of this page, -1 for none.
    public func owner(of page: PageNumber) -> Int32 { links[flatIndex(page)].owner }

    /// Domain of a page.
    public func domain(of page: PageNumber) -> Int { segmentOf(page: page).domain }

    /// Does the page lie in a reservation?
    public func isInReservation(_ page: PageNumber) -> Bool {
        words[flatIndex(page)].isInReservation
    }

    // MARK: Changing

    /// Changes what an allocated page is used for: wired, unwired, busy, taken off its queue.
    ///
    /// Neither free lists nor free count change. Where there are page queues, the page leaves
    /// its queue or comes to the end of the inactive one, as its new kind asks.
    ///
    /// Programmer error: the page is free, the new kind is a free one, or a page inside a
    /// reservation is to lose its object.
    public mutating func changeKind(of page: PageNumber, to kind: PageKind) {
        let index = flatIndex(page)
        precondition(!words[index].kind.isFree, "A free page must be allocated first.")
        precondition(!kind.isFree, "A page becomes free by a release only.")
        precondition(
            kind.hasObject || !words[index].isInReservation,
            "An allocated page of a reservation always belongs to an object.")
        setKind(index, kind, owner: links[index].owner)
    }

    /// Wires an object page, as sendfile does with the pages it sends.
    ///
    /// Programmer error: the page belongs to no object.
    public mutating func wire(_ page: PageNumber) {
        precondition(kind(of: page).hasObject, "Only an object page can be wired.")
        changeKind(of: page, to: .wiredObject)
    }

    /// Takes the wiring of an object page back; it becomes a page of the kind `kind`.
    ///
    /// Programmer error: the page is not a wired object page, or `kind` has no object.
    public mutating func unwire(_ page: PageNumber, to kind: PageKind) {
        precondition(self.kind(of: page) == .wiredObject, "The page is not a wired object page.")
        precondition(kind.hasObject, "An unwired page still belongs to its object.")
        changeKind(of: page, to: kind)
    }

    /// Sets the consumer's slot number of an allocated page.
    ///
    /// Programmer error: the page is free.
    public mutating func setOwner(of page: PageNumber, to owner: Int32) {
        let index = flatIndex(page)
        precondition(!words[index].kind.isFree, "A free page has no owner.")
        setPage(index, words[index], owner: owner)
    }

    @inline(__always)
    mutating func setWord(_ index: Int, _ word: PageWord) {
        let old = words[index]
        if old == word { return }
        pageDigest =
            pageDigest &+ DigestMix.word(index, word) &- DigestMix.word(index, old)
        words[index] = word
    }

    @inline(__always)
    mutating func setPage(_ index: Int, _ word: PageWord, owner: Int32) {
        setWord(index, word)
        let old = links[index].owner
        if old == owner { return }
        pageDigest =
            pageDigest &+ DigestMix.owner(index, owner) &- DigestMix.owner(index, old)
        links[index].owner = owner
    }

    /// Gives `count` pages from the flat index `start` on a kind and an owner.
    mutating func setPages(_ start: Int, count: Int, kind: PageKind, owner: Int32) {
        for index in start..<start + count { setKind(index, kind, owner: owner) }
    }

    /// Gives a page a kind and an owner, and the place on a page queue that follows from it.
    @inline(__always)
    mutating func setKind(_ index: Int, _ kind: PageKind, owner: Int32) {
        if hasPageQueues {
            setKindAndQueue(index, kind, owner: owner)
        } else {
            setPage(index, words[index].with(kind: kind), owner: owner)
        }
    }

    mutating func setPool(_ start: Int, count: Int, poolIndex: Int) {
        for index in start..<start + count {
            setWord(index, words[index].with(poolIndex: poolIndex))
        }
    }

    mutating func setInReservation(_ start: Int, count: Int, _ isInside: Bool) {
        for index in start..<start + count {
            setWord(index, words[index].with(inReservation: isInside))
        }
    }
}
