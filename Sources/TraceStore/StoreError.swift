public import TraceFormat

/// Why a trace could not be written or read.
public enum StoreError: Error, Equatable, Sendable {
    /// There is no such file.
    case notFound(path: String)
    /// The path is a directory.
    case isDirectory(path: String)
    /// The file may not be read or written by this user.
    case permission(path: String)
    /// The file to write exists and overwriting was not asked for.
    case exists(path: String)
    /// A recording that was cut off has left its unfinished file, which is named.
    case partialLeft(path: String)
    /// Another process is writing the file.
    case beingWritten(path: String)
    /// The file cannot be created, for another reason that `errno` tells.
    case cannotCreate(path: String, errno: Int32)
    /// The disk, or the user's share of it, is full.
    case noSpace(path: String, offset: Int64)
    /// A call to the system failed; `operation` is its name.
    case system(operation: String, path: String, errno: Int32, offset: Int64)
    /// The reader of the standard output or of a pipe has gone.
    case brokenPipe(path: String)
    /// The bytes of the file are not a trace that this code can read.
    case format(FormatError, path: String)
    /// What was to be recorded is beyond what a trace file can hold.
    case limit(field: String, value: UInt64, limit: UInt64)
    /// The compression library failed with an error number of its own.
    case compression(code: Int)
    /// The question needs a file in which reading can go back.
    case notSeekable(path: String)
}
