import RowSchemas
import Testing
import TraceCore
import YAMLTrees

/// What is refused in a schema file, and the line that says so.
@Suite struct SchemaFileTests {
    private static let good = """
        name: test
        row:
          bytes: 12
          fields:
            - {name: t, offset: 0, type: u64}
            - {name: k, offset: 8, type: u8}
        time: {field: t, unit: ns}
        select: k
        kinds:
          - when: 1
            name: one
            columns:
              - {name: a, field: k}
          - when: 2
            name: two
        """

    private static let changes: [(String, String, String)] = [
        ("name: test\n", "", "f:1:1: name: is missing"),
        ("bytes: 12", "bytes: 0", "f:3:10: row.bytes: 0 is out of range; allowed: 1 to 65536"),
        (
            "bytes: 12", "bytes: x",
            "f:3:10: row.bytes: not a whole number; allowed: 1 to 65536"
        ),
        (
            "bytes: 12", "size: 12",
            "f:3:3: row.size: unknown key; allowed: bytes, fields"
        ),
        (
            "offset: 8, type: u8", "offset: 8, type: u64",
            "f:6:25: row.fields.offset: 8 bytes from 8 on reach beyond the row; allowed: 0 to 4"
        ),
        (
            "offset: 8, type: u8", "offset: 12, type: u8",
            "f:6:25: row.fields.offset: 12 is out of range; allowed: 0 to 11"
        ),
        (
            "type: u8", "type: u7",
            "f:6:34: row.fields.type: 'u7' is not known; allowed: u8, u16, u32, u64, i8, i16, "
                + "i32, i64"
        ),
        ("{name: k,", "{name: t,", "f:6:14: row.fields.name: a second field of this name"),
        (
            "time: {field: t, unit: ns}", "time: {field: x, unit: ns}",
            "f:7:15: time.field: there is no field 'x'; allowed: t, k"
        ),
        ("unit: ns", "unit: h", "f:7:24: time.unit: 'h' is not known; allowed: ns, us, ms, s"),
        (
            "unit: ns", "unit: ns, hertz: 5",
            "f:7:35: time.hertz: contradicts unit; allowed: one of the two"
        ),
        ("unit: ns", "clock: mono", "f:7:7: time.unit: is missing"),
        (
            "unit: ns", "unit: ns, origin: last",
            "f:7:36: time.origin: not a whole number; allowed: -9223372036854775808 to "
                + "9223372036854775807"
        ),
        (
            "select: k\n", "",
            "f:9:11: kinds.when: there is no select that could tell this"
        ),
        ("when: 2", "when: 1", "f:14:11: kinds.when: 1 is another kind's already"),
        ("when: 2", "when: [2, 2]", "f:14:11: kinds.when: 2 is there more than once"),
        (
            "when: 2", "when: two",
            "f:14:11: kinds.when: not a whole number; allowed: "
                + "-9223372036854775808 to 9223372036854775807"
        ),
        ("name: two", "name: one", "f:15:11: kinds.name: a second kind of this name"),
        (
            "name: two", "name: two\n    number: 1001",
            "f:16:13: kinds.number: a second kind of number 1001"
        ),
        (
            "name: two", "name: two\n    lane: slow",
            "f:16:11: kinds.lane: 'slow' is not known; allowed: control, data"
        ),
        (
            "field: k}", "field: x}",
            "f:13:26: kinds.columns.field: there is no field 'x'; allowed: t, k"
        ),
        (
            "field: k}", "fiels: k}",
            "f:13:19: kinds.columns.fiels: unknown key, did you mean field?; allowed: name, "
                + "field, value, type, unit, labels, texts"
        ),
        (
            "field: k}", "type: bits}",
            "f:13:16: kinds.columns.name: needs a field, or a value that is the same for all rows"
        ),
        (
            "field: k}", "field: k, value: 3}",
            "f:13:16: kinds.columns.name: needs a field, or a value that is the same for all rows"
        ),
        (
            "field: k}", "value: b, labels: [x, y]}",
            "f:13:26: kinds.columns.value: 'b' is not one of its labels; allowed: x, y"
        ),
        (
            "field: k}", "field: k, type: bits, texts: [x]}",
            "f:13:48: kinds.columns.texts: only columns of type text have texts"
        ),
        (
            "field: k}", "field: k, type: label}",
            "f:13:35: kinds.columns.type: a column of type label needs labels"
        ),
        (
            "field: k}", "field: k, unit: miles}",
            "f:13:35: kinds.columns.unit: 'miles' is not known; allowed: none, ns, pages, bytes, count, ticks, order, id"
        ),
        (
            "kinds:", "kinds: 5\nother:",
            "f:10:1: other: unknown key; allowed: name, summary, row, time, domain, cpu, select, kinds"
        ),
        (
            "select: k", "select: k\ndomain: -2",
            "f:9:9: domain: -2 is out of range; allowed: -1 to 2147483647"
        ),
        ("select: k", "select: k\ncpu: q", "f:9:6: cpu: there is no field 'q'; allowed: t, k"),
    ]

    @Test(arguments: changes)
    func whatIsWrong(part: String, with: String, sentence: String) throws {
        _ = try RowSchema(yaml: Array(Self.good.utf8))
        let text = Self.good.replacing(part, with: with, maxReplacements: 1)
        #expect(text != Self.good)
        do {
            _ = try RowSchema(yaml: Array(text.utf8))
            Issue.record("it is taken")
        } catch {
            #expect(error.sentence(file: "f") == sentence)
        }
    }

    @Test func whatComesWithTheTool() throws {
        #expect(RowSchema.all.map(\.name) == ["neutral-stream"])
        let neutral = try #require(RowSchema.named("neutral-stream"))
        #expect(neutral.rowBytes == 24)
        // Every kind means what a standard kind means.
        for kind in neutral.events.kinds {
            #expect(StandardSchema.schema.kind(named: kind.meaning) != nil)
        }
        #expect(RowSchema.named("other") == nil)
    }
}
