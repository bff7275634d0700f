import Foundation
import Testing

/// The HTML report in a browser that is not ours.
@Suite(.serialized) struct HTMLReportTests {
    @Test(
        .enabled(if: Browser.isInstalled, "skipped: chromium is not installed"),
        arguments: ["alloc-thread", "reclaim-batch", "linux-d3"])
    func theBrowserShowsTheNumbersOfTheJSON(name: String) throws {
        let folder = try Folder()
        let trace = Fixtures.trace(name)
        expectFine(try folder.run("analyze", "--format", "html", "-o", "r.html", trace))
        let json = try JSON(
            try folder.run("analyze", "--format", "json", "--worst", "10", trace).output)
        let page = try Browser.open("r.html", in: folder)
        #expect(page.complaints == [])
        #expect(try page.root("data-script") == "ready")
        #expect(page.numbers.count > 100)
        page.expectNumbers(of: json)
        for headline in ["cpu.core_share_ppm", "failures.count", "wakeups.latency.n"] {
            #expect(page.numbers.contains { $0.path == headline }, "\(headline)")
        }
    }

    @Test(.enabled(if: Browser.isInstalled, "skipped: chromium is not installed"))
    func theKeyboardZooms() throws {
        let folder = try Folder()
        expectFine(
            try folder.run(
                "analyze", "--format", "html", "-o", "r.html", Fixtures.trace("linux-d3")))
        let script = """
            const root = document.documentElement, box = document.getElementById("timeline");
            const views = [root.dataset.view];
            const bars = () => box.querySelector("path.batch").getAttribute("d");
            const whole = bars();
            box.focus();
            for (const key of ["+", "+", "ArrowRight", "-", "ArrowLeft", "Home"]) {
              const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
              box.dispatchEvent(event);
              views.push(root.dataset.view + " " + event.defaultPrevented);
              if (key === "+") { root.dataset.drawn = String(bars() !== whole); }
            }
            root.dataset.views = views.join(";");
            const svg = box.querySelector("svg"), at = svg.getBoundingClientRect();
            const turn = () => {
              const event = new WheelEvent("wheel", { deltaY: -300, clientX: at.left + at.width / 2,
                clientY: at.top + 40, bubbles: true, cancelable: true });
              svg.dispatchEvent(event);
              return root.dataset.view + " " + event.defaultPrevented;
            };
            root.dataset.wheeled = turn();
            box.blur();
            root.dataset.scrolled = turn();
            const show = document.querySelector("button.show");
            root.dataset.chain = show.dataset.from + " " + show.dataset.to;
            show.click();
            root.dataset.chained = root.dataset.view;
            root.dataset.focused = String(document.activeElement === box);
            document.getElementById("theme").click();
            """
        let page = try Browser.open("r.html", in: folder, script: script)
        #expect(page.complaints == [])
        let text = try #require(try page.root("data-views"))
        let views = text.split(separator: ";").map { view in
            view.split(separator: " ").prefix(2).map { Int64($0) ?? -1 }
        }
        #expect(views.count == 7 && !text.contains("false"))
        let lengths = views.map { $0[1] - $0[0] }
        #expect(lengths[0] > 1_000_000_000)
        #expect(abs(lengths[1] * 2 - lengths[0]) <= 4)
        #expect(abs(lengths[2] * 4 - lengths[0]) <= 8)
        #expect(views[3][0] > views[2][0] && abs(lengths[3] - lengths[2]) <= 2)
        #expect(abs(lengths[4] - lengths[1]) <= 4)
        #expect(views[5][0] < views[4][0])
        #expect(views[6] == views[0])
        #expect(try page.root("data-drawn") == "true")
        // The wheel zooms where the focus is; else the page scrolls and the view stays.
        let wheeled = try #require(try page.root("data-wheeled")).split(separator: " ")
        #expect(wheeled[2] == "true" && Int64(wheeled[1]) ?? 0 < views[0][1])
        let scrolled = try #require(try page.root("data-scrolled")).split(separator: " ")
        #expect(scrolled[2] == "false" && scrolled[0..<2] == wheeled[0..<2])
        // A chain is shown whole.
        let chain = try numbers(try page.root("data-chain"))
        let shown = try numbers(try page.root("data-chained"))
        #expect(shown[0] <= chain[0] && chain[1] <= shown[1])
        #expect(shown[1] - shown[0] <= 2 * (chain[1] - chain[0]) + 2)
        #expect(try page.root("data-focused") == "true")
        #expect(["light", "dark"].contains(try page.root("data-theme")))
    }

    private func numbers(_ text: String?) throws -> [Int64] {
        try #require(text).split(separator: " ").map { Int64($0) ?? -1 }
    }

    /// Names out of a trace that would be markup stay text.
    @Test(.enabled(if: Browser.isInstalled, "skipped: chromium is not installed"))
    func aHostileNameDoesNothing() throws {
        let folder = try Folder()
        let mark = "document.documentElement.dataset.hostile=1"
        let name = "</script><script>\(mark)</script><img src=x onerror=\(mark)><!--"
        let rows = try Tool.run([
            "dump", "--format", "ndjson", "--preamble", "none", Fixtures.trace("linux-d3"),
        ]).text
        #expect(rows.contains("kswapd0"))
        try folder.write("rows", rows.replacing("kswapd0", with: name))
        let file = "<img src=x onerror=\(mark)>.ktrace"
        expectFine(try folder.run("import", "--from", "ndjson", "rows", "-o", file))
        expectFine(try folder.run("analyze", "--format", "html", "-o", "r.html", file))
        let page = try Browser.open("r.html", in: folder)
        #expect(page.complaints == [])
        #expect(try page.root("data-script") == "ready")
        #expect(try page.root("data-hostile") == nil)
        #expect(!page.document.contains("<img"))
    }

    /// 64 domains, thousands of threads, routines and counters, names of 60 KB: the page stays
    /// small and works.
    @Test(.enabled(if: Browser.isInstalled, "skipped: chromium is not installed"))
    func aHostileTraceMakesAPageThatWorks() throws {
        let folder = try Folder()
        try folder.write("rows", Self.hostileRows)
        expectFine(try folder.run("import", "--from", "ndjson", "rows", "-o", "h.ktrace"))
        expectFine(
            try folder.run(
                "analyze", "h.ktrace", "--format", "html", "--worst", "1000", "-o", "r.html"))
        #expect(try folder.read("r.html").count < 2_000_000)
        let page = try Browser.open("r.html", in: folder)
        #expect(page.complaints == [])
        #expect(try page.root("data-script") == "ready")
        #expect(page.document.contains("too large for this page"))
        for domain in 0..<64 { #expect(page.document.contains(">domain \(domain)</text>")) }
    }

    private static var hostileRows: String {
        let long = (0..<20).map { String(repeating: ["&", "<", "'|", "x"][$0 % 4], count: 30_000) }
        func name(_ number: Int) -> String {
            number % 211 == 0 ? long[number / 211 % long.count] : "&<name \(number)>|'"
        }
        var rows = ""
        for thread in 0..<8_000 {
            rows +=
                #"{"time_ns":0,"kind":"thread_name","thread":\#(thread),"#
                + #""name":"\#(name(thread))","role":"reclaim"}"# + "\n"
        }
        for round in 0..<24_000 {
            let place = #""domain":\#(round / 8 % 64),"cpu":\#(round % 300)"#
            let thread = #""thread":\#(round % 8_000)"#
            let routine = name(round / 8 * 8 % 3_000)
            let parts = [
                #""alloc_fail","requester":"\#(name(round))","gfp":"\#(name(round / 3))""#,
                #""wake_send","target":\#((round + 1) % 8_000)"#, #""thread_run",\#(thread)"#,
                #""batch_begin","thread":\#(round / 8),"routine":"\#(routine)""#,
                #""batch_end","thread":\#(round / 8),"routine":"\#(routine)","result":"ok""#,
                #""wait_end",\#(thread),"ns":\#(round),"reason":"\#(name(round))""#,
                #""on_cpu",\#(thread),"ns":\#(round * 1_000)"#,
                #""sample","free_pages":\#(round),"blocks_0":\#(round)"#,
            ]
            rows +=
                #"{"time_ns":\#((round + 1) * 99_999_999_999),\#(place),"kind":"#
                + parts[round % 8] + "}\n"
        }
        return rows
    }

    @Test func theWorstChainsAreTenUnlessAsked() throws {
        let trace = Fixtures.trace("linux-d3")
        func chains(_ options: String...) throws -> Int {
            let result = try Tool.run(["analyze", "--format", "html", trace] + options)
            expectFine(result)
            return result.text.matches(of: /data-path="chains\.worst\.\d+\.length_ns"/).count
        }
        let all = try chains("--worst", "1000")
        #expect(try chains() == min(all, 10))
        #expect(try chains("--worst", "2") == 2)
        #expect(try chains("--worst", "0") == 0)
    }

    @Test(arguments: Fixtures.allTraces)
    func thePageIsSmallAndTheSameEachTime(name: String) throws {
        let arguments = ["analyze", "--format", "html", Fixtures.trace(name)]
        let first = try Tool.run(arguments)
        expectFine(first)
        #expect(first.output.count < 2_000_000)
        #expect(try Tool.run(arguments).output == first.output)
    }

    @Test func damageIsToldOnTop() throws {
        let path = Fixtures.corrupt.appending(path: "truncated-in-block.ktrace").path
        let result = try Tool.run(["analyze", "--format", "html", path])
        expectFine(result)
        #expect(result.text.contains("<li>Incomplete: the recording was cut off"))
    }
}
