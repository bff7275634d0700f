#!/usr/bin/env python3
"""Holds a recording of this host against the kernel's own counters.

usage: sums.py TOOL TRACE RATE_LIMIT

Between the first and the last reading of /proc/vmstat in the trace, the sums over events must be
what the counters have grown by. Prints a line of figures; exits with 1 where something differs.
"""
import json
import subprocess
import sys

# What is added up, and the counters of /proc/vmstat that must have grown by it.
CHECKS = {
    "pages moved": ["pgmigrate_success"],
    "pages freed by kswapd": ["pgsteal_kswapd"],
    "rounds of kswapd": ["pageoutrun"],
}
MEMORY_MIB_MAX = 64
# These may have grown by a tenth more: the kernel counts a stall again when it goes over all memory once more, and some
# kernels record nothing of the first process's threads.
NEARLY = {
    "stalls in reclaim": ["allocstall_dma", "allocstall_dma32", "allocstall_normal", "allocstall_movable", "allocstall_device"],
    "pages freed by stalled threads": ["pgsteal_direct", "pgsteal_khugepaged", "pgsteal_proactive"],
}


def events(tool, trace):
    command = [tool, "dump", trace, "--format", "ndjson", "--preamble", "none"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            yield json.loads(line)
    if process.returncode != 0:
        sys.exit(f"dump ended with {process.returncode}")


def main():
    tool, trace, rate_limit = sys.argv[1], sys.argv[2], float(sys.argv[3])
    first, last = {}, {}
    sums = dict.fromkeys([*CHECKS, *NEARLY], 0)
    for event in events(tool, trace):
        kind = event["kind"]
        if kind == "counter":
            name = event["name"]
            first.setdefault(name, event["value"])
            last[name] = event["value"]
        elif kind == "batch_end" and event["routine"] == "compaction":
            sums["pages moved"] += max(0, event["moved"])
        elif kind == "batch_begin" and event["routine"] == "direct_reclaim":
            sums["stalls in reclaim"] += 1
        elif kind == "batch_begin" and event["routine"] == "kswapd":
            sums["rounds of kswapd"] += 1
        elif kind == "pageout":
            sums["pages freed by kswapd" if event["mode"] == "daemon" else "pages freed by stalled threads"] += event["freed"]
    sums["pages moved"] += sum(
        value for name, value in last.items() if name.startswith("mm_compaction_migratepages/unbatched/") and "failed" not in name
    )

    def grown(names):
        return sum(last.get(f"vmstat.{n}", 0) - first.get(f"vmstat.{n}", 0) for n in names)

    info = json.loads(subprocess.run([tool, "info", "--format", "json", trace], check=True, capture_output=True).stdout)
    notes = {note["key"]: note["value"] for note in info["notes"]}
    seconds = int(notes["recorder.elapsed_ns"]) / 1e9
    rate = int(notes["recorder.events_read"]) / seconds
    share = int(notes["recorder.cpu_ns"]) / int(notes["recorder.elapsed_ns"])
    lost = int(notes["recorder.events_lost"])
    memory_mib = int(notes["recorder.peak_memory_bytes"]) / 2**20
    wrong = []
    for name, counters in [*CHECKS.items(), *NEARLY.items()]:
        expected, traced = grown(counters), sums[name]
        print(f"  {name}: traced {traced}, vmstat {expected}")
        most = traced * 1.1 + 2 if name in NEARLY else traced
        if not traced <= expected <= most:
            wrong.append(name)
    print(f"  {rate:.0f} events/s, lost {lost}, late {notes['recorder.events_late']}, recorder {share:.2%} of one core, {memory_mib:.0f} MiB")
    if lost:
        wrong.append("events were lost")
    if rate <= rate_limit and share >= 0.03:
        wrong.append("the recorder took 3 % of a core or more")
    if memory_mib > MEMORY_MIB_MAX:
        wrong.append(f"the recorder took more than {MEMORY_MIB_MAX} MiB")
    if wrong:
        print("  WRONG: " + ", ".join(wrong))
        sys.exit(1)


main()
