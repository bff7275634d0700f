public import TraceCore

/// Something that reaches the system from outside; no input depends on what a policy did.
public struct Input: Sendable, Equatable {
    /// When, in nanoseconds since the start; never decreases from one input to the next.
    public var timeNs: Int64
    /// What.
    public var action: Action

    /// Makes an input.
    public init(timeNs: Int64, _ action: Action) {
        self.timeNs = timeNs
        self.action = action
    }

    /// What an input does.
    public enum Action: Sendable, Equatable {
        case request(Request)
        case background(Background)
        /// A setting changes: its name and its new value.
        case set(name: String, value: Int64)
    }

    /// A TLS record that reaches encryption.
    public struct Request: Sendable, Equatable {
        /// Names the record.
        public var handle: Int64
        /// The CPU whose worker encrypts it.
        public var cpu: Int
        /// Pages of the record.
        public var pages: Int
        /// Private data, encrypted in place: needs no buffer.
        public var anonymous: Bool
        /// Time from encryption to the acknowledgement that frees the buffer.
        public var lifetimeNs: Int64
        /// The CPU that frees it.
        public var freeCpu: Int

        /// Makes a request.
        public init(
            handle: Int64, cpu: Int, pages: Int, anonymous: Bool, lifetimeNs: Int64, freeCpu: Int
        ) {
            self.handle = handle
            self.cpu = cpu
            self.pages = pages
            self.anonymous = anonymous
            self.lifetimeNs = lifetimeNs
            self.freeCpu = freeCpu
        }
    }

    /// Other use of memory, page by page. `handle` is the number of the first of `pages` slots;
    /// a slot is one page's worth of content wherever it lies.
    public struct Background: Sendable, Equatable {
        /// What happens to the slots. The raw value is the label of the `operation` column.
        public enum Operation: Int64, Sendable, CaseIterable {
            case allocate = 0
            case free = 1
            case wire = 2
            case unwire = 3
            case busy = 4
            case idle = 5
            /// The zone gives its listed buffers back to the system; slots are not used.
            case drain = 6
            /// The content is used: the page daemon will find it referenced.
            case touch = 7
        }

        /// The kind of content. The raw value is the label of the `page_kind` column.
        public enum PageKind: Int64, Sendable, CaseIterable {
            case file = 0
            case anonymous = 1
            case kernel = 2
        }

        /// The domain it happens in.
        public var domain: Int
        /// What happens.
        public var operation: Operation
        /// First slot.
        public var handle: Int64
        /// Slots.
        public var pages: Int
        /// The kind of content, for `allocate`.
        public var kind: PageKind
        /// A sum of flags, for `allocate`.
        public var flags: Int64

        /// Flag: the pages come from reservations where possible.
        public static let reserved: Int64 = 1
        /// Flag: the content is not written anywhere yet.
        public static let dirty: Int64 = 2

        /// Makes a background input.
        public init(
            domain: Int, operation: Operation, handle: Int64 = 0, pages: Int = 0,
            kind: PageKind = .file, flags: Int64 = 0
        ) {
            self.domain = domain
            self.operation = operation
            self.handle = handle
            self.pages = pages
            self.kind = kind
            self.flags = flags
        }
    }
}

extension Input {
    /// The input that an event of role `input` stands for, or `nil` where its kind is not a
    /// standard input or a value is outside its bounds.
    ///
    /// - Parameters:
    ///   - event: the event.
    ///   - strings: the trace's strings.
    public init?(_ header: EventHeader, _ values: Span<Int64>, strings: [String]) {
        switch header.kind {
        case .request where values.count >= 5:
            guard values[1] >= 0, values[1] <= 4, values[3] >= 0, values[3] <= 1 << 62,
                header.timeNs <= 1 << 62, header.cpu >= 0,
                values[4] >= 0, values[4] < 1 << 20
            else { return nil }
            self.init(
                timeNs: header.timeNs,
                .request(
                    Request(
                        handle: values[0], cpu: Int(header.cpu), pages: Int(values[1]),
                        anonymous: values[2] != 0, lifetimeNs: values[3], freeCpu: Int(values[4]))))
        case .background where values.count >= 5:
            guard let operation = Background.Operation(rawValue: values[1]),
                let kind = Background.PageKind(rawValue: values[3]), header.domain >= 0,
                values[0] >= 0, values[0] < 1 << 31, values[2] >= 0, values[2] < 1 << 24,
                values[0] + values[2] <= 1 << 31,
                (0...(Background.reserved | Background.dirty)).contains(values[4])
            else { return nil }
            self.init(
                timeNs: header.timeNs,
                .background(
                    Background(
                        domain: Int(header.domain), operation: operation, handle: values[0],
                        pages: Int(values[2]), kind: kind, flags: values[4])))
        case .set where values.count >= 2:
            guard values[0] >= 0, values[0] < strings.count else { return nil }
            self.init(
                timeNs: header.timeNs, .set(name: strings[Int(values[0])], value: values[1]))
        default: return nil
        }
    }
}
