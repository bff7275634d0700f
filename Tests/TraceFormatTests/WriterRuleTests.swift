import Testing
import TraceCore
import TraceFormat

/// What the builder refuses as an error of the programmer.
@Suite struct WriterRuleTests {
    private static func builder() -> BlockBuilder {
        BlockBuilder(schema: StandardSchema.schema)
    }

    private static func append(
        _ builder: inout BlockBuilder, _ sequence: UInt64, _ time: Int64,
        kind: KindID = .spinBegin, cause: UInt64 = 0, _ values: [Int64] = [0]
    ) {
        _ = builder.append(
            EventHeader(sequence: sequence, timeNs: time, kind: kind, cause: cause), values.span)
    }

    @Test func sequenceNumbersThatDoNotRiseTrap() async {
        await #expect(processExitsWith: .failure) {
            var builder = WriterRuleTests.builder()
            WriterRuleTests.append(&builder, 5, 0)
            WriterRuleTests.append(&builder, 5, 0)
        }
    }

    @Test func timesThatGoBackTrap() async {
        await #expect(processExitsWith: .failure) {
            var builder = WriterRuleTests.builder()
            WriterRuleTests.append(&builder, 1, 10)
            WriterRuleTests.append(&builder, 2, 9)
        }
    }

    @Test func timesThatGoBackFromBlockToBlockTrap() async {
        await #expect(processExitsWith: .failure) {
            var builder = WriterRuleTests.builder()
            WriterRuleTests.append(&builder, 1, 10)
            builder.removeAll()
            WriterRuleTests.append(&builder, 2, 9)
        }
    }

    @Test func aWrongNumberOfValuesTraps() async {
        await #expect(processExitsWith: .failure) {
            var builder = WriterRuleTests.builder()
            WriterRuleTests.append(&builder, 1, 10, [1, 2])
        }
    }

    @Test func anUnknownKindTraps() async {
        await #expect(processExitsWith: .failure) {
            var builder = WriterRuleTests.builder()
            WriterRuleTests.append(&builder, 1, 10, kind: KindID(rawValue: 999))
        }
    }

    @Test func aCauseThatIsNotEarlierTraps() async {
        await #expect(processExitsWith: .failure) {
            var builder = WriterRuleTests.builder()
            WriterRuleTests.append(&builder, 3, 10, cause: 3)
        }
    }

    @Test func anEventLimitOutOfRangeTraps() async {
        await #expect(processExitsWith: .failure) {
            _ = BlockBuilder(schema: StandardSchema.schema, eventLimit: 65_537)
        }
    }
}
