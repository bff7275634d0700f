import EngineTestSupport
import PhysicalMemory
import ReclaimEngine
import Testing
import TraceCore

/// What a trace says about how it was made, read back.
struct SetupTests {
    private let host = PageMap.host((4096, 3), (8192, 2))

    private func setup() -> EngineSetup {
        var model = ModelParameters()
        for (number, field) in ModelParameters.fields.enumerated() {
            model[keyPath: field.path] = min(
                field.range.lowerBound + Int64(number), field.range.upperBound)
        }
        return EngineSetup(
            host: host, model: model, policy: .named("alloc-thread", ("max_alloc", 77)), detail: 2,
            durationNs: 12_345, memory: PageMap.fragmented(host))
    }

    private func parameters() -> ParameterList {
        var list = ParameterList()
        setup().write(to: &list)
        return list
    }

    @Test func everythingComesBack() throws {
        let back = try EngineSetup(parameters(), snapshot: setup().memory.encoded())
        #expect(back.host == host)
        #expect(back.model == setup().model)
        #expect(back.memory == setup().memory)
        #expect(back.detail == 2)
        #expect(back.durationNs == 12_345)
        var list = ParameterList()
        back.write(to: &list)
        #expect(list == parameters())
        #expect(list["policy.name"] == "alloc-thread")
        #expect(list["policy.kern.ipc.tls.max_alloc"] == "77")
    }

    @Test(
        arguments: [
            "scenario.domains", "scenario.domain1.pages", "scenario.domain0.cpus", "policy.name",
            "recording.detail", "recording.duration_ns",
        ])
    func aMissingPartIsNamed(name: String) {
        var list = parameters()
        list[name] = nil
        #expect(throws: SetupError.parameter(.missing(name: name))) {
            try EngineSetup(list, snapshot: setup().memory.encoded())
        }
    }

    @Test func everyModelNumberHasItsBounds() throws {
        for field in ModelParameters.fields {
            let name = "model." + field.name
            for bad in ["", "x", "1.5", String(field.range.lowerBound - 1)] {
                var list = parameters()
                list[name] = bad
                #expect(
                    throws: ParameterError.outOfRange(
                        name: name, value: bad, allowed: field.range)
                ) { try ModelParameters(list) }
            }
            if field.range.upperBound < Int64.max {
                var list = parameters()
                list.set(name, field.range.upperBound + 1)
                #expect(throws: ParameterError.self) { try ModelParameters(list) }
            }
            var list = parameters()
            list.set(name, field.range.upperBound)
            #expect(try ModelParameters(list)[keyPath: field.path] == field.range.upperBound)
        }
    }

    @Test func wrongPartsAreErrors() {
        let bytes = setup().memory.encoded()
        #expect(throws: SetupError.noSnapshot) {
            try EngineSetup(parameters(), snapshot: nil)
        }
        #expect(throws: SetupError.coding(.truncated(offset: 0))) {
            try EngineSetup(parameters(), snapshot: [])
        }
        var list = parameters()
        list["policy.name"] = "pages-or-so"
        #expect(throws: SetupError.parameter(.unknown(name: "policy pages-or-so"))) {
            try EngineSetup(list, snapshot: bytes)
        }
        list = parameters()
        list["policy.kern.ipc.tls.max_alloc"] = "0"
        #expect(throws: SetupError.self) { try EngineSetup(list, snapshot: bytes) }
        list = parameters()
        list.set("scenario.domain0.first_page", 65_540)
        #expect(throws: SetupError.engine(.hostDiffers)) {
            try EngineSetup(list, snapshot: bytes).makeEngine()
        }
    }

    @Test func anImpossibleMemoryIsAnError() {
        var memory = PageMap.fragmented(host)
        memory.counters[0] += 1
        #expect(throws: EngineError.self) {
            try Engine(
                host: host, memory: memory, model: .quiet, policy: .named("cache-only"), detail: 1)
        }
    }

    @Test func cpusAreNumberedThroughAllDomains() {
        #expect(host.cpuCount == 5)
        #expect(host.cpus(of: 0) == 0..<3)
        #expect(host.cpus(of: 1) == 3..<5)
        #expect(host.domainOfCpu == [0, 0, 0, 1, 1])
        #expect(host.segments.map(\.start) == [65_536, 69_632])
    }
}
