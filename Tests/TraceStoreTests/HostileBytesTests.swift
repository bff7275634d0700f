import HostileTraces
import Testing
import TraceCore
import TraceFormat
import TraceStore

/// Files that somebody made to do harm, read in this process; CommandTests give them to the tool.
@Suite struct HostileBytesTests {
    /// What reading comes to; `nil` where the file cannot be opened.
    private static func outcome(_ bytes: [UInt8]) -> (outcome: HostileTrace.Outcome, error: String)
    {
        var events = 0
        do {
            let reader = try TraceReader(source: MemorySource(bytes))
            let completeness = try reader.readEvents { _, _ in events += 1 }
            switch completeness {
            case .complete: return (.good(events: events), "")
            case .incomplete: return (.cut(afterEvents: events), "")
            case .damaged(let error, _): return (.damaged(afterEvents: events), "\(error)")
            }
        } catch {
            return (.unreadable, "\(error)")
        }
    }

    private static func isFoundDamaged(_ bytes: [UInt8]) -> Bool {
        guard let report = try? TraceVerifier.verify(MemorySource(bytes)),
            case .damaged = report.completeness
        else { return false }
        return true
    }

    @Test func theyEndAsTheyShould() throws {
        let all = try HostileTrace.small()
        #expect(Set(all.map(\.name)).count == all.count)
        for hostile in all {
            let found = Self.outcome(hostile.bytes)
            // Whoever needs no snapshot may pass over a bad one.
            let expected = hostile.foundBy == .snapshots ? .cut(afterEvents: 0) : hostile.outcome
            #expect(found.outcome == expected, "\(hostile.name): \(found.error)")
            var mustBeFound = false
            if case .damaged = hostile.outcome { mustBeFound = true }
            #expect(Self.isFoundDamaged(hostile.bytes) == mustBeFound, "\(hostile.name)")
        }
    }
}
