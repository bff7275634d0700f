import Foundation
import Testing

/// The first difference between a vector file and the model.
struct VectorMismatch: Error, CustomStringConvertible {
    var description: String
}

/// Reads a vector file line by line and remembers where it is.
struct VectorReader {
    let name: String
    private let bytes: [UInt8]
    private var position = 0
    private var lineStart = 0
    private(set) var line = 0
    private(set) var fields: [Range<Int>] = []

    init(_ name: String) throws {
        self.name = name
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Fixtures/vectors").standardizedFileURL
        let file = folder.appendingPathComponent(name)
        bytes =
            name.hasSuffix(".gz")
            ? try VectorReader.inflate(file.path)
            : [UInt8](try Data(contentsOf: file))
        guard !bytes.isEmpty else { throw VectorMismatch(description: "\(name): no content") }
    }

    private static func inflate(_ path: String) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw VectorMismatch(description: "\(path): gzip failed")
        }
        return [UInt8](data)
    }

    /// Goes to the next line that is neither empty nor a comment.
    mutating func advance() -> Bool {
        while position < bytes.count {
            lineStart = position
            line += 1
            fields.removeAll(keepingCapacity: true)
            var at = position
            while at < bytes.count && bytes[at] != 10 {
                if bytes[at] == 32 { at += 1; continue }
                let start = at
                while at < bytes.count && bytes[at] != 10 && bytes[at] != 32 { at += 1 }
                fields.append(start..<at)
            }
            position = at + 1
            if let first = fields.first, bytes[first.lowerBound] != 35 { return true }
        }
        return false
    }

    /// Makes the current line the next one again.
    mutating func retreat() {
        position = lineStart
        line -= 1
    }

    var count: Int { fields.count }

    func word(_ index: Int) -> String {
        guard index < fields.count else { return "" }
        return String(decoding: bytes[fields[index]], as: UTF8.self)
    }

    func bytes(_ index: Int) -> ArraySlice<UInt8> { bytes[fields[index]] }

    func int(_ index: Int) throws -> Int {
        guard index < fields.count else { throw mismatch("has no field \(index)") }
        var value = 0
        var isNegative = false
        for byte in bytes[fields[index]] {
            if byte == 45 { isNegative = true; continue }
            guard byte >= 48 && byte <= 57 else { throw mismatch("field \(index) is no number") }
            value = value * 10 + Int(byte - 48)
        }
        return isNegative ? -value : value
    }

    func uint(_ index: Int) throws -> UInt64 {
        guard let value = UInt64(word(index)) else { throw mismatch("field \(index)") }
        return value
    }

    func ints(from index: Int) throws -> [Int] {
        guard index < fields.count else { return [] }
        return try (index..<fields.count).map { try int($0) }
    }

    /// The value behind a name in a line of names and values.
    func named(_ name: String) throws -> Int {
        for index in fields.indices.dropLast() where word(index) == name {
            return try int(index + 1)
        }
        throw mismatch("no field named \(name)")
    }

    var text: String {
        guard let last = fields.last else { return "" }
        return String(decoding: bytes[lineStart..<last.upperBound], as: UTF8.self)
    }

    func mismatch(_ detail: String) -> VectorMismatch {
        var shown = text
        if shown.count > 300 { shown = String(shown.prefix(300)) + "..." }
        return VectorMismatch(description: "\(name):\(line): \(detail)\n  line: \(shown)")
    }

    func expect<T: Equatable>(_ expected: T, _ got: T, _ what: String) throws {
        if expected != got { throw mismatch("\(what): expected \(expected), got \(got)") }
    }

    func expectLine(_ got: String) throws {
        if text != got {
            throw mismatch("expected the line below, got:\n  got:  \(got.prefix(300))")
        }
    }
}
