"""Made-up tables of events, imported, analyzed and compared.

usage: python3 fuzz.py TOOL FIRST COUNT

Works in the current folder. Every seed makes a table of its own: any kind at any time, ends
without begins, values that are not known, and a window or a filter. Prints the faults of each.
"""
import json
import random
import subprocess
import sys

from report import compared, parsed, read

THREADS = ("thread_run thread_sleep on_cpu batch_begin batch_pass batch_end batch_deferred"
           " spin_begin spin_end wait_begin wait_end wait_skip pageout thread_name").split()
KINDS = THREADS + ("alloc_fail alloc_fallback wake_request wake_send domain_level zone_trim"
                   " zone_bucket reservation_break sample counter set service"
                   " buffer_alloc").split()
COUNTERS = ["vm.uma.ktls_buffers.stats.fails", "vm.uma.ktls_buffers.stats.allocs",
            "kern.ipc.tls.domain0.wakeups", "kern.ipc.tls.domain1.reclaims",
            "kern.ipc.tls.domain0.running", "vm.domain.0.stats.free_count", "vm.reserv.broken",
            "other"]
# One that is not known.
MODES = ["daemon", "daemon", "daemon", "direct", "direct", 7]
TEXTS = {
    "alloc_fail": {"gfp": ["a", "GFP_A|__GFP_B", "__GFP_B|GFP_C", "__GFP_B", "x|M_NOWAIT"],
                   "requester": "xyz"}, "wake_request": {"target": "ab"},
    "wake_send": {"effect": ["woke"] * 4 + ["no_sleeper", "lost", "suppressed"]},
    "batch_pass": {"option": ["any", "no_reservations", "no_superpages"]},
    "batch_begin": {"routine": "aab", "mode": MODES},
    "batch_end": {"routine": "aab", "mode": MODES, "result": "ab"},
    "batch_deferred": {"reason": "ab"}, "wait_begin": {"reason": "ab"},
    "domain_level": {"level": ["min", "severe"]}, "pageout": {"mode": ["daemon", "direct"]},
    "zone_trim": {"why": ["idle", "pressure", "drain"]}, "reservation_break": {"why": "ab"},
    "counter": {"name": COUNTERS}, "set": {"name": "ab"}, "thread_name": {"name": "ab"},
}
NUMBERS = {
    "alloc_fail": ["order", "largest_order"], "alloc_fallback": ["order"],
    "wake_request": ["order"], "batch_pass": ["visits"], "batch_deferred": ["order"],
    "batch_end": "passes tried ok failed_busy failed_invalid failed_no_memory moved gained_blocks"
                 " phantom freed_pages scanned_pages nominal failed_moves".split(),
    "spin_end": ["iterations", "deficit"], "pageout": ["scanned", "freed", "shortage"],
    "zone_trim": ["buffers"], "reservation_break": ["populated"], "set": ["value"],
    "counter": ["value"],
    "sample": ["free_pages", "fallback_pages", "wakeups", "reclaims"]
              + [f"blocks_{order}" for order in range(13)],
}
UNKNOWN = {"gained_blocks", "phantom", "nominal", "moved", "fallback_pages", "populated",
           "blocks_3"}
SERVICE = "requests hits_cpu hits_list imports failed limited fallback small anonymous".split()


class Table:
    def __init__(self, seed):
        self.rng = rng = random.Random(seed)
        self.step = rng.choice([0, 3, 1_000, 1 << 20])
        self.cpus = rng.choice([3, 3, 40])
        self.domains, self.threads = rng.choice([1, 2, 4]), rng.choice([1, 2, 5])
        self.kinds = rng.sample(KINDS, rng.randint(1, 8)) if rng.random() < .5 else KINDS
        self.time, self.rows = 0, []
        for _ in range(rng.choice([1, 5, 30, 150, 400])):
            self.rows.append(self.row())
        self.options = self.chosen_options()

    def row(self):
        rng = self.rng
        if rng.random() < .8:
            self.time += rng.randrange(self.step + 1)
        kind = rng.choice(self.kinds)
        row = {"time_ns": self.time, "kind": kind}
        for column, count in (("domain", self.domains), ("cpu", self.cpus)):
            if rng.random() < .9:
                row[column] = rng.randrange(count)
        number = len(self.rows)
        if number and rng.random() < .5:
            row["cause"] = rng.randint(max(1, number - 6), number)
        if kind in THREADS or kind == "alloc_fail":
            row["thread"] = 100 + rng.randrange(self.threads)
        self.add_values(kind, row, number)
        return row

    def duration(self):
        return self.rng.choice([-1, -5, 1, 1 + self.rng.randrange(3 * self.step + 1),
                                1 + self.rng.randrange(10 * self.step + 1)])

    def add_values(self, kind, row, number):
        rng = self.rng
        for column, choices in TEXTS.get(kind, {}).items():
            row[column] = rng.choice(choices)
        for column in NUMBERS.get(kind, []):
            if column not in UNKNOWN or rng.random() < .7:
                row[column] = rng.randrange(60 if kind in ("sample", "batch_end") else 4)
        if kind == "wake_send":
            row["target"] = 100 + rng.randrange(self.threads)
        elif kind in ("on_cpu", "batch_pass"):
            row["ns"] = self.duration()
        elif kind in ("batch_end", "spin_end"):
            row["cpu_ns"] = self.duration()
        elif kind == "wait_end" and rng.random() < .5:
            row["ns"], row["reason"] = self.duration(), rng.choice("ab")
            row["woken_by"] = rng.randrange(3)
        elif kind == "domain_level":
            row["on"] = rng.random() < .5
        elif kind == "service":
            row |= {column: number + rng.randrange(5) for column in SERVICE}
        elif kind == "thread_name":
            row["role"] = "reclaim" if row["thread"] % 2 else "worker"

    def chosen_options(self):
        rng, options, begin = self.rng, [], 0
        if rng.random() < .4:
            begin = rng.randrange(self.time + 2)
            options += ["--begin", f"{begin}ns"]
        if rng.random() < .4:
            options += ["--end", f"{begin + 1 + rng.randrange(self.time + 2)}ns"]
        for share, option, value in (
                (.2, "--domain", rng.randrange(2)), (.2, "--thread", 100 + rng.randrange(2)),
                (.1, "--kind", rng.choice(self.kinds)), (.6, "--worst", 9),
                (.2, "--interval", f"{rng.choice([7, 1_000, 50_000])}ns")):
            if rng.random() < share:
                options += [option, str(value)]
        return options


def check(tool, table):
    with open("fuzz.in", "w", encoding="utf-8") as file:
        for row in table.rows:
            file.write(json.dumps(row) + "\n")
    for arguments in (
            ["import", "--from", "ndjson", "fuzz.in", "-o", "fuzz.ktrace"],
            ["dump", "fuzz.ktrace", "--format", "ndjson", "-o", "fuzz.ndjson"],
            ["analyze", "fuzz.ktrace", "--format", "json", "-o", "fuzz.json", *table.options]):
        subprocess.run([tool, *arguments, "--force"], check=True)
    trace = read(parsed(["fuzz.ndjson", *table.options]))
    with open("fuzz.json", encoding="utf-8") as file:
        return compared(trace, json.load(file)).faults


def main():
    tool, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    wrong = 0
    for seed in range(first, first + count):
        table = Table(seed)
        faults = check(tool, table)
        wrong += bool(faults)
        for fault in faults:
            print(f"seed {seed}, {len(table.rows)} events, {' '.join(table.options)}: {fault}")
    print(f"{count} tables, {wrong} with faults")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
