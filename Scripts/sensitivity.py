#!/usr/bin/env python3
"""Which of the model's estimated costs change the ranking of the policies?

usage: sensitivity.py [--costs NAME,...] [--policies NAME,...] [--seeds N] [--duration TIME]
       sensitivity.py --note > Notebooks-md/sensitivity.md

Each cost is set to the low and to the high end of its range, one at a time, on the preset `small`.
Policies are compared by pairs, run by run on equal inputs: one is ahead of another when it is so for
every seed. A ranking has changed when a pair has changed places. --note writes the whole note.
"""
import argparse
import itertools
import sys

sys.dont_write_bytecode = True

import note_runs

# Range of engine specification 7.3, or a quarter and four times the default where it has none.
COSTS = [
    # name, low, high, has a published or argued range
    ("scan_visit_ns", 5, 200, True),
    ("scan_object_lock_ns", 10, 200, True),
    ("relocate_page_ns", 1000, 40000, True),
    ("check_page_ns", 25, 400, False),
    ("spin_turn_ns", 300, 2000, True),
    ("partpop_step_ns", 8, 120, False),
    ("hit_cpu_ns", 8, 120, False),
    ("hit_list_ns", 50, 800, False),
    ("import_ns", 225, 3600, False),
    ("import_fail_ns", 300, 4800, False),
    ("fallback_page_ns", 63, 1000, False),
    ("evict_page_ns", 250, 4000, False),
    ("encrypt_record_ns", 3000, 8000, True),
    ("lost_wakeup_window_ns", 0, 5000, False),
    ("context_switch_ns", 500, 8000, False),
    ("worker_slice_ns", 1000000, 100000000, False),
    # Not costs, but estimates all the same.
    ("other_load_ppm", 0, 900000, False),
    ("bucket_size", 4, 254, False),
]

METRICS = [
    # title, higher is better, value
    ("buffer success", True, lambda run: run["service"]["success_ppm"]),
    ("CPU in reclaim", False, lambda run: run["cpu"]["reclaim_ns"]),
    ("fallback page seconds", False, lambda run: run["service"]["fallback_page_us"]),
]


class Study:
    def __init__(self, policies, seeds, duration):
        self.policies = policies
        self.seeds = range(1, seeds + 1)
        self.duration = duration
        self.base = self.values([()])[0]

    def values(self, all_settings):
        """For each list of settings: metric -> policy -> values by seed."""
        jobs = list(itertools.product(all_settings, self.policies, self.seeds))
        runs = iter(note_runs.in_parallel(self.metrics, jobs))
        tables = []
        for _ in all_settings:
            table = [{policy: [] for policy in self.policies} for _ in METRICS]
            for policy, _ in itertools.product(self.policies, self.seeds):
                for metric, value in enumerate(next(runs)):
                    table[metric][policy].append(value)
            tables.append(table)
        return tables

    def metrics(self, job):
        settings, policy, seed = job
        run = note_runs.Run(policy, self.duration, settings, seed)
        return [value(run.analysis) for _, _, value in METRICS]

    def order(self, metric, table):
        """Pair of policies -> 1: the first is ahead, -1: behind, 0: equal or not for every seed."""
        signs = {}
        for left, right in itertools.combinations(self.policies, 2):
            differences = [a - b for a, b in zip(table[metric][left], table[metric][right])]
            ahead = 1 if METRICS[metric][1] else -1
            signs[left, right] = (ahead if all(d > 0 for d in differences) else
                                  -ahead if all(d < 0 for d in differences) else 0)
        return signs

    def ranking(self, metric):
        """All policies, the best first, `=` between those that no seeds tell apart."""
        signs = self.order(metric, self.base)
        mean = {p: sum(self.base[metric][p]) for p in self.policies}
        names = sorted(self.policies, key=lambda p: -mean[p] if METRICS[metric][1] else mean[p])
        text = names[0]
        for before, after in zip(names, names[1:]):
            sign = signs.get((before, after)) or -signs.get((after, before), 0)
            text += (" > " if sign > 0 else " = ") + after
        return text

    def verdict(self, metric, table):
        """What a change of one cost does to the order of the pairs."""
        before, after = self.order(metric, self.base), self.order(metric, table)
        swapped, opened = [], 0
        for pair in before:
            if before[pair] * after[pair] < 0:
                better, worse = pair if after[pair] > 0 else reversed(pair)
                swapped.append(f"{better} ahead of {worse}")
            elif before[pair] != after[pair]:
                opened += 1
        if swapped:
            return "SWAPS: " + ", ".join(swapped)
        return "same" + (f", {opened} open" if opened else "")

    def largest_factor(self, metric, table):
        """By how much the cost moves the metric of the policy that it moves most."""
        factors = []
        for policy in self.policies:
            old, new = sum(self.base[metric][policy]), sum(table[metric][policy])
            if old > 0 and new > 0:
                factors.append((max(old / new, new / old), new / old, policy))
        if not factors:
            return "-"
        return f"x{max(factors)[1]:.2f}"


def known_costs(names):
    """The costs to try: those that this tool has."""
    info = note_runs.Run("cache-only", "1ms").analysis["parameters"]
    chosen = [cost for cost in COSTS if names is None or cost[0] in names]
    return [(*cost, info["model." + cost[0]]) for cost in chosen if "model." + cost[0] in info]


def report(study, costs):
    """The lines of the tables."""
    lines = ["Defaults, best policy first; `=`: not in the same order for every seed", ""]
    for metric, (title, _, _) in enumerate(METRICS):
        lines.append(f"  {title}: {study.ranking(metric)}")
    settings = [(f"model.{name}={value}",) for name, low, high, _, _ in costs for value in (low, high)]
    tables = study.values(settings)
    width = max(len(s[0]) for s in settings) + len("--set ")
    columns = [max(len(title), 22) for title, _, _ in METRICS]
    lines += ["", "Each setting alone; the factor is the largest by which a policy's figure moves", "",
              "  " + "setting".ljust(width) + "default".rjust(10) + "  "
              + "  ".join(t.ljust(w) for (t, _, _), w in zip(METRICS, columns))]
    swaps = []
    for number, (setting, table) in enumerate(zip(settings, tables)):
        cells = []
        for metric, width_of_metric in enumerate(columns):
            verdict = study.verdict(metric, table)
            factor = study.largest_factor(metric, table)
            if verdict.startswith("SWAPS"):
                swaps.append(f"  {setting[0]}: {METRICS[metric][0]}: {verdict[len('SWAPS: '):]}")
                verdict = "SWAPS"
            cells.append(f"{verdict}, {factor}".ljust(width_of_metric))
        default = costs[number // 2][4]
        lines.append(("  " + ("--set " + setting[0]).ljust(width) + default.rjust(10) + "  "
                      + "  ".join(cells)).rstrip())
    comparisons = len(settings) * len(METRICS)
    lines += ["", f"{len(settings)} settings, {comparisons} comparisons, in {len(swaps)} a pair changes places"]
    lines += swaps
    return "\n".join(line.rstrip() for line in lines) + "\n"


# Duration of the runs of the whole table: five periods of the load.
LONG = "10s"

SHORT = ["--costs", "scan_visit_ns,encrypt_record_ns", "--policies",
         "cache-only,alloc-thread,reclaim-batch", "--seeds", "2", "--duration", "3s"]


def note():
    study = Study(note_runs.policies(), 3, LONG)
    costs = known_costs(None)
    full = report(study, costs)
    short = main(SHORT)
    runs = (1 + 2 * len(costs)) * len(study.policies) * 3
    short_settings = short.count("--set")
    short_swaps, swaps = short.count("SWAPS"), full.count("SWAPS")
    comparisons = 2 * len(costs) * len(METRICS)
    return f"""\
# Sensitivity: which estimated costs change the ranking of the policies?

Written by `Scripts/sensitivity.py --note` (`make notes`). The `bash` block below is also run by `make test`, and must
print what the `text expect` block says.

## Question

Costs of the model are estimates: nobody has published what a visited page or a moved page costs in this workload. How
far do conclusions about policies hang on them? Each cost is set to the low and to the high end of its range, alone, and
the policies are ranked again by three metrics: the share of records that got a buffer, the CPU time of helper threads,
and the pages that stood in for buffers, over time.

One policy is ahead of another if it is so for every seed; runs that are compared have the same inputs. `same` means
that no two policies have changed places; `open` counts pairs that are ahead for every seed in one of the two settings
and not in the other. Ranges are those of engine specification 7.3; where it has none, a quarter and four times the
default. `relocate_page_ns` goes up to what mapped pages may cost. `other_load_ppm` and `bucket_size` are no costs, but
estimates too.

## A short version

```bash
Scripts/sensitivity.py {' '.join(SHORT)}
```

```text expect
{short.rstrip()}
```

Of `{short_settings * len(METRICS)}` comparisons of this short version `{short_swaps}` change places of policies.

## The whole table

Preset `small`, 3 seeds, {LONG} each: {runs} runs. The command of a row is

    ktls-trace record --preset small --detail 0 --policy POLICY --seed SEED --duration {LONG} SETTING -o run.ktrace

with the setting of the row, for each policy and seed, and `ktls-trace analyze --format json` on each.

```text
{full.rstrip()}
```

Of {comparisons} comparisons {swaps} change places of policies.

## What this does not show

Costs together: only one is changed at a time. Other hosts and loads: `small` is one domain of 1 GiB with four CPUs. A
factor near `x1.00` says that the metric does not rest on that cost here, not that it never does.
"""


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--costs", help="names, separated by commas; default: all")
    parser.add_argument("--policies", help="names, separated by commas; default: all")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--duration", default="10s")
    parser.add_argument("--note", action="store_true", help="write the whole note")
    options = parser.parse_args(arguments)
    if options.note:
        return note()
    names = options.policies.split(",") if options.policies else note_runs.policies()
    costs = known_costs(options.costs.split(",") if options.costs else None)
    return report(Study(names, options.seeds, options.duration), costs)


if __name__ == "__main__":
    sys.stdout.write(main(sys.argv[1:]))
