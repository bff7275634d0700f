/// What the first bytes of a file look like, for a hint when it is not what it was said to be.
enum ContentGuess {
    /// What obviously begins like this, in words.
    private static let beginnings: [(bytes: [UInt8], words: String)] = [
        ([0x5B, 0x2A, 0x4D, 0x18], "it looks like a trace of this tool, which needs no import"),
        (Array("# tracer:".utf8), "it looks like --from ftrace-text"),
        (Array("#ktls-trace ".utf8), "it looks like --from csv"),
        (Array("{\"e\":\"".utf8), "it looks like --from freebsd-dtrace"),
        (Array("{\"".utf8), "it looks like --from ndjson"),
        (Array("sequence,".utf8), "it looks like --from csv"),
        ([0x17, 0x08, 0x44], "it looks like --from trace.dat"),
        (Array("cpus=".utf8), "it looks like --from trace-cmd-report"),
        (Array("PERFILE2".utf8), "it looks like a perf.data file; perf script makes text of it"),
        ([0x1F, 0x8B], "it is compressed; gunzip -c makes it readable"),
        ([0xFD, 0x37, 0x7A], "it is compressed; xz -dc makes it readable"),
        ([0x28, 0xB5, 0x2F, 0xFD], "it is compressed; zstd -dc makes it readable"),
    ]

    /// The hint for a file that begins with some bytes, or `nil`.
    ///
    /// - Parameter form: how the file was read; it is not suggested again.
    static func hint(_ start: [UInt8], readAs form: ImportForm) -> String? {
        let found = beginnings.first { start.starts(with: $0.bytes) }
        guard let found, !found.words.hasSuffix("--from \(form.rawValue)") else { return nil }
        return found.words
    }
}
