import Foundation
import Testing

@testable import TraceFormat

/// FORMAT.md says what the code does.
@Suite struct FormatDocumentTests {
    private struct Row {
        var section: String
        var cells: [String]
    }

    /// The rows of all tables, with the heading they stand under.
    private static func rows() throws -> [Row] {
        let path = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Docs/FORMAT.md")
        let text = try String(contentsOf: path, encoding: .utf8)
        var section = ""
        var rows: [Row] = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix("#") {
                section = line.drop { $0 == "#" || $0 == " " }.description
            } else if line.hasPrefix("|"), !line.hasPrefix("| ---") {
                let cells = line.dropFirst().dropLast().split(
                    separator: "|", omittingEmptySubsequences: false)
                rows.append(
                    Row(
                        section: section,
                        cells: cells.map { $0.trimmingCharacters(in: .whitespaces) }))
            }
        }
        return rows
    }

    @Test(arguments: [
        ("Record head", RecordHead.fieldOffsets, RecordHead.byteCount as Int?),
        ("HEADER, type 1", HeaderRecord.fieldOffsets, HeaderRecord.bodyByteCount),
        ("BLOCK, type 7", BlockLayout.fieldOffsets, nil),
        ("LOSS, type 8", LossRecord.fieldOffsets, LossRecord.bodyByteCount),
        ("INDEX, type 10", IndexEntry.fieldOffsets, IndexEntry.byteCount),
        ("FOOTER, type 11", FooterRecord.fieldOffsets, FooterRecord.bodyByteCount),
    ])
    func fieldsStandWhereTheDocumentSays(
        section: String, offsets: [String: Int], end: Int?
    ) throws {
        let rows = try Self.rows().filter { $0.section == section && Int($0.cells[0]) != nil }
        #expect(rows.count == offsets.count)
        var next = 0
        for row in rows {
            let offset = try #require(Int(row.cells[0]))
            #expect(offset == next, "\(section): \(row.cells[3])")
            #expect(offsets[row.cells[3]] == offset, "\(section): \(row.cells[3])")
            next = offset + (Int(row.cells[1]) ?? 0)
        }
        if let end { #expect(next == end) }
    }

    @Test func recordTypesAreTheOnesOfTheDocument() throws {
        let rows = try Self.rows().filter {
            $0.section == "Types of records" && Int($0.cells[0]) != nil
        }
        #expect(rows.count == RecordType.allCases.count)
        for row in rows {
            let type = try #require(RecordType(rawValue: UInt8(row.cells[0]) ?? 0))
            #expect("\(type)".uppercased() == row.cells[1])
        }
    }

    @Test func transformsAndStoragesAreTheOnesOfTheDocument() throws {
        for row in try Self.rows() where Int(row.cells[0]) != nil {
            let number = try #require(UInt8(row.cells[0]))
            if row.section == "Transforms" {
                #expect(ColumnTransform(rawValue: number).map { "\($0)" } == row.cells[1])
            } else if row.section == "Storage of a plane" {
                #expect(PlaneStorage(rawValue: number).map { "\($0)" } == row.cells[1])
            }
        }
        let sections = try Set(Self.rows().map(\.section))
        #expect(sections.isSuperset(of: ["Transforms", "Storage of a plane"]))
    }

    @Test func limitsAreTheOnesOfTheDocument() throws {
        let limits: [String: Int] = [
            "block events": FormatLimits.blockEvents, "block cells": FormatLimits.blockCells,
            "lane sections": FormatLimits.laneSections,
            "lane links": FormatLimits.laneLinks,
            "large section events": FormatLimits.largeSectionEvents,
            "block bytes": FormatLimits.blockBytes,
            "record body bytes": FormatLimits.recordBodyBytes, "kinds": FormatLimits.kinds,
            "columns": FormatLimits.columns, "labels": FormatLimits.labels,
            "name bytes": FormatLimits.nameBytes, "text bytes": FormatLimits.textBytes,
            "strings": FormatLimits.strings,
            "string table bytes": FormatLimits.stringTableBytes, "pairs": FormatLimits.pairs,
            "losses": FormatLimits.losses, "summary bytes": FormatLimits.summaryBytes,
            "snapshots": FormatLimits.snapshots,
            "snapshot bytes": FormatLimits.snapshotBytes,
            "snapshot chunk bytes": FormatLimits.snapshotChunkBytes,
            "index entries": FormatLimits.indexEntries,
            "skipped data bytes": FormatLimits.skippedDataBytes,
        ]
        let rows = try Self.rows().filter { $0.section == "Limits" && $0.cells[0] != "limit" }
        #expect(rows.count == limits.count)
        for row in rows {
            let value = Int(row.cells[1].filter(\.isNumber))
            #expect(limits[row.cells[0]] == value, "\(row.cells[0])")
        }
    }

    @Test func versionAndMagicAreTheOnesOfTheDocument() throws {
        let rows = try Self.rows().filter { $0.section == "Numbers" }
        func number(_ name: String) -> String? {
            rows.first { $0.cells[0] == name }?.cells[1]
        }
        let magic = FormatVersion.magic.map {
            String(Int($0) | 0x100, radix: 16).dropFirst().uppercased()
        }.joined(separator: " ")
        #expect(number("magic") == magic)
        #expect(
            number("frame magic") == "0x" + String(FormatVersion.frameMagic, radix: 16).uppercased()
        )
        #expect(number("major") == "\(FormatVersion.major)")
        #expect(number("minor") == "\(FormatVersion.minor)")
        #expect(number("footer record bytes") == "\(FooterRecord.recordByteCount)")
    }
}
