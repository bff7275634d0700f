import Foundation
import Glibc
import Testing

/// What a run of the tool came to.
struct ToolResult {
    /// The standard output.
    let output: Data
    /// The standard error.
    let error: String
    /// The exit code; the negated number of the signal that ended the process.
    let status: Int32

    /// The standard output as text.
    var text: String { String(decoding: output, as: UTF8.self) }
    /// The lines of the standard output, without the empty end.
    var lines: [String] { text.split(separator: "\n").map(String.init) }
    /// The lines of the standard error, without the empty end.
    var errorLines: [String] { error.split(separator: "\n").map(String.init) }
}

/// The built tool, run as a process of its own.
enum Tool {
    /// Where the standard input comes from.
    enum Input {
        case nothing
        case file(String)
    }

    /// Why there is no tool to run.
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    /// The tool: `KTLS_TRACE_BINARY`, or what was built in release in a folder above this file.
    static func binary() throws -> String {
        let files = FileManager.default
        if let path = ProcessInfo.processInfo.environment["KTLS_TRACE_BINARY"] {
            guard files.isExecutableFile(atPath: path) else {
                throw Missing(description: "KTLS_TRACE_BINARY names no program: \(path)")
            }
            return path
        }
        var folder = URL(filePath: #filePath)
        while folder.path != "/" {
            folder = folder.deletingLastPathComponent()
            let path = folder.appending(path: ".build/release/ktls-trace").path
            if files.isExecutableFile(atPath: path) { return path }
        }
        throw Missing(
            description: """
                there is no built tool; run `swift build -c release --product ktls-trace` or set \
                KTLS_TRACE_BINARY
                """)
    }

    /// Runs the tool and waits for its end.
    static func run(
        _ arguments: [String], input: Input = .nothing, environment: [String: String] = [:],
        in folder: URL? = nil
    ) throws -> ToolResult {
        try start(
            binary(), arguments, input: input, environment: environment, in: folder
        ).result()
    }

    /// Runs a line of bash, in which `$TOOL` is the tool, and waits for its end.
    ///
    /// The status is that of the last command that failed.
    static func shell(
        _ line: String, environment: [String: String] = [:], in folder: URL? = nil
    ) throws -> ToolResult {
        var environment = environment
        environment["TOOL"] = try binary()
        return try start(
            "/bin/bash", ["-c", "set -o pipefail\n" + line], environment: environment, in: folder
        ).result()
    }

    /// What stands before a command of a shell so that permissions hold for it: the superuser may
    /// read and write everything. `nil` where the tool cannot be run as somebody else.
    static let unprivileged: String? = {
        if geteuid() != 0 { return "" }
        let prefix = "setpriv --reuid 65534 --regid 65534 --clear-groups "
        let isPossible = try? shell(prefix + "\"$TOOL\" --version")
        return isPossible?.status == 0 ? prefix : nil
    }()

    /// Starts a program and does not wait for its end.
    ///
    /// Standard output and error go to files: no pipe can fill up and stop it.
    static func start(
        _ program: String, _ arguments: [String], input: Input = .nothing,
        environment: [String: String] = [:], in folder: URL? = nil
    ) throws -> RunningTool {
        let streams = try Folder()
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = folder ?? streams.url
        process.environment = standardEnvironment.merging(environment) { $1 }
        switch input {
        case .nothing: process.standardInput = FileHandle.nullDevice
        case .file(let path):
            process.standardInput = try FileHandle(forReadingFrom: URL(filePath: path))
        }
        process.standardOutput = try streams.create("output")
        process.standardError = try streams.create("error")
        try withSignalsUnblocked { try process.run() }
        return RunningTool(process: process, streams: streams)
    }

    /// A process starts with the signal mask of the thread that starts it, and threads of a pool
    /// block all signals.
    private static func withSignalsUnblocked(_ body: () throws -> Void) rethrows {
        var none = sigset_t()
        var before = sigset_t()
        unsafe sigemptyset(&none)
        unsafe pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        try body()
    }

    /// What the tool may look at, and nothing of what the tests were started with.
    private static let standardEnvironment: [String: String] = {
        var environment = ["LC_ALL": "C", "SWIFT_BACKTRACE": "enable=no"]
        for name in ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH"] {
            environment[name] = ProcessInfo.processInfo.environment[name]
        }
        return environment
    }()
}

/// A process that was started.
struct RunningTool {
    let process: Process
    fileprivate let streams: Folder

    /// Length in bytes of the standard output so far.
    var outputBytes: Int {
        let values = try? streams.url.appending(path: "output").resourceValues(
            forKeys: [.fileSizeKey])
        return values?.fileSize ?? 0
    }

    /// Waits for the end.
    func result() throws -> ToolResult {
        process.waitUntilExit()
        let status = process.terminationStatus
        return ToolResult(
            output: try streams.read("output"),
            error: String(decoding: try streams.read("error"), as: UTF8.self),
            status: process.terminationReason == .exit ? status : -status)
    }
}
