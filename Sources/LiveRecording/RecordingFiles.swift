public import TraceStore

/// Makes, names and removes the files of one recording.
public final class RecordingFiles {
    /// Opens the file of a path for writing.
    public typealias Opening = (_ path: String, _ overwrites: Bool) throws(StoreError) -> CommitSink

    /// The path that was asked for.
    public let path: String
    /// The file that was opened last.
    public private(set) var current: (path: String, sink: CommitSink)?

    private let overwrites: Bool
    private let names: NumberedNames
    private let open: Opening
    private var nextDump = 1
    private var whole: [String] = []

    /// Takes the path that was asked for.
    public init(path: String, overwrites: Bool, open: @escaping Opening) {
        self.path = path
        self.overwrites = overwrites
        self.open = open
        names = NumberedNames(path)
    }

    /// Refuses a folder in which a recording of this name has left parts, unless they may go.
    ///
    /// - Throws: `StoreError.exists`.
    func requireNoParts() throws(StoreError) {
        guard !overwrites, let last = numbered().last else { return }
        throw .exists(path: last.path)
    }

    /// Opens the one file of a recording.
    func openSingle() throws(StoreError) -> CommitSink { try start(path) }

    /// Opens a numbered part.
    func openPart(_ number: Int) throws(StoreError) -> CommitSink {
        try start(names.path(number))
    }

    /// Opens the next dump whose name is free.
    func openDump() throws(StoreError) -> CommitSink {
        if !overwrites, nextDump == 1 { nextDump = (numbered().last?.number ?? 0) + 1 }
        while true {
            let number = nextDump
            nextDump += 1
            do {
                return try start(names.path(number))
            } catch {
                guard Self.isTaken(error), nextDump < Self.dumpLimit else { throw error }
            }
        }
    }

    private static let dumpLimit = 1_000_000

    private static func isTaken(_ error: StoreError) -> Bool {
        switch error {
        case .exists, .partialLeft, .beingWritten: true
        default: false
        }
    }

    /// Notes that the current file is whole, and removes whole ones beyond those to keep.
    func currentIsWhole(keep: Int?) {
        guard let current else { return }
        whole.append(current.path)
        guard let keep else { return }
        while whole.count > keep { FileNames.remove(whole.removeFirst()) }
    }

    private func start(
        _ path: String
    ) throws(StoreError) -> CommitSink {
        let sink = try open(path, overwrites)
        current = (path, sink)
        return sink
    }

    private func numbered() -> [(number: Int, path: String)] {
        let folder = FileNames.folder(path)
        let prefix = path.contains("/") ? (folder == "/" ? "/" : folder + "/") : ""
        return FileNames.beside(path)
            .compactMap { name in
                names.number(of: prefix + name).map { (number: $0, path: prefix + name) }
            }
            .sorted { $0.number < $1.number }
    }
}
