"""Compares a report with the answers of `reference-answers.py` about the same recording.

usage: python3 reference.py REPORT REFERENCE
"""
import json
import re
import sys

# Answers that no report has, each with the reason.
NOT_IN_REPORTS = {
    "counts": "tracepoints of the text; the import's notes have them",
    "events": "tracepoints of the text",
    "first_ns": "time 0 of the trace",
    "fail_gfp": "the flags' names are the text's own",
    "offcpu_inside_stall": "states of the text; batches have their CPU time instead",
}
SERIES = (("n", 0), ("sum", 0), ("max", 1), ("p50", 20), ("p99", 1_000))


class Check:
    def __init__(self, report, answers):
        self.report, self.answers = report, answers
        self.compared, self.faults, self.seen = 0, [], set()
        self.numbers = {entry["name"]: entry["thread"] for entry in report["threads"]}

    def equal(self, name, ours, theirs):
        self.seen.add(name.split(" ")[0])
        self.compared += 1
        if ours != theirs:
            self.faults.append(f"{name}: report {ours}, reference {theirs}")

    def series(self, name, series, answer, unit=1):
        for key, least in SERIES:
            ours = series["n"] if key == "n" else series[key + "_ns"]
            if answer["n"] >= least and key == "n":
                self.equal(f"{name} {key}", ours, answer["n"])
            elif answer["n"] >= least:
                exact = answer[key] * unit
                # In bucket form a percentile is a bound.
                is_bound = not series["exact"] and key.startswith("p")
                is_near = is_bound and exact <= ours <= exact + exact // 1024
                self.equal(f"{name} {key}", exact if is_near else ours, exact)

    def run(self):
        report, answers = self.report, self.answers
        failures = report["failures"]
        self.equal("fail", {str(entry["number"]): entry["count"]
                            for entry in failures["by_order"]}, answers["fail"])
        names = {}
        for entry in failures["by_requester"]:
            name = re.sub(r"\d+$", "", entry["name"])
            names[name] = names.get(name, 0) + entry["count"]
        self.equal("fail_comm", names, answers["fail_comm"])
        self.equal("last_ns", report["window"]["end_ns"] + answers["first_ns"],
                   answers["last_ns"])
        self.threads()
        self.batches()
        self.totals()
        for entry in report["waits"]["by_reason"]:
            if entry["reason"].startswith("VMSCAN_THROTTLE"):
                self.series("throttled_usec", entry["duration"], answers["throttled_usec"], 1_000)
        if answers["throttled_usec"]["n"] == 0:
            self.seen.add("throttled_usec")
        left_out = set(answers) - self.seen - set(NOT_IN_REPORTS)
        self.faults += [f"{name}: not compared" for name in sorted(left_out)]

    def threads(self):
        cpu = {entry["thread"]: entry for entry in self.report["cpu"]["threads"]}
        woken = {entry["thread"]: entry for entry in self.report["wakeups"]["threads"]}
        for name, answer in self.answers["oncpu"].items():
            self.series(f"oncpu {name}", cpu[self.numbers[name]]["stretches"], answer)
        for name, answer in self.answers["wake_lat"].items():
            self.series(f"wake_lat {name}", woken[self.numbers[name]]["latency"], answer)
        for answer, key in (("spurious_wakings", "no_sleeper"),
                            ("switch_in_without_waking", "runs_without_wakeup")):
            self.equal(answer, {name: woken[number][key] for name, number in self.numbers.items()
                                if number in woken and woken[number][key]}, self.answers[answer])
        self.equal("missed_switch_in", {
            name: cpu[number]["missed_stretches"] for name, number in self.numbers.items()
            if number in cpu and cpu[number]["missed_stretches"]}, self.answers["missed_switch_in"])
        on = [name for name in self.answers["still_on_cpu_at_end"]
              if cpu[self.numbers[name]]["open_at_end_ns"] == 0]
        # A thread that came onto its CPU with the last event was there for no time.
        self.equal("still_on_cpu_at_end", len(on) <= 1, True)

    def batches(self):
        results, moved = {}, {mode: {"ok": 0, "failed": 0} for mode in ("daemon", "direct")}
        stray_ends = open_at_end = strays = 0
        for group in self.report["batches"]["groups"]:
            mode = group["mode"]
            if group["routine"] in ("compaction", "direct_reclaim"):
                stray_ends += group["ends_without_begin"] + group["open_at_begin"]
                open_at_end += group["open_at_end"]
            if group["routine"] == "compaction":
                strays += group["ends_without_begin"] + group["open_at_begin"]
                self.series(f"compact {mode}", group["duration"], self.answers["compact"][mode])
                for entry in group["results"]:
                    results[f"{mode}/{entry['name']}"] = entry["count"]
                moved[mode]["ok"] += group["moved"]["sum"] or 0
                moved[mode]["failed"] += group["failed_moves"]["sum"] or 0
            elif group["routine"] == "direct_reclaim":
                self.series("direct_reclaim", group["duration"], self.answers["direct_reclaim"])
                self.equal("direct_reclaim_pages", group["freed_pages"]["sum"],
                           self.answers["direct_reclaim_pages"])
        # The reference counts results of pairs, a report those of all ends.
        theirs = self.answers["compact_by_mode_status"]
        for name in sorted(results.keys() | theirs.keys()):
            surplus = results.get(name, 0) - theirs.get(name, 0)
            ours = theirs.get(name, 0) if 0 <= surplus <= strays else results.get(name, 0)
            strays -= max(0, min(surplus, strays))
            self.equal("compact_by_mode_status " + name, ours, theirs.get(name, 0))
        self.equal("compact_by_mode_status", strays, 0)
        self.equal("unpaired_end", stray_ends, self.answers["unpaired_end"])
        self.equal("unpaired_begin", open_at_end, self.answers["unpaired_begin"])
        for name in ("direct_reclaim", "direct_reclaim_pages"):
            if name not in self.seen:
                self.equal(name, self.answers["direct_reclaim"]["n"], 0)
                self.seen.add(name)
        for mode, sums in moved.items():
            for key, word in (("ok", "migrated"), ("failed", "failed")):
                sums[key] += self.counter(f"mm_compaction_migratepages/unbatched/{mode}/{word}")
        self.equal("migrated", moved, self.answers["migrated"])

    def counter(self, name):
        return next((entry["last"] for entry in self.report["totals"]["counters"]
                     if entry["name"] == name), 0)

    def totals(self):
        totals = self.report["totals"]
        inactive = {who: {"scanned": 0, "reclaimed": 0} for who in ("kswapd", "direct")}
        for entry in totals["pageout"]:
            who = "kswapd" if entry["mode"] == "daemon" else "direct"
            inactive[who] = {"scanned": entry["scanned_pages"]["sum"],
                             "reclaimed": entry["freed_pages"]["sum"]}
        self.equal("lru_inactive", inactive, self.answers["lru_inactive"])
        self.equal("direct_compact_calls", self.counter("mm_compaction_try_to_compact_pages"),
                   self.answers["direct_compact_calls"])
        orders = {}
        for name, count in self.answers["wakes_by_order"].items():
            tracepoint, order = name.split("/order=")
            if "_wakeup_" in tracepoint:
                orders[int(order)] = orders.get(int(order), 0) + count
            elif tracepoint == "mm_compaction_kcompactd_wake":
                self.equal("wakes_by_order kcompactd", self.counter(name), count)
        self.equal("wakes_by_order", {entry["number"]: entry["count"]
                                      for entry in totals["wake_requests_by_order"]}, orders)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        report = json.load(file)
    with open(sys.argv[2], encoding="utf-8") as file:
        answers = json.load(file)["trace_txt_full"]
    check = Check(report, answers)
    check.run()
    for fault in check.faults:
        print(fault)
    print(f"{sys.argv[2]}: {check.compared} figures compared, {len(check.faults)} differ")
    return 1 if check.faults else 0


if __name__ == "__main__":
    sys.exit(main())
