import TraceStore

/// What the process ends with: the exit codes of the tool.
enum ExitStatus: Int32 {
    case fine = 0
    case internalFailure = 1
    case regression = 2
    case divergedOrDamaged = 3
    case refused = 5
    case noVerdict = 7
    case usage = 64
    case badData = 65
    case noInput = 66
    case cannotCreate = 73
    case inputOutput = 74
    case noPermission = 77
    case interrupted = 130
    case terminated = 143
}

/// The end of a command that is not fine: an exit code and one line that says why.
///
/// Without a line the output has already said it.
struct CommandFailure: Error {
    let status: ExitStatus
    let message: String?

    init(_ status: ExitStatus, _ message: String? = nil) {
        self.status = status
        self.message = message
    }
}

/// Runs `body`, turning a failure of the store into the end of the command.
///
/// - Parameter isOutput: the file is one that is being made, which decides the exit code of
///   failures to open it.
func reporting<Result: ~Copyable>(
    isOutput: Bool = false, _ body: () throws -> Result
) throws -> Result {
    do {
        return try body()
    } catch let error as StoreError {
        throw CommandFailure(error, isOutput: isOutput)
    }
}

extension CommandFailure {
    init(_ error: StoreError, isOutput: Bool) {
        func name(_ path: String) -> String {
            path != "-" ? path : isOutput ? "standard output" : "standard input"
        }
        switch error {
        case .notFound(let path):
            self.init(isOutput ? .cannotCreate : .noInput, "\(name(path)): no such file or folder")
        case .isDirectory(let path):
            self.init(isOutput ? .cannotCreate : .noInput, "\(name(path)): is a folder")
        case .permission(let path):
            self.init(isOutput ? .cannotCreate : .noPermission, "\(name(path)): permission denied")
        case .exists(let path):
            self.init(.cannotCreate, "\(name(path)): exists; --force overwrites it")
        case .partialLeft(let path):
            self.init(
                .cannotCreate,
                "\(name(path)): left by a recording that was cut off; recover or remove it, or use "
                    + "--force")
        case .beingWritten(let path):
            self.init(.cannotCreate, "\(name(path)): is being written by another process")
        case .cannotCreate(let path, let number):
            self.init(.cannotCreate, "\(name(path)): cannot create: \(SystemError.text(number))")
        case .noSpace(let path, let offset):
            self.init(.inputOutput, "\(name(path)): no space left after \(offset) bytes")
        case .system(let operation, let path, let number, let offset):
            self.init(
                .inputOutput,
                "\(name(path)): \(operation) at offset \(offset): \(SystemError.text(number))")
        case .brokenPipe: self.init(.fine)
        case .format(let error, let path):
            self.init(.badData, "\(name(path)): \(error.sentence)")
        case .limit(let field, let value, let limit):
            self.init(.badData, "\(field) is \(value), more than the \(limit) a trace can hold")
        case .compression(let code):
            self.init(.internalFailure, "zstd failed with code \(code)")
        case .notSeekable(let path):
            self.init(.usage, "\(name(path)): this needs a file, not a stream")
        }
    }
}
