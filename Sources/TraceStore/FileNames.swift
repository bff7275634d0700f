import Glibc

/// Names of files: what is there, and what goes.
public enum FileNames {
    /// The names in the folder of a path, ascending; empty where it cannot be read.
    ///
    /// - Complexity: O(n log n).
    public static func beside(_ path: String) -> [String] {
        FileCalls.names(in: folder(path)).sorted()
    }

    /// The names in a folder, ascending; `nil` for a path that is no folder.
    ///
    /// - Complexity: O(n log n).
    public static func inFolder(_ path: String) -> [String]? {
        guard case .success(.directory) = FileCalls.kind(path) else { return nil }
        return FileCalls.names(in: path).sorted()
    }

    /// The folder of a path, as it is written there.
    public static func folder(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The path of a name in a folder.
    public static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }

    /// Makes a folder, and those it lies in, where they are not there.
    ///
    /// - Throws: `StoreError` where that is not possible.
    public static func makeFolder(_ path: String) throws(StoreError) {
        if case .success(.directory) = FileCalls.kind(path) { return }
        let parent = folder(path)
        if parent != path, parent != "." { try makeFolder(parent) }
        let made = FileCalls.makeFolder(path)
        if made < 0, made != -EEXIST { throw FileSink.creationError(path, -made) }
        guard case .success(.directory) = FileCalls.kind(path) else {
            throw .exists(path: path)
        }
    }

    /// Whether there is something of this name.
    public static func exists(_ path: String) -> Bool {
        if case .success = FileCalls.kind(path) { true } else { false }
    }

    /// Removes a file; one that is not there is no failure.
    public static func remove(_ path: String) { FileCalls.remove(path) }
}
