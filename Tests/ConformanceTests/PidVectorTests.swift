import Testing

@testable import ReclaimEngine

/// The page daemon's controller against the recorded one.
struct PidVectorTests {
    @Test func everySampleIsTheRecordedOne() throws {
        var reader = try VectorReader("pid.txt.gz")
        var controller = PageoutController(targetPages: 1, hz: 1)
        var samples = 0
        while reader.advance() {
            switch reader.word(0) {
            case "end", "endcase": continue
            case "case": controller = try makeController(reader)
            default:
                try step(reader, &controller)
                samples += 1
            }
        }
        #expect(samples == 12000)
    }

    /// Every case was recorded with the divisors and the bound that a page daemon has.
    private func makeController(_ reader: VectorReader) throws -> PageoutController {
        let controller = PageoutController(
            setpointPages: try reader.named("setpoint"),
            intervalTicks: UInt32(try reader.named("interval")),
            boundPages: try reader.named("bound"),
            divisors: (
                try reader.named("kpd"), try reader.named("kid"), try reader.named("kdd")
            ))
        let standard = PageoutController(
            targetPages: try reader.named("setpoint"), hz: Int64(try reader.named("hz")))
        try reader.expect(controller, standard, "standard controller")
        return controller
    }

    private func step(_ reader: VectorReader, _ controller: inout PageoutController) throws {
        let output = controller.shortagePages(
            freePages: try reader.int(1), ticks: Int32(try reader.int(0)))
        let got = [
            output, controller.error, controller.oldError, controller.integral,
            controller.derivative, controller.outputSum,
        ]
        try reader.expect(try reader.ints(from: 3), got, "sample")
    }
}
