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

    /// Removes a file; one that is not there is no failure.
    public static func remove(_ path: String) { FileCalls.remove(path) }
}
