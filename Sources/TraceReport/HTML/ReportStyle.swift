/// The style sheet of the HTML report.
///
/// Colors of activities are Okabe and Ito's, which color-blind readers tell apart; nothing is told
/// by color alone.
enum ReportStyle {
    static let text = #"""
        :root {
          color-scheme: light;
          --bg: #ffffff; --ink: #14171c; --muted: #5a6270; --line: #e2e5ea; --card: #f6f7f9;
          --accent: #0b5fa5; --warn-bg: #fff4e0; --warn: #7a4a00; --warn-line: #e69f00;
          --batch: #0072b2; --direct: #3f9fd6; --spin: #d55e00; --wait: #b88700; --fail: #b5487f;
          --cpu: #00805c;
          --heat: #084a8c; --s0: #0072b2; --s1: #d55e00; --s2: #00805c; --s3: #b5487f;
          --s4: #8a6500; --s5: #4a5260; --s6: #56409c;
        }
        :root[data-theme="dark"] {
          color-scheme: dark;
          --bg: #101317; --ink: #e8eaee; --muted: #9aa3b1; --line: #2b313a; --card: #181c22;
          --accent: #6cb6f2; --warn-bg: #2e2410; --warn: #ffd590; --warn-line: #e69f00;
          --batch: #4aa8e0; --direct: #8fd0f5; --spin: #f0803c; --wait: #e3b341; --fail: #e08ab8;
          --cpu: #33c49a; --heat: #74c0ff; --s0: #56b4e9; --s1: #f0803c; --s2: #33c49a; --s3: #e08ab8;
          --s4: #e3b341; --s5: #b4bcc8; --s6: #b09cf0;
        }
        @media (prefers-color-scheme: dark) {
          :root:not([data-theme="light"]) {
            color-scheme: dark;
            --bg: #101317; --ink: #e8eaee; --muted: #9aa3b1; --line: #2b313a; --card: #181c22;
            --accent: #6cb6f2; --warn-bg: #2e2410; --warn: #ffd590; --warn-line: #e69f00;
            --batch: #4aa8e0; --direct: #8fd0f5; --spin: #f0803c; --wait: #e3b341;
            --fail: #e08ab8; --cpu: #33c49a; --heat: #74c0ff; --s0: #56b4e9; --s1: #f0803c; --s2: #33c49a;
            --s3: #e08ab8; --s4: #e3b341; --s5: #b4bcc8; --s6: #b09cf0;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0; background: var(--bg); color: var(--ink);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
          font-variant-numeric: tabular-nums;
        }
        main, .page, footer { max-width: 1320px; margin: 0 auto; padding: 0 28px; }
        header.page { padding-top: 26px; display: flex; gap: 16px; align-items: flex-start; }
        header.page > div { flex: 1; min-width: 0; }
        h1 { font-size: 26px; line-height: 1.2; margin: 0; letter-spacing: -.01em;
          overflow-wrap: anywhere; font-weight: 650; }
        .tool { margin: 0 0 2px; color: var(--muted); font-size: 12px; letter-spacing: .06em;
          text-transform: uppercase; }
        h1 small { font-size: 16px; font-weight: 400; color: var(--muted); }
        p.kind { margin: 18px 0 0; font-size: 16px; font-weight: 550; overflow-wrap: anywhere; }
        .card .big .base { color: var(--muted); font-weight: 500; font-size: 24px; }
        .about { color: var(--muted); margin: 6px 0 0; overflow-wrap: anywhere; }
        .about b { color: var(--ink); font-weight: 500; }
        nav.contents { display: flex; flex-wrap: wrap; gap: 2px 18px; margin-top: 12px;
          font-size: 13.5px; }
        h2 { scroll-margin-top: 12px; font-size: 18px; margin: 40px 0 4px; letter-spacing: -.005em; font-weight: 650; }
        h3 { font-size: 14px; margin: 0 0 4px; font-weight: 600; }
        p.note { color: var(--muted); margin: 2px 0 10px; font-size: 13.5px; max-width: 130ch; }
        .warnings { margin: 18px 0 0; padding: 10px 16px; list-style: none;
          background: var(--warn-bg); color: var(--warn); border-left: 4px solid var(--warn-line);
          border-radius: 4px; }
        .warnings li::before { content: "\26A0\FE0E\00a0\00a0"; }
        .remarks { margin: 12px 0 0; padding: 0; list-style: none; display: flex; flex-wrap: wrap;
          gap: 6px; }
        .remarks li { border: 1px solid var(--line); border-radius: 99px; padding: 1px 10px;
          color: var(--muted); font-size: 12.5px; }
        .cards { display: grid; grid-template-columns: repeat(3, 1fr); gap: 14px;
          margin: 22px 0 0; }
        .card { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
          padding: 16px 18px 14px; min-width: 0; }
        .card h2 { margin: 0; font-size: 13.5px; font-weight: 600; color: var(--muted); }
        .card .big { font-size: 36px; line-height: 1.15; font-weight: 650; margin: 4px 0 6px;
          letter-spacing: -.02em; }
        .card .big small { font-size: 15px; font-weight: 500; color: var(--muted);
          letter-spacing: 0; }
        dl.facts { margin: 0; display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 13.5px; }
        dl.facts div { display: flex; gap: 6px; }
        dl.facts dt { color: var(--muted); }
        dl.facts dd { margin: 0; font-weight: 550; }
        .more { margin-top: 14px; padding: 10px 18px; border: 1px solid var(--line);
          border-radius: 10px; }
        .columns { display: grid; grid-template-columns: 1fr 1fr; gap: 22px 28px; }
        .columns > * { min-width: 0; }
        figure { margin: 6px 0 0; }
        figure h3 { margin-top: 8px; }
        .scroll { overflow-x: auto; }
        svg { display: block; width: 100%; height: auto; }
        svg text { fill: var(--muted); font-size: 11.5px; }
        svg text.strong { fill: var(--ink); font-weight: 600; font-size: 12px; }
        svg text.small { font-size: 9px; }
        svg .grid { stroke: var(--line); stroke-width: 1; shape-rendering: crispEdges; }
        svg .lane { fill: var(--card); }
        svg .frame { fill: none; stroke: var(--line); shape-rendering: crispEdges; }
        .batch { fill: var(--batch); } .direct { fill: var(--direct); }
        .spin { fill: var(--spin); } .wait { fill: var(--wait); } .fail { fill: var(--fail); }
        .cpu { fill: var(--cpu); }
        .gap { fill: var(--muted); }
        svg .faint { opacity: .45; }
        svg .heat { fill: var(--heat); shape-rendering: crispEdges; }
        svg .curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
        svg .band { opacity: .22; stroke: none; }
        svg .bar { fill: var(--fail); }
        .worse { fill: var(--spin); color: var(--spin); }
        .better { fill: var(--cpu); color: var(--cpu); }
        .even { fill: var(--s5); color: var(--ink); }
        .open { fill: var(--bg); stroke: var(--s5); stroke-width: 2; }
        .line-worse { stroke: var(--spin); } .line-better { stroke: var(--cpu); }
        .line-even { stroke: var(--s5); }
        svg tspan.worse, svg tspan.better { font-weight: 600; }
        .s0 { stroke: var(--s0); } .s1 { stroke: var(--s1); stroke-dasharray: 7 3; }
        .s2 { stroke: var(--s2); stroke-dasharray: 2 3; }
        .s3 { stroke: var(--s3); stroke-dasharray: 10 3 2 3; }
        .s4 { stroke: var(--s4); stroke-dasharray: 4 4; }
        .s5 { stroke: var(--s5); stroke-dasharray: 1 4; }
        .s6 { stroke: var(--s6); stroke-dasharray: 12 4; }
        .f0 { fill: var(--s0); } .f1 { fill: var(--s1); } .f2 { fill: var(--s2); }
        .f3 { fill: var(--s3); } .f4 { fill: var(--s4); } .f5 { fill: var(--s5); }
        .f6 { fill: var(--s6); }
        ul.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 4px 0 6px; padding: 0;
          list-style: none; font-size: 13px; color: var(--muted); }
        ul.legend svg { display: inline-block; width: 30px; height: 10px; vertical-align: middle;
          margin-right: 6px; }
        .timeline { border: 1px solid var(--line); border-radius: 10px; padding: 10px 12px 6px; }
        .timeline:focus-visible, button:focus-visible, summary:focus-visible,
        .scroll:focus-visible, a:focus-visible {
          outline: 3px solid var(--accent); outline-offset: 2px; }
        svg.wide { min-width: 640px; }
        .timeline svg { min-width: 760px; touch-action: pan-y; user-select: none; }
        .timeline.drag svg { cursor: grabbing; }
        .controls { display: flex; gap: 6px; align-items: center; flex-wrap: wrap;
          font-size: 13px; color: var(--muted); margin-bottom: 6px; }
        .controls output { margin-left: auto; color: var(--ink); }
        button { font: inherit; font-size: 13px; color: var(--ink); background: var(--card);
          border: 1px solid var(--line); border-radius: 6px; padding: 2px 10px; cursor: pointer;
          min-height: 28px; }
        button:hover { border-color: var(--accent); }
        button.show { min-height: 22px; padding: 0 8px; font-size: 12px; }
        kbd { font: 12px ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace;
          border: 1px solid var(--line); border-radius: 4px; padding: 0 5px;
          background: var(--card); }
        table { border-collapse: collapse; width: 100%; font-size: 13.5px; margin: 8px 0 4px; }
        caption { text-align: left; color: var(--muted); font-size: 13px; padding: 4px 0; }
        th, td { padding: 4px 10px; text-align: left; border-bottom: 1px solid var(--line);
          white-space: nowrap; }
        thead th { color: var(--muted); font-weight: 550; font-size: 12.5px;
          border-bottom: 1px solid var(--muted); }
        tbody th { font-weight: 550; overflow-wrap: break-word; white-space: normal; }
        td.text { white-space: normal; min-width: 22ch; overflow-wrap: break-word; }
        th small, td small { color: var(--muted); font-weight: 400; }
        th.n, td.n { text-align: right; }
        tbody tr:hover { background: var(--card); }
        td svg { width: 240px; height: 14px; }
        details { border-top: 1px solid var(--line); padding: 8px 0; }
        details:last-of-type { border-bottom: 1px solid var(--line); }
        summary { cursor: pointer; font-weight: 600; padding: 2px 0; }
        summary .hint { font-weight: 400; color: var(--muted); margin-left: 8px;
          font-size: 13px; }
        #tip { position: fixed; pointer-events: none; z-index: 9; background: var(--ink);
          color: var(--bg); font-size: 12.5px; line-height: 1.4; padding: 6px 10px;
          border-radius: 6px; max-width: 340px; white-space: pre-line; }
        #tip[hidden], [hidden] { display: none; }
        footer { color: var(--muted); font-size: 12.5px; padding-top: 26px; padding-bottom: 40px;
          overflow-wrap: anywhere; }
        a { color: var(--accent); }
        a.skip { position: absolute; left: -9999px; }
        a.skip:focus { left: 12px; top: 8px; background: var(--bg); padding: 4px 10px; }
        @media (max-width: 860px) {
          main, .page, footer { padding-left: 16px; padding-right: 16px; }
          .cards, .columns { grid-template-columns: 1fr; }
          .controls .keys { display: none; }
          h1 { font-size: 21px; }
          tbody th { min-width: 15ch; }
        }
        @media print { .controls, #theme, nav, button.show { display: none; } }
        """#
}
