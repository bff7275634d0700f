import KernelTraces

extension KernelTraceError {
    /// What is wrong with the input, in words, with the place.
    var sentence: String {
        switch self {
        case .description(let name, let line, let problem):
            "format of \(name.isEmpty ? "an event" : name), line \(line): \(problem.words)"
        case .ringBuffer(let cpu, let offset, let problem):
            "ring buffer of CPU \(cpu), byte \(offset): \(problem.words)"
        case .container(let offset, let problem): "byte \(offset): \(problem.words)"
        }
    }
}

extension DescriptionProblem {
    fileprivate var words: String {
        switch self {
        case .tooLong: "too long"
        case .noName: "no name"
        case .noNumber: "no number (ID)"
        case .badField: "not a field"
        case .tooManyFields: "too many fields"
        case .missingField(let name): "\(name) is missing"
        case .sameNumber(let number): "another event has the number \(number)"
        }
    }
}

extension RingProblem {
    fileprivate var words: String {
        switch self {
        case .usedBytesTooLarge: "more used bytes than a sub-buffer has"
        case .eventTooLong: "an event reaches beyond its sub-buffer"
        case .eventTooShort: "an event is too short"
        case .unknownType: "an event of an unknown type"
        case .timeTooLarge: "a time beyond 63 bits"
        case .truncated: "the data ends within a sub-buffer"
        case .timeWentBackwards: "time goes back"
        }
    }
}

extension ContainerProblem {
    fileprivate var words: String {
        switch self {
        case .notTraceDat: "not a trace.dat file"
        case .unknownVersion: "a version of trace.dat other than 6 and 7"
        case .bigEndian: "recorded on a big-endian machine"
        case .truncated: "the file is cut off"
        case .tooLarge: "a size beyond all measure"
        case .unexpectedSection: "another part is expected here"
        case .badCompression: "a compressed part is damaged"
        case .unknownCompression(let method): "compressed with \(method), which is not supported"
        case .latencyText: "text of a latency tracer instead of events"
        case .circularSections: "sections refer to each other in a circle"
        case .unreadable: "cannot be read"
        case .noBuffer: "no ring buffer"
        }
    }
}
