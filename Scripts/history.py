#!/usr/bin/env python3
"""What is publicly known about this reclaim, held against the model.

usage: history.py ROW...     the figures of some rows, with the commands that give them
       history.py --list     the rows
       history.py --note > Notebooks-md/history.md

Every row is computed from a few short runs of the preset `small` (1 GiB, 4 CPUs). Where a figure is
for a larger host it is scaled by pages; row `linear` shows why that may be done. --note writes the
whole note.
"""
import sys

sys.dont_write_bytecode = True

import note_runs
from note_runs import Run

# Nothing but records: no churn of the file cache, no kernel memory, constant load, no drains.
STILL = ["scenario.turnover_ns=3600000000000", "scenario.kernel_pages=0", "scenario.sendfile_pages=0",
         "scenario.drain_every=0", "scenario.low_share_ppm=1000000"]
STILL_SHELL = " ".join("--set " + setting for setting in STILL)
# The low ends of the ranges of engine specification 7.3.
CHEAP = ["model.scan_visit_ns=5", "model.scan_object_lock_ns=10"]


def seconds(ns):
    return f"{ns / 1e9:.2f}s"


def one_run_calls(settings=(), preset="small", seed=1):
    """A thread that asks for one run at a time: the first calls of a still host."""
    return Run("reclaim-batch", "3s", ["kern.ipc.tls.max_reclaim=1", *STILL, *settings], seed, preset,
               kinds=("batch_pass", "batch_end"))


def batches(settings=()):
    """The re-work's calls for 1024 runs on the same host."""
    return Run("reclaim-batch", "3s", [*STILL, *settings], kinds=("batch_pass", "batch_end"))


def scan_ns(run):
    """One pass over all memory, the first of the run."""
    return run.rows["batch_pass"][0]["ns"]


def linear():
    tiny = one_run_calls(preset="unit")
    small = one_run_calls()
    per_gib = [scan_ns(tiny) * 16, scan_ns(small)]
    return [tiny, small], [
        f"one pass, 64 MiB: {scan_ns(tiny)} ns, so {per_gib[0] / 1e6:.1f}ms a GiB",
        f"one pass, 1 GiB: {scan_ns(small)} ns, so {per_gib[1] / 1e6:.1f}ms a GiB",
    ], None


def two_attempts():
    # Hardly a run to be found: nearly every page is wired.
    wired = ["scenario.unmovable_ppm=900000"]
    runs, lines, both = [], [], []
    for costs, cost_settings in (("low", CHEAP), ("default", [])):
        for memory, settings in (("90 % wired", wired), ("2 % wired", [])):
            run = one_run_calls([*settings, *cost_settings])
            call = run.rows["batch_end"][0]
            both.append(seconds(2 * 64 * call["cpu_ns"]))
            runs.append(run)
            lines.append(f"two calls on 64 GiB, {costs} costs, {memory}: {both[-1]}, passes of each: "
                         f"{call['passes']}")
    return runs, lines, (
        "Two attempts on a host of 64 GB take 400 to 500 ms before they give up (660344ca44c6)",
        f"`{both[0]}` to `{both[1]}` with the low costs, `{both[2]}` to `{both[3]}` with the default ones: "
        "less where most pages are wired, since a wired page ends a block's inspection")


def one_scan():
    run = batches()
    scan = 100 * scan_ns(run)
    return [run], [f"one pass over 100 GiB: {seconds(scan)}"], (
        "One scan of 100 GB or more takes several seconds (8b0dafdb2f18)",
        f"`{seconds(scan)}` for a pass; a call has up to three")


def one_against_batch():
    name = "reclaim-one" if "reclaim-one" in note_runs.policies() else None
    one = Run(name, "3s", STILL, kinds=("batch_pass", "batch_end")) if name else one_run_calls()
    batch = batches()
    lines, totals = [], []
    buffers = 7629
    for title, run in (("one run a call", one), ("1024 runs a call", batch)):
        call = run.rows["batch_end"][0]
        gained = max(call["gained_blocks"], 1)
        rest = call["cpu_ns"] - sum(row["ns"] for row in run.rows["batch_pass"][:call["passes"]])
        scans = sum(row["ns"] for row in run.rows["batch_pass"][:call["passes"]])
        calls = -(-buffers // gained)
        totals.append(calls * (100 * scans + rest))
        lines.append(f"{title}: {gained} blocks, scans {scans} ns, moving {rest} ns")
        lines.append(f"  {buffers} buffers on 100 GiB: {calls} calls, {seconds(totals[-1])},"
                     f" that is {totals[-1] / 3.6e12:.1f}h")
    return [one, batch], lines, (
        "A thread that reclaims one run at a time uses a core for hours; with many runs in a scan it is "
        "seconds, or tens of seconds (D39739, 8b0dafdb2f18)",
        f"for {buffers} buffers on 100 GiB `{totals[0] / 3.6e12:.1f}h` against `{seconds(totals[1])}`")


def old_thread():
    run = Run("alloc-thread", "10s", STILL)
    share = run.analysis["cpu"]["core_share_ppm"] / 10000
    success = run.analysis["service"]["success_ppm"] / 10000
    return [run], [f"alloc_0: {share:.2f}% of a core, {success:.2f}% of the records got a buffer"], (
        "The old thread uses a whole core, and that does not help (198558523361)",
        f"`{share:.2f}%` of a core, and `{success:.2f}%` of the records get a buffer")


def recovery():
    runs, lines, agreed = [], [], True
    for gbits in (1, 2, 4, 8):
        run = Run("reclaim-batch", "8s", [*STILL, "model.bucket_size=1", "scenario.free_ppm=150000",
                                          f"scenario.peak_bits_per_second={gbits}000000000"],
                  kinds=("batch_end", "sample", "alloc_fail"))
        needed = max(row["in_use"] + row["zone_items"] for row in run.rows["sample"])
        made, expected = len(run.rows["batch_end"]), -(-needed // 1024)
        last = max(row["time_ns"] for row in run.rows["alloc_fail"])
        agreed = agreed and made == expected
        runs.append(run)
        lines.append(f"{gbits} Gb/s: {needed} buffers, {made} batches (rounded up, {needed}/1024 is "
                     f"{expected}), last failure after {seconds(last)}")
    return runs, lines + [f"as many as expected: {'yes' if agreed else 'no'}"], (
        "A host recovers in as many batches as it needs buffers, divided by 1024 (specification 5.3)",
        "so in all four cases" if agreed else "not in all cases, see below")


def refill():
    settings = ["scenario.period_ns=4000000000", "scenario.stagger_ns=0",
                "scenario.low_share_ppm=100000", "scenario.peak_bits_per_second=4000000000",
                "scenario.free_ppm=300000", "scenario.turnover_ns=2000000000", "model.bucket_size=8"]
    windows = [("8s", "10s"), ("12s", "14s")]
    runs, lines, shares = [], [], []
    for title, drain in (("buffers stay in the zone", 0), ("zone trimmed when load drops", 1)):
        run = Run("cache-only", "14s", [*settings, f"scenario.drain_every={drain}"], windows=windows)
        share = [window["service"]["success_ppm"] / 10000 for window in run.windows]
        runs.append(run)
        shares.append(share)
        lines.append(f"{title}: in the third and fourth peak {share[0]:.1f}% and {share[1]:.1f}% of the "
                     "records get a buffer")
    return runs, lines, (
        "The zone gives its buffers back when load drops, and cannot be filled again when it returns "
        "(D31260)",
        f"`{shares[1][0]:.1f}%` and `{shares[1][1]:.1f}%` of the records get a buffer in later peaks, where "
        f"it is `{shares[0][0]:.1f}%` and `{shares[0][1]:.1f}%` without the trim")


def mostly_wired():
    runs, lines, worst = [], [], 0.0
    for percent in (5, 10, 30, 50):
        run = Run("reclaim-batch", "500ms", [
            "kern.ipc.tls.max_reclaim=1048576", *STILL, f"scenario.unmovable_ppm={percent * 10000}",
            "scenario.peak_bits_per_second=1000000000"], kinds=("batch_pass",))
        pages = int(run.analysis["parameters"]["scenario.domain0.pages"])
        found = run.rows["batch_pass"][0]["runs_found"] * 4 / pages
        expected = (1 - percent / 100) ** 4
        worst = max(worst, abs(found - expected))
        runs.append(run)
        lines.append(f"u = {percent}%: {found:.2%} of the 16 KiB blocks are runs; (1-u)^4 = {expected:.2%}")
    lines.append(f"largest difference: {worst * 100:.2f} points")
    return runs, lines, (
        "With a share u of pages that cannot be moved, at random places, (1-u)^4 of the 16 KiB blocks can "
        "be made free (specification 5.3)",
        f"at most `{worst * 100:.2f}` points off for u from 5 % to 50 %")


ROWS = {"linear": linear, "two-attempts": two_attempts, "one-scan": one_scan,
        "one-against-batch": one_against_batch, "old-thread": old_thread, "recovery": recovery,
        "refill": refill, "mostly-wired": mostly_wired}


def show(name):
    """A row's commands and figures, as printed."""
    runs, lines, row = ROWS[name]()
    commands = [run.command.replace(STILL_SHELL, "$still") for run in runs]
    text = f"$ still='{STILL_SHELL}'\n" if any("$still" in command for command in commands) else ""
    text += "".join(f"$ {command}\n" for command in commands)
    return text + "".join(line + "\n" for line in lines), row


def note():
    shown = {name: show(name) for name in ROWS}
    table = "".join(f"| {claim} | {model} | `Scripts/history.py {name}` |\n"
                    for name, (_, row) in shown.items() if row for claim, model in [row])
    blocks = "".join(f"\n### {name}\n\n```bash\nScripts/history.py {name}\n```\n\n```text expect\n{text}```\n"
                     for name, (text, _) in shown.items() if name != "linear")
    return f"""\
# History: what is publicly known, and what the model makes of it

Written by `Scripts/history.py --note` (`make notes`). The `bash` blocks below are also run by `make test`, and must
print what the `text expect` blocks say.

## Question

FreeBSD's commit messages and reviews tell what was seen on real hosts. Does the model show the same?

| what is known | in the model | command |
| --- | --- | --- |
{table}
The costs of the model are estimates. No single set of them can meet both figures for scans: 400 to 500 ms for two
attempts on 64 GB mean some 4 to 13 ns for each page of memory, seconds for 100 GB mean 38 to 114 ns. These were other
hosts, years apart. The low ends of the ranges give the first, the defaults the second.

## How figures for larger hosts are made

By multiplication. The scan looks at every page once, in steps that do not depend on what lies elsewhere, so its cost
grows with the number of pages and nothing else:

```bash
Scripts/history.py linear
```

```text expect
{shown["linear"][0]}```

A call that finds all its runs needs one pass. Moving the pages of a run costs the same on every host, so that part is
not multiplied.

## The rows
{blocks}
## What this does not show

That the model is right where nothing is known: these are all the public figures there are. The hosts behind them are
larger, ran for days, and had other memory contents. `one-against-batch` takes the number of buffers that 100 Gb/s need
more when load rises by a tenth, at 100 ms from encryption to acknowledgement.
"""


def main(arguments):
    if arguments == ["--note"]:
        return note()
    if arguments == ["--list"]:
        return "".join(name + "\n" for name in ROWS)
    unknown = [name for name in arguments if name not in ROWS]
    if unknown or not arguments:
        sys.exit(__doc__)
    return "".join(show(name)[0] for name in arguments)


if __name__ == "__main__":
    sys.stdout.write(main(sys.argv[1:]))
