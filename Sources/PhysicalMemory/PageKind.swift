/// What a physical page is used for at this moment (conformance vectors, section 6.1).
///
/// Raw values are part of the snapshot format and must not be renumbered.
public enum PageKind: UInt8, Sendable, CaseIterable {
    /// Inside a free block, as its head or as one of its tail pages (code `F`).
    case free = 0
    /// Free, but held back inside a reservation (code `U`).
    case reservedFree = 1
    /// Idle page of a file, on a page queue, valid: can be relocated (code `v`).
    case file = 2
    /// Idle page of anonymous memory, on a page queue, valid: can be relocated (code `s`).
    case anonymous = 3
    /// Idle object page without valid content: is freed instead of relocated (code `i`).
    case invalid = 4
    /// Idle object page that becomes wired at the moment it is unmapped (code `l`).
    case wiredWhenUnmapped = 5
    /// Object page on a queue, busy (code `b`).
    case busy = 6
    /// Object page on no page queue (code `q`).
    case unqueued = 7
    /// Page of an object with a memory attribute of its own (code `a`).
    case specialAttribute = 8
    /// Page of an object that is neither a file nor anonymous memory (code `d`).
    case otherObject = 9
    /// Wired object page (code `w`).
    case wiredObject = 10
    /// Wired without object: kernel data (code `W`).
    case kernel = 11
    /// Wired without object: one of the four pages of a kTLS buffer (code `W`).
    case buffer = 12
    /// Wired without object: a single page used instead of a buffer (code `W`).
    case fallback = 13
    /// Wired without object, use unknown (code `W`).
    case wired = 14
    /// No object, not wired, not free, for example in a per-CPU cache (code `x`).
    case inTransit = 15

    /// The one-letter code of the conformance vectors as an ASCII byte.
    ///
    /// The four kinds of wired pages without object share the code `W`.
    public var code: UInt8 {
        switch self {
        case .free: UInt8(ascii: "F")
        case .reservedFree: UInt8(ascii: "U")
        case .file: UInt8(ascii: "v")
        case .anonymous: UInt8(ascii: "s")
        case .invalid: UInt8(ascii: "i")
        case .wiredWhenUnmapped: UInt8(ascii: "l")
        case .busy: UInt8(ascii: "b")
        case .unqueued: UInt8(ascii: "q")
        case .specialAttribute: UInt8(ascii: "a")
        case .otherObject: UInt8(ascii: "d")
        case .wiredObject: UInt8(ascii: "w")
        case .kernel, .buffer, .fallback, .wired: UInt8(ascii: "W")
        case .inTransit: UInt8(ascii: "x")
        }
    }

    /// Is the page counted as free memory of its domain?
    public var isFree: Bool { rawValue <= PageKind.reservedFree.rawValue }

    /// Does the page belong to an object that may be moved to another page?
    public var isRelocatable: Bool {
        rawValue >= PageKind.file.rawValue && rawValue <= PageKind.wiredWhenUnmapped.rawValue
    }

    /// Does the page belong to an object?
    public var hasObject: Bool {
        rawValue >= PageKind.file.rawValue && rawValue <= PageKind.wiredObject.rawValue
    }

    /// Does the page stand on a page queue, where there are any?
    public var isQueued: Bool {
        rawValue >= PageKind.file.rawValue && rawValue <= PageKind.busy.rawValue
    }

    /// Is the page wired?
    public var isWired: Bool {
        rawValue >= PageKind.wiredObject.rawValue && rawValue <= PageKind.wired.rawValue
    }
}

/// The pool whose free lists hold a block (engine specification 4.6).
public enum FreePool: UInt8, Sendable, CaseIterable {
    /// Pages of objects, contiguous requests and reservations.
    case standard = 0
    /// Pages the kernel reaches through its direct map.
    case direct = 1
}

/// How deep an allocation may dig into the last free pages (engine specification 4.5).
public enum AllocationClass: UInt8, Sendable, CaseIterable {
    /// Leaves `reserved` pages untouched.
    case normal = 0
    /// May take the very last page.
    case interrupt = 1
    /// Leaves `interruptFreeMin` pages untouched.
    case system = 2

    /// The class with which the page daemon is served when it asks for this one: it must not
    /// wait for the pages that it is about to free (engine specification 4.5).
    public var forPageDaemon: AllocationClass { self == .normal ? .system : self }
}
