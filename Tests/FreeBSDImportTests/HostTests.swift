import FreeBSDImport
import Testing
import TraceCore

/// Counts of a second, and what sysctl and vmstat print.
@Suite struct HostTests {
    private static func sum(_ name: String, _ count: Int64) -> String {
        "{\"e\":\"\(name)\",\"cpu\":1,\"n\":\(count)}\n"
    }

    private static func second(_ timeNs: Int64, _ sums: String) -> String {
        line("agg", timeNs, []) + sums
    }

    // MARK: Rates

    @Test func countsBecomeEventsSpreadOverTheirSecond() throws {
        let second: Int64 = 1_000_000_000
        let run = try ImportedText(
            header(0) + Self.second(second, Self.sum("agg.req", 4) + Self.sum("agg.ack", 2))
                + Self.second(2 * second, Self.sum("agg.req", 1) + Self.sum("agg.fbk", 1)))
        func times(_ kind: String) -> [String] {
            run.events(kind).map { $0.split(separator: " ")[1].description }
        }
        #expect(
            times("request") == [
                "t=125000000", "t=375000000", "t=625000000", "t=875000000", "t=1500000000",
            ])
        #expect(times("return") == ["t=250000000", "t=750000000"])
        #expect(times("fallback") == ["t=1500000000"])
        #expect(run.events("request").allSatisfy { $0.contains("cpu=1 cause=0 handle=-1") })
        #expect(
            run.events("counter").map { $0.split(separator: " ").suffix(2).joined(separator: " ") }
                == [
                    "name=dtrace.ktls_encrypt_record value=4",
                    "name=dtrace.ktls_free_mext_contig value=2",
                    "name=dtrace.ktls_encrypt_record value=5",
                    "name=dtrace.mb_free_mext_pgs value=1",
                ])
        #expect(run.result.rateEvents == 8)
        #expect(run.parameter("recording.fidelity") == "rate")
    }

    @Test func importsAreCountedAndNotSpread() throws {
        let run = try ImportedText(
            header(0) + Self.second(1_000_000_000, "{\"e\":\"agg.imp\",\"dom\":0,\"n\":9}\n"))
        #expect(run.events("import").isEmpty)
        #expect(run.events("counter").count == 1)
        #expect(run.parameter("recording.fidelity") == nil)
    }

    @Test func countsThatCannotBeSpreadStayCounts() throws {
        let second: Int64 = 1_000_000_000
        // Too many, in an interval that is too long, and in one that is not known.
        for text in [
            header(0) + Self.second(second, Self.sum("agg.req", 1_000_001)),
            header(0) + Self.second(61 * second, Self.sum("agg.req", 1_000_001)),
            Self.second(second, Self.sum("agg.req", 1_000_001)),
        ] {
            let run = try ImportedText(text)
            #expect(run.result.rateEvents == 0)
            #expect(run.result.countsWithoutEvents == 1_000_001)
            #expect(run.events("counter").first?.hasSuffix("value=1000001") == true)
        }
        let few = try ImportedText(
            header(0) + Self.second(second, Self.sum("agg.req", 11)),
            options: DtraceImportOptions(ratePerSecondMax: 10))
        #expect(few.result.countsWithoutEvents == 11)
        let most =
            header(0) + Self.second(second, Self.sum("agg.req", .max) + Self.sum("agg.req", .max))
        #expect(try ImportedText(most).result.countsWithoutEvents == .max - 1)
    }

    // MARK: Readings

    private static let readings = """
        kern.ostype: FreeBSD
        kern.osrelease: 14.1-RELEASE-p3
        hw.ncpu: 4
        hw.pagesize: 4096
        kern.ipc.tls.max_reclaim: 512
        kern.ipc.tls.domain1.wakeups: 12
        vm.domain.1.stats.free_count: 555
        vm.domain.1.pidctrl.error: -7
        vm.uma.ktls_buffers.stats.fails: 8
        vm.reserv.partpopq: 
        DOMAIN 1:

        FREE LIST 0:

          ORDER (SIZE)  |  NUMBER
                        |  POOL 0  |  POOL 1
        --            -- --      -- --      --
          12 ( 16384K)  |       1  |       2
           2 (    16K)  |       3  |       4

        FREE LIST 1:

           2 (    16K)  |      10  |       0
        DOMAIN 2:
           0 (     4K)  |       6
        ITEM                   SIZE  LIMIT     USED     FREE      REQ     FAIL SLEEP XDOMAIN
        ktls_buffers:         16384,      0,     120,       7,      93,   4,   0,   1

        """

    @Test func readingsBecomeCountersSamplesAndSettings() throws {
        let run = try ImportedText(
            header() + line("stat", 2_000, []) + Self.readings + line("smp", 3_000, []))
        let counters = run.events("counter").map {
            $0.replacing("counter t=1000 ", with: "").replacing("cpu=-1 cause=0 name=", with: "")
        }
        #expect(
            counters == [
                "domain=1 kern.ipc.tls.domain1.wakeups value=12",
                "domain=1 vm.domain.1.stats.free_count value=555",
                "domain=1 vm.domain.1.pidctrl.error value=-7",
                "domain=-1 vm.uma.ktls_buffers.stats.fails value=8",
                "domain=1 vm.phys_free.1.pool0.order2 value=13",
                "domain=1 vm.phys_free.1.pool0.order12 value=1",
                "domain=1 vm.phys_free.1.pool1.order2 value=4",
                "domain=1 vm.phys_free.1.pool1.order12 value=2",
                "domain=2 vm.phys_free.2.pool0.order0 value=6",
                "domain=-1 vmstat.ktls_buffers.size value=16384",
                "domain=-1 vmstat.ktls_buffers.limit value=0",
                "domain=-1 vmstat.ktls_buffers.used value=120",
                "domain=-1 vmstat.ktls_buffers.free value=7",
                "domain=-1 vmstat.ktls_buffers.req value=93",
                "domain=-1 vmstat.ktls_buffers.fail value=4",
                "domain=-1 vmstat.ktls_buffers.sleep value=0",
                "domain=-1 vmstat.ktls_buffers.xdomain value=1",
            ])
        let samples = run.events("sample")
        #expect(samples.count == 3)
        #expect(samples[0].contains("blocks_1=-1 blocks_2=17 blocks_3=-1"))
        #expect(samples[0].contains("blocks_12=3 zone_items=-1"))
        #expect(samples[1].contains("blocks_0=6 blocks_1=-1"))
        #expect(run.result.unreadLines.count == 0)
        #expect(run.parameter("host.kernel") == "FreeBSD 14.1-RELEASE-p3")
        #expect(run.parameter("host.sysctl.hw.ncpu") == "4")
        // What sysctl says of it stands over the script's first line.
        #expect(run.parameter("host.sysctl.kern.ipc.tls.max_reclaim") == "512")
    }

    @Test func readingsBeforeTheFirstLineAreOfItsTime() throws {
        let run = try ImportedText(Self.readings + header())
        #expect(run.events("counter").allSatisfy { $0.hasPrefix("counter t=0 ") })
        #expect(run.events("counter").count == 17)
    }

    @Test func theFirstValueOfASettingCounts() throws {
        let run = try ImportedText(
            header() + "kern.hz: 1000\n" + line("smp", 2_000, []) + "kern.hz: 100\n")
        #expect(run.parameter("host.sysctl.kern.hz") == "1000")
    }

    @Test func wrongRowsAreNoReadings() throws {
        for row in [
            "DOMAIN x:", "DOMAIN 1024:", "DOMAIN 1", "ktls_buffers: 1, x", "ktls_buffers:",
            ": 5", "no such thing: 5", "DOMAIN 0:\n  21 (  4K)  | 1", "DOMAIN 0:\n  1 (  4K)  | x",
            "DOMAIN 0:\n  1 (  4K)  | -1", "DOMAIN 0:\n  1 (  4K)  | 1099511627777",
            "DOMAIN 0:\n 1 (4K) |1|1|1|1|1|1|1|1|1",
        ] {
            let run = try ImportedText(header() + row + "\n")
            let isTable = row.hasPrefix("DOMAIN 0:")
            #expect(run.result.unreadLines.count == (isTable ? 0 : 1), "\(row)")
            #expect(run.events("counter").isEmpty, "\(row)")
        }
    }

    @Test func namesAreLimited() throws {
        var text = header()
        for number in 0..<5_000 { text += "vm.domain.0.x\(number): 1\n" }
        let run = try ImportedText(text)
        #expect(run.events("counter").count == 4_096)
    }
}
