import Foundation

/// Files of the repository that tests read.
enum RepositoryFiles {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: root.appending(path: path)))
    }

    static func text(_ path: String) throws -> String {
        String(decoding: try bytes(path), as: UTF8.self)
    }

    static func write(_ path: String, _ text: String) throws {
        try Data(text.utf8).write(to: root.appending(path: path))
    }

    static var isUpdating: Bool {
        ProcessInfo.processInfo.environment["KTLS_TRACE_UPDATE_GOLDEN"] == "1"
    }
}
