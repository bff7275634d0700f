/// Why a file that describes or holds a kernel's events could not be read.
public enum KernelTraceError: Error, Equatable, Sendable {
    /// A `format`, `header_page` or `header_event` file; the first line is 1.
    case description(name: String, line: Int, problem: DescriptionProblem)
    /// The bytes of a CPU's ring buffer; the offset is that of the CPU's dump or of the file.
    case ringBuffer(cpu: Int32, offset: Int64, problem: RingProblem)
    /// The structure of a `trace.dat` file.
    case container(offset: Int64, problem: ContainerProblem)
}

/// What is wrong with a description of events.
public enum DescriptionProblem: Error, Equatable, Sendable {
    /// The text is longer than any kernel's.
    case tooLong
    /// A line that begins with `name:`, `ID:` or `print fmt:` is missing or empty.
    case noName, noNumber
    /// A line with `field:` lacks a part, or a number in it is out of range.
    case badField
    /// There are more fields than any kernel has.
    case tooManyFields
    /// A field that every reader needs is missing.
    case missingField(String)
    /// Two events have the same number.
    case sameNumber(Int)
}

/// What is wrong with a sub-buffer of a ring buffer.
public enum RingProblem: Error, Equatable, Sendable {
    /// The number of used bytes is larger than the sub-buffer.
    case usedBytesTooLarge
    /// An event reaches beyond the used bytes.
    case eventTooLong
    /// An event is too short to hold its number.
    case eventTooShort
    /// An event's header has a type that the kernel's description does not name.
    case unknownType
    /// The time does not fit in 63 bits.
    case timeTooLarge
    /// The data ends within a sub-buffer.
    case truncated
    /// An event lies before its predecessor by more than interrupts explain.
    case timeWentBackwards
}

/// What is wrong with a `trace.dat` file.
public enum ContainerProblem: Error, Equatable, Sendable {
    /// The first bytes are not those of such a file.
    case notTraceDat
    /// The version is neither 6 nor 7.
    case unknownVersion
    /// The numbers have the other byte order.
    case bigEndian
    /// Something reaches beyond the end of the file.
    case truncated
    /// A size is larger than what a reader should have to take.
    case tooLarge
    /// A section does not hold what its place in the file demands.
    case unexpectedSection
    /// A compressed section cannot be decompressed.
    case badCompression
    /// The data is compressed by a method that is not known.
    case unknownCompression(String)
    /// The file holds text of the latency tracer instead of binary data.
    case latencyText
    /// Sections refer to each other in a circle.
    case circularSections
    /// The file could not be read there.
    case unreadable
    /// The file holds no data of any CPU.
    case noBuffer
}
