/// The queue on which the page daemon finds an idle object page (engine specification 4.15).
public enum PageQueue: UInt8, Sendable, CaseIterable {
    /// On no queue.
    case none = 0
    /// Next to be evicted, oldest first.
    case inactive = 1
    /// In use; pages come to the inactive queue from here as they age.
    case active = 2
    /// To be written before it can be evicted.
    case laundry = 3
}

/// Both ends of one page queue; `noIndex` where it is empty.
struct PageQueueEnds: Sendable, Equatable {
    var head = noIndex
    var tail = noIndex
    var count = 0
}

/// Page queues: a page of a queued kind stands on exactly one of its domain's three queues.
///
/// Links are those of the free lists, because a page in a free block is on no queue. All
/// operations are O(1). Without ``startPageQueues()`` there are none and nothing is kept.
extension PhysicalMemory {
    // MARK: Reading

    /// The queue a page stands on; `.none` for every page while there are no queues.
    public func pageQueue(of page: PageNumber) -> PageQueue {
        PageQueue(rawValue: UInt8(words[flatIndex(page)].queueIndex)) ?? .none
    }

    /// Pages on a queue of a domain; 0 while there are no queues.
    ///
    /// Programmer error: the queue `none`.
    public func pageQueueLength(_ queue: PageQueue, domain: Int) -> Int {
        hasPageQueues ? pageQueues[pageQueueNumber(queue, domain)].count : 0
    }

    /// The page at the head of a queue, or `nil` if the queue is empty.
    ///
    /// Programmer error: the queue `none`, or there are no queues.
    public func firstPage(on queue: PageQueue, domain: Int) -> PageNumber? {
        let head = pageQueues[pageQueueNumber(queue, domain)].head
        return head == noIndex ? nil : pageNumber(Int(head))
    }

    /// All pages of a queue from its head to its tail.
    ///
    /// - Complexity: O(pages of the queue).
    public func pages(on queue: PageQueue, domain: Int) -> [PageNumber] {
        guard hasPageQueues else { return [] }
        var pages: [PageNumber] = []
        var index = pageQueues[pageQueueNumber(queue, domain)].head
        while index != noIndex {
            pages.append(pageNumber(Int(index)))
            index = links[Int(index)].next
        }
        return pages
    }

    /// Was the page used since the page daemon last looked?
    public func isReferenced(_ page: PageNumber) -> Bool { words[flatIndex(page)].isReferenced }

    /// Must the page be written before it can be evicted?
    public func isDirty(_ page: PageNumber) -> Bool { words[flatIndex(page)].isDirty }

    // MARK: Changing

    /// Moves a queued page to the tail of a queue, or to its head.
    ///
    /// Programmer error: the page stands on no queue, or the queue is `none`.
    public mutating func requeue(
        _ page: PageNumber, to queue: PageQueue, atHead: Bool = false
    ) {
        let segment = segmentOf(page: page)
        let index = page + segment.delta
        let word = words[index]
        precondition(word.queueIndex != 0, "Only a queued page can be moved to another queue.")
        unlinkPage(index, from: 3 * segment.domain + word.queueIndex - 1)
        linkPage(index, to: pageQueueNumber(queue, segment.domain), atHead: atHead)
        setWord(index, word.with(queueIndex: Int(queue.rawValue)))
    }

    /// Notes that an object page was used, or that the page daemon has seen it.
    ///
    /// Programmer error: the page has no object, or there are no queues.
    public mutating func setReferenced(_ page: PageNumber, _ isReferenced: Bool) {
        let index = flatIndex(page)
        precondition(
            hasPageQueues && words[index].kind.hasObject, "Only an object page is referenced.")
        setWord(index, words[index].with(referenced: isReferenced))
    }

    /// Notes that an object page was changed, or that it has been written.
    ///
    /// Programmer error: the page has no object, or there are no queues.
    public mutating func setDirty(_ page: PageNumber, _ isDirty: Bool) {
        let index = flatIndex(page)
        precondition(hasPageQueues && words[index].kind.hasObject, "Only an object page is dirty.")
        setWord(index, words[index].with(dirty: isDirty))
    }

    // MARK: Following the kind

    /// Gives a page a kind and an owner and puts it on the queue or takes it off.
    ///
    /// A page that gets a queued kind comes to the tail of the inactive queue; one that changes
    /// between queued kinds keeps its place. Content of anonymous memory is nowhere else, so it
    /// is dirty from the start.
    mutating func setKindAndQueue(_ index: Int, _ kind: PageKind, owner: Int32) {
        let old = words[index]
        var word = old.with(kind: kind)
        if !kind.hasObject {
            word = word.with(referenced: false).with(dirty: false)
        } else if kind == .anonymous && !old.kind.hasObject {
            word = word.with(dirty: true)
        }
        let number = old.queueIndex
        if number != 0 && !kind.isQueued {
            unlinkPage(index, from: 3 * segmentOf(index: index).domain + number - 1)
            word = word.with(queueIndex: 0)
        } else if number == 0 && kind.isQueued {
            linkPage(index, to: pageQueueNumber(.inactive, segmentOf(index: index).domain))
            word = word.with(queueIndex: Int(PageQueue.inactive.rawValue))
        }
        setPage(index, word, owner: owner)
    }

    /// The page that content has moved to is as referenced and as dirty as the one it came from.
    mutating func copyMarks(from source: Int, to target: Int) {
        let marks = words[source]
        setWord(
            target,
            words[target].with(referenced: marks.isReferenced).with(dirty: marks.isDirty))
    }

    // MARK: Links

    /// Number of a queue among those of all domains.
    @inline(__always)
    func pageQueueNumber(_ queue: PageQueue, _ domain: Int) -> Int {
        precondition(queue != .none, "There is no queue of the pages on no queue.")
        return 3 * domain + Int(queue.rawValue) - 1
    }

    /// Contribution of two neighbours on a page queue to the digest; two edges count nothing.
    @inline(__always)
    func pageQueueLink(_ number: Int, _ before: UInt32, _ after: UInt32) -> UInt64 {
        if before == noIndex && after == noIndex { return 0 }
        // Far from the numbers of free lists and reservation queues.
        return DigestMix.link(-1_000_000 - number, before, after)
    }

    mutating func linkPage(_ index: Int, to number: Int, atHead: Bool = false) {
        let page = UInt32(truncatingIfNeeded: index)
        let before = atHead ? noIndex : pageQueues[number].tail
        let after = atHead ? pageQueues[number].head : noIndex
        links[index].previous = before
        links[index].next = after
        join(number, before, to: page)
        join(number, page, from: after)
        pageQueues[number].count += 1
        linkDigest =
            linkDigest &- pageQueueLink(number, before, after)
            &+ pageQueueLink(number, before, page) &+ pageQueueLink(number, page, after)
    }

    private mutating func unlinkPage(_ index: Int, from number: Int) {
        let page = UInt32(truncatingIfNeeded: index)
        let before = links[index].previous
        let after = links[index].next
        join(number, before, to: after)
        join(number, before, from: after)
        links[index].previous = noIndex
        links[index].next = noIndex
        pageQueues[number].count -= 1
        linkDigest =
            linkDigest &+ pageQueueLink(number, before, after)
            &- pageQueueLink(number, before, page) &- pageQueueLink(number, page, after)
    }

    /// Lets the page before a place, or the head of the queue, point to `page`.
    @inline(__always)
    private mutating func join(_ number: Int, _ before: UInt32, to page: UInt32) {
        if before == noIndex {
            pageQueues[number].head = page
        } else {
            links[Int(before)].next = page
        }
    }

    /// Lets the page behind a place, or the tail of the queue, point back to `page`.
    @inline(__always)
    private mutating func join(_ number: Int, _ page: UInt32, from after: UInt32) {
        if after == noIndex {
            pageQueues[number].tail = page
        } else {
            links[Int(after)].previous = page
        }
    }

    /// The part of the link digest that covers page queues, computed from scratch.
    func pageQueueDigestSum() -> UInt64 {
        var sum: UInt64 = 0
        for number in pageQueues.indices {
            var before = noIndex
            var page = pageQueues[number].head
            while page != noIndex {
                sum = sum &+ pageQueueLink(number, before, page)
                before = page
                page = links[Int(page)].next
            }
            sum = sum &+ pageQueueLink(number, before, noIndex)
        }
        return sum
    }
}
