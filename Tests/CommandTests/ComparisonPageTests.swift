import Foundation
import Testing

/// `diff --format html` in a browser that is not ours.
@Suite(.serialized) struct ComparisonPageTests {
    /// Runs of six seeds a side, in folders `base` and `head`.
    private static func sides() throws -> Folder {
        let folder = try Folder()
        for (name, policy) in [("base", "reclaim-batch"), ("head", "reclaim-one")] {
            expectFine(try folder.shell("mkdir \(name)"))
            for seed in 1...8 {
                try folder.record("\(name)/\(seed).ktrace", "--policy", policy, "--seed", "\(seed)")
            }
        }
        return folder
    }

    private func page(_ folder: Folder, _ arguments: String...) throws -> Browser.Page {
        let html = try Tool.run(
            ["diff", "--format", "html", "--force", "-o", "r.html"] + arguments, in: folder.url)
        expectFine(html)
        let json = try Tool.run(["diff", "--format", "json"] + arguments, in: folder.url)
        let page = try Browser.open("r.html", in: folder)
        #expect(page.complaints == [])
        #expect(try page.root("data-script") == "ready")
        #expect(page.numbers.count > 100)
        page.expectNumbers(of: try JSON(json.output))
        #expect(try folder.read("r.html").count < 2_000_000)
        #expect(
            try Tool.run(["diff", "--format", "html"] + arguments, in: folder.url).output
                == folder.read("r.html"))
        return page
    }

    @Test(.enabled(if: Browser.isInstalled, "skipped: chromium is not installed"))
    func manyRunsHaveVerdictsAndIntervals() throws {
        let folder = try Self.sides()
        let page = try page(folder, "base", "head")
        let paths = Set(page.numbers.map(\.path))
        for key in ["base_mean", "head_mean", "change", "change_low", "change_high", "margin"] {
            #expect(paths.contains("verdicts.limits.0.\(key)"), "\(key)")
        }
        #expect(page.document.contains("Paired: 8 pairs"))
        #expect(page.document.contains("the interval lies beyond the margin, for the worse"))
        #expect(page.document.contains("Changes in margins"))
        // One picture of the shift for each latency, and no timeline of several runs.
        let shifts = page.document.matches(of: /data-path="shifts\.\d+\.distance_ns"/).count
        #expect(shifts >= 3)
        #expect(!page.document.contains("id=\"timeline\""))
        let unpaired = try self.page(folder, "base/1.ktrace", "head")
        #expect(unpaired.document.contains("Descriptive only"))
        let same = try self.page(folder, "base", "base")
        #expect(same.document.contains("Identical: both sides hold the same runs"))
        #expect(!same.document.contains("id=\"latencies\""))
    }

    /// Lanes of both sides stand under one another, and the keyboard zooms into both.
    @Test(.enabled(if: Browser.isInstalled, "skipped: chromium is not installed"))
    func oneRunEachHasASharedTimeline() throws {
        let folder = try Folder()
        let sides = ["alloc-thread", "reclaim-batch"].map(Fixtures.trace)
        let page = try page(folder, sides[0], sides[1])
        for id in ["d0-spin-base", "d0-batch-head", "d0-fail-base", "d0-fail-head"] {
            #expect(page.document.contains("id=\"\(id)\""), "\(id)")
        }
        #expect(page.document.contains("Free pages unusable for order 2"))
        let script = """
            const box = document.getElementById("timeline");
            const drawn = () => ["base", "head"].map(
              (side) => document.getElementById("d0-fail-" + side).getAttribute("d"));
            const whole = drawn();
            box.dispatchEvent(new KeyboardEvent("keydown", { key: "+", bubbles: true }));
            const zoomed = drawn();
            document.documentElement.dataset.drawn =
              String(zoomed[0] !== whole[0] && zoomed[1] !== whole[1]);
            const peaks = ["base", "head"].map(
              (side) => document.getElementById("d0-fail-" + side + "-peak").textContent);
            document.documentElement.dataset.peaks = String(peaks[0] === peaks[1]);
            document.getElementById("theme").click();
            """
        let zoomed = try Browser.open("r.html", in: folder, script: script)
        #expect(zoomed.complaints == [])
        #expect(try zoomed.root("data-drawn") == "true")
        #expect(try zoomed.root("data-peaks") == "true", "one scale for both sides")
        #expect(["light", "dark"].contains(try zoomed.root("data-theme")))
    }

    /// Names out of traces and thresholds that would be markup stay text.
    @Test(.enabled(if: Browser.isInstalled, "skipped: chromium is not installed"))
    func hostileNamesDoNothing() throws {
        let folder = try Folder()
        let mark = "document.documentElement.dataset.hostile=1"
        let name = "</script><script>\(mark)</script><img src=x onerror=\(mark)><!--"
        let rows = try Tool.run([
            "dump", "--format", "ndjson", "--preamble", "none", Fixtures.trace("linux-d3"),
        ]).text
        try folder.write("rows", rows.replacing("kswapd0", with: name))
        let file = "<img src=x onerror=\(mark)>.ktrace"
        expectFine(try folder.run("import", "--from", "ndjson", "rows", "-o", file))
        try folder.write(
            "limits.yaml",
            """
            name: '\(name)'
            limits:
              - {metric: '\(name)', relative: 5%, absolute: 1, better: lower, why: '\(name)'}
              - {metric: cpu.reclaim, relative: 5%, absolute: 1, better: lower, why: '\(name)'}
            """)
        let result = try folder.run(
            "diff", file, Fixtures.trace("linux-d3"), "--gate", "limits.yaml", "--format", "html",
            "-o", "r.html")
        #expect(result.status == 7, "\(result.error)")
        let page = try Browser.open("r.html", in: folder)
        #expect(page.complaints == [])
        #expect(try page.root("data-script") == "ready")
        #expect(try page.root("data-hostile") == nil)
        #expect(!page.document.contains("<img"))
    }
}
