import ScenarioFiles
import TestRandomness
import Testing

/// Numbers and their units, both ways.
@Suite struct QuantityTests {
    @Test(arguments: [
        (QuantityKind.time, "1ns", Int64(1)), (.time, "0", 0), (.time, "1.5us", 1500),
        (.time, "0.000001ms", 1), (.time, "10 s", 10_000_000_000), (.time, "2min", 120_000_000_000),
        (.time, "24h", 86_400_000_000_000), (.time, "0.05h", 180_000_000_000),
        (.share, "12.5%", 125_000), (.share, "0.0001%", 1), (.share, "100%", 1_000_000),
        (.share, "7ppm", 7), (.share, "-3%", -30_000), (.pages, "64MiB", 16_384),
        (.pages, "1.5GiB", 393_216), (.pages, "12KiB", 3), (.pages, "8192B", 2),
        (.pages, "300pages", 300), (.pages, "2TiB", 1 << 29), (.pageRate, "100MiB/s", 25_600),
        (.pageRate, "3pages/s", 3), (.bitRate, "8Gb/s", 8_000_000_000),
        (.bitRate, "0.4Gb/s", 400_000_000), (.bitRate, "131072b/s", 131_072),
        (.bitRate, "1.5kb/s", 1500), (.bitRate, "1Tb/s", 1_000_000_000_000), (.number, "-42", -42),
        (.number, "9223372036854775807", Int64.max), (.number, "-9223372036854775808", Int64.min),
        (.number, "3.0", 3), (.onOff, "on", 1), (.onOff, "false", 0), (.shape, "ramp", 2),
    ])
    func aTextHasOneValue(kind: QuantityKind, text: String, value: Int64) throws {
        #expect(try kind.value(of: text, needsUnit: true) == value)
    }

    @Test(arguments: [
        (QuantityKind.time, "250"), (.share, "140000"), (.pages, "3"), (.pageRate, "25600"),
        (.bitRate, "131072"), (.number, "12"),
    ])
    func withoutAUnitItCountsWhatIsStored(kind: QuantityKind, text: String) throws {
        #expect(try kind.value(of: text, needsUnit: false) == Int64(text))
        if kind != .number {
            #expect(throws: QuantityError.self) { try kind.value(of: text, needsUnit: true) }
        }
    }

    @Test(arguments: [
        (QuantityKind.time, "0.5ns", "'0.5ns' is not a whole number of nanoseconds"),
        (.time, "10", "'10' has no unit, one of ns, us, ms, s, min, h"),
        (.time, "10S", "'S' is not one of the units ns, us, ms, s, min, h"),
        (.time, "ten s", "'ten s' is not a number"), (.time, "", "'' is not a number"),
        (.time, ".5s", "'.5s' is not a number"), (.time, "1.s", "'1.s' is not a number"),
        (.time, "--1s", "'--1s' is not a number"), (.time, "+1s", "'+1s' is not a number"),
        (.time, "1e3s", "'e3s' is not one of the units ns, us, ms, s, min, h"),
        (.time, "9223372036854775807s", "'9223372036854775807s' is too large"),
        (.number, "123456789012345678901", "'123456789012345678901' is too large"),
        (.share, "0.00001%", "'0.00001%' is not a whole number of millionths"),
        (.pages, "1KiB", "'1KiB' is not a whole number of pages of 4 KiB"),
        (.pages, "1GB", "'GB' is not one of the units B, KiB, pages, MiB, GiB, TiB"),
        (.bitRate, "8Gbit", "'Gbit' is not one of the units b/s, kb/s, Mb/s, Gb/s, Tb/s"),
        (.number, "5x", "'5x' is not a whole number"),
        (.number, "0.5", "'0.5' is not a whole number of 1"),
        (.onOff, "maybe", "'maybe' is not on or off"),
        (.shape, "sine", "'sine' is not one of constant, square, ramp, diurnal, burst, step"),
        (.shape, "2", "'2' is not one of constant, square, ramp, diurnal, burst, step"),
        (.number, "\u{1b}[31m", "'?[31m' is not a number"), (.time, "٣s", "'٣s' is not a number"),
    ])
    func whatIsWrongIsSaid(kind: QuantityKind, text: String, sentence: String) {
        do {
            let value = try kind.value(of: text, needsUnit: true)
            Issue.record("\(text) is \(value)")
        } catch {
            #expect("\(error)" == sentence)
        }
    }

    @Test(arguments: [
        (QuantityKind.time, Int64(90_000_000_000), "90s"), (.time, 1500, "1500ns"),
        (.time, 7_200_000_000_000, "2h"), (.time, 0, "0ns"), (.share, 77_000, "7.7%"),
        (.share, 1, "0.0001%"), (.share, -1_234_500, "-123.45%"), (.pages, 3000, "3000pages"),
        (.pages, 262_144, "1GiB"), (.pages, 0, "0pages"), (.bitRate, 8_000_000_000, "8Gb/s"),
        (.bitRate, 131_072, "131072b/s"), (.pageRate, 256, "1MiB/s"), (.onOff, 1, "on"),
        (.shape, 4, "burst"), (.number, -7, "-7"),
    ])
    func aValueHasOneText(kind: QuantityKind, value: Int64, text: String) {
        #expect(kind.text(of: value) == text)
    }

    @Test(arguments: TestSeeds.all)
    func whatIsWrittenIsRead(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let kinds: [QuantityKind] = [.number, .time, .share, .pages, .pageRate, .bitRate]
        for _ in 0..<2000 {
            let kind = random.choice(kinds)
            // All magnitudes alike, round numbers among them.
            var value = Int64(truncatingIfNeeded: random.bits()) >> Int64(random.below(63))
            if random.isOneIn(2) { value = value / 1_000_000 * 1_000_000 }
            let text = kind.text(of: value)
            #expect(try kind.value(of: text, needsUnit: true) == value, "seed \(seed): \(text)")
        }
    }
}
