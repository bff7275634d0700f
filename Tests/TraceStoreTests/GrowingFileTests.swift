import Foundation
import Testing
import TraceStore
import TraceTestSupport

@Suite struct GrowingFileTests {
    private static func append(_ text: String, to path: String) throws(StoreError) -> Int64 {
        let file = try GrowingFile(path: path)
        try file.append(Array(text.utf8))
        return file.length
    }

    @Test func whatIsThereStays() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("log")
        #expect(try Self.append("one\n", to: path) == 0)
        #expect(try Self.append("", to: path) == 4)
        #expect(try Self.append("two\n", to: path) == 4)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "one\ntwo\n")
    }

    /// Two that are open at once write behind one another.
    @Test func everybodyAddsAtTheEnd() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("log")
        let one = try GrowingFile(path: path)
        let other = try GrowingFile(path: path)
        try one.append([97, 10])
        try other.append([98, 10])
        try one.append([99, 10])
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "a\nb\nc\n")
    }

    @Test func whatCannotBeWrittenIsTold() throws {
        let folder = try TemporaryFolder()
        #expect(throws: StoreError.isDirectory(path: folder.path)) {
            try Self.append("x", to: folder.path)
        }
        let missing = folder.file("none/log")
        #expect(throws: StoreError.cannotCreate(path: missing, errno: ENOENT)) {
            try Self.append("x", to: missing)
        }
        #expect(throws: StoreError.noSpace(path: "/dev/full", offset: 0)) {
            try Self.append("x", to: "/dev/full")
        }
        // The superuser may write everything.
        guard geteuid() != 0 else { return }
        let locked = folder.file("locked")
        _ = try Self.append("x", to: locked)
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: locked)
        #expect(throws: StoreError.permission(path: locked)) {
            try Self.append("x", to: locked)
        }
    }
}
