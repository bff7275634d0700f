import TraceStore
import YAMLTrees

/// A file of settings, as people write them.
enum SettingsFile {
    /// The bytes of a file; of one that is too large only so much that this is seen.
    static func read(_ path: String) throws(StoreError) -> [UInt8] {
        let source = try SourceFile.open(path)
        var bytes = [UInt8](repeating: 0, count: YAMLTree.byteLimit + 1)
        let count = try source.read(at: 0, into: &bytes, at: 0, count: bytes.count)
        return Array(bytes[..<count])
    }
}
