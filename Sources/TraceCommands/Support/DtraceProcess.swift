import Glibc
import TraceStore

/// dtrace(1) at work on a script, with what it prints as an input.
struct DtraceProcess {
    /// What ends the script within a shell's command; no script has such a line.
    private static let scriptEnd = "KTLS-TRACE-SCRIPT-END"

    /// The program, `nil` on systems that FreeBSD's script is of no use to.
    ///
    /// `KTLS_TRACE_DTRACE` names another one, on any system.
    static var program: String? {
        if let program = Terminal.environment("KTLS_TRACE_DTRACE") { return program }
        #if os(FreeBSD)
        return "/usr/sbin/dtrace"
        #else
        return nil
        #endif
    }

    /// What it prints, also on its standard error.
    let output: LiveInput
    private let program: String
    private let number: pid_t

    /// Starts the program; from here on the standard input of this process is what it prints.
    init(program: String, script: String) throws {
        if Terminal.environment("KTLS_TRACE_DTRACE") == nil, geteuid() != 0 {
            throw CommandFailure(.noPermission, "\(program): only root can record with dtrace")
        }
        self.program = program
        var ends: [Int32] = [-1, -1]
        // The call fills both.
        guard unsafe pipe(&ends) == 0 else { throw Self.failure(program, errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer {
            close(ends[0])
            close(ends[1])
        }
        let command = "exec \"$0\" -s /dev/stdin <<'\(Self.scriptEnd)'\n\(script)\(Self.scriptEnd)"
        let result = Self.withOutput(to: ends[1]) {
            Self.spawn("/bin/sh", ["sh", "-c", command, program])
        }
        guard case .success(let number) = result else {
            if case .failure(let error) = result { throw Self.failure(program, error.value) }
            preconditionFailure("a result is a success or a failure")
        }
        self.number = number
        guard dup2(ends[0], 0) == 0 else { throw Self.failure(program, errno) }
        output = try reporting { try LiveInput(path: "-") }
    }

    /// Has it print what it still has to say, and end.
    ///
    /// - Returns: True.
    func interrupt() -> Bool {
        kill(number, SIGINT)
        return true
    }

    /// Waits for its end, once everything it printed was read.
    func finish() throws {
        var status: Int32 = 0
        // The call fills it.
        while unsafe waitpid(number, &status, 0) < 0 {
            guard errno == EINTR else { return }
        }
        guard status != 0 else { return }
        throw CommandFailure(.inputOutput, "\(program): ended with status \(status >> 8 & 0xFF)")
    }

    private struct SystemFailure: Error {
        let value: Int32
    }

    private static func failure(_ program: String, _ number: Int32) -> CommandFailure {
        CommandFailure(.inputOutput, "\(program): cannot start: \(SystemError.text(number))")
    }

    /// Has what `body` starts print to a descriptor.
    private static func withOutput<Result>(to descriptor: Int32, _ body: () -> Result) -> Result {
        let kept = [1, 2].map { (Int32($0), fcntl(Int32($0), F_DUPFD_CLOEXEC, 3)) }
        defer {
            for (number, copy) in kept where copy >= 0 {
                dup2(copy, number)
                close(copy)
            }
        }
        for (number, _) in kept { dup2(descriptor, number) }
        return body()
    }

    private static func spawn(
        _ path: String, _ arguments: [String]
    ) -> Result<pid_t, SystemFailure> {
        var number: pid_t = 0
        // Copies that live until the call is over, and a null behind them, as the call wants it.
        var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { unsafe words.forEach { unsafe free($0) } }
        #if os(FreeBSD)
        // No header declares the environment; null stands for it.
        let result = unsafe posix_spawn(&number, path, nil, nil, &words, nil)
        #else
        let result = unsafe posix_spawn(&number, path, nil, nil, &words, environ)
        #endif
        return result == 0 ? .success(number) : .failure(SystemFailure(value: result))
    }
}
