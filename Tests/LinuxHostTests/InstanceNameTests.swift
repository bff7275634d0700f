import Testing

@testable import LinuxHost

@Suite struct InstanceNameTests {
    @Test func aNameIsReadAsItWasWritten() throws {
        let name = InstanceName(process: 812, startTicks: 1_560_000, namespace: 4_026_531_836)
        #expect(name.text == "ktls-trace.812.1560000.4026531836")
        #expect(InstanceName(name.text) == name)
    }

    @Test(arguments: [
        "", "ktls-trace", "ktls-trace.1", "ktls-trace.1.2", "ktls-trace.1.2.3.4", "mine.1.2.3",
        "ktls-trace.0.2.3", "ktls-trace.-1.2.3", "ktls-trace.1.-2.3", "ktls-trace.+1.2.3",
        "ktls-trace.01.2.3", "ktls-trace.1.2.x", "ktls-trace.99999999999.2.3", "ktls-trace.1..3",
        "Ktls-trace.1.2.3", "ktls-trace.1.2.3 ",
    ])
    func namesOfOthersAreLeftAlone(_ text: String) {
        #expect(InstanceName(text) == nil)
    }

    @Test func theStartOfAProcessIsFoundBehindAnyName() {
        let fields = "S 1 812 812 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 1560000 9 10"
        for name in ["bash", "a b", ") S 1 2", "((", ""] {
            #expect(InstanceName.startTicks("812 (\(name)) \(fields)") == 1_560_000)
        }
        #expect(InstanceName.startTicks("812 (bash) S 1") == nil)
        #expect(InstanceName.startTicks("") == nil)
    }

    @Test func theNumberOfANamespaceIsInItsLink() {
        #expect(InstanceName.namespace("pid:[4026531836]") == 4_026_531_836)
        for text in ["", "pid:[]", "pid:[x]", "net:[1]", "pid:[1", "pid:[-1]"] {
            #expect(InstanceName.namespace(text) == nil)
        }
    }
}

@Suite struct MountTableTests {
    @Test func ownMountsComeBeforeThoseOfDebugfs() {
        let text = """
            proc /proc proc rw 0 0
            nodev /sys/kernel/debug debugfs rw 0 0
            nodev /sys/kernel/tracing tracefs rw,nosuid 0 0
            nodev /mnt/with\\040blank tracefs rw 0 0
            """
        #expect(
            MountTable.tracefs(Array(text.utf8)) == [
                "/sys/kernel/tracing", "/mnt/with blank", "/sys/kernel/debug/tracing",
            ])
    }

    @Test(arguments: ["", "a", "a b", "a b c d", "tracefs tracefs"])
    func tablesWithoutItGiveNone(_ text: String) {
        #expect(MountTable.tracefs(Array(text.utf8)).isEmpty)
    }

    @Test func backslashesThatAreNoNumberStay() {
        #expect(MountTable.plain("/a\\134b") == "/a\\b")
        #expect(MountTable.plain("/a\\04") == "/a\\04")
        #expect(MountTable.plain("/a\\999") == "/a\\999")
        #expect(MountTable.plain("\\777") == "\\777")
    }
}

@Suite struct RingSizeTests {
    @Test func ringsAreSmallerWhereMemoryIsShort() {
        #expect(RingSize.standardBytes(cpus: 2, availableBytes: 22 << 30) == 4 << 20)
        #expect(RingSize.standardBytes(cpus: 256, availableBytes: 16 << 30) == 2 << 20)
        #expect(RingSize.standardBytes(cpus: 256, availableBytes: 0) == 64 << 10)
        #expect(RingSize.standardBytes(cpus: 2, availableBytes: nil) == 4 << 20)
        #expect(RingSize.standardBytes(cpus: 0, availableBytes: 1) == 4 << 20)
    }
}
