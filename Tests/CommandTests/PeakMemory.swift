import Foundation

/// A run of the tool with the most memory that it ever had resident.
struct MeasuredRun {
    let result: ToolResult
    /// Peak resident set in KiB, as `wait4` tells it.
    let peakKiB: Int

    /// A small process starts the tool and waits for it: what counts for a child includes what its
    /// parent had before, and this process has much.
    private static let script = """
        import os, sys
        child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
        _, status, usage = os.wait4(child, 0)
        with open(sys.argv[1], "w") as file: file.write(str(usage.ru_maxrss))
        sys.exit(os.waitstatus_to_exitcode(status) & 255)
        """

    /// Runs the tool and waits for its end.
    init(_ arguments: [String], input: Tool.Input = .nothing) throws {
        let folder = try Folder()
        let running = try Tool.start(
            "/usr/bin/env",
            ["python3", "-c", Self.script, folder.path("peak"), Tool.binary()] + arguments,
            input: input)
        result = try running.result()
        peakKiB = Int(String(decoding: try folder.read("peak"), as: UTF8.self)) ?? .max
    }
}
