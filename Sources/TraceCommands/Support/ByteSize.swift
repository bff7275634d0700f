import ArgumentParser

/// A number of bytes on the command line: a whole number and its unit, `64MiB`, `100MB`, `4096`.
struct ByteSize: ExpressibleByArgument {
    let bytes: Int64

    private static let units: [(name: String, bytes: Int64)] = [
        ("", 1), ("B", 1), ("KB", 1000), ("KiB", 1 << 10), ("MB", 1_000_000), ("MiB", 1 << 20),
        ("GB", 1_000_000_000), ("GiB", 1 << 30), ("TB", 1_000_000_000_000), ("TiB", 1 << 40),
    ]

    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        let name = argument.dropFirst(digits.count)
        guard let number = Int64(digits),
            let unit = Self.units.first(where: { $0.name == name })
        else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit.bytes)
        guard !overflow else { return nil }
        bytes = product
    }
}
