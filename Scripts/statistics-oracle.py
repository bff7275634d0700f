#!/usr/bin/env python3
"""Verdicts of `ktls-trace diff` against scipy and statsmodels.

usage: statistics-oracle.py TOOL [DATA_SETS]

Records short runs of the engine, draws DATA_SETS (60) comparisons of some of them with random
limits, and computes every verdict anew: the probability of a limit by scipy's permutation_test over
all sign flips, or by its exact mannwhitneyu (data with ties are left out there), Holm's adjustment
by statsmodels. Then sweeps, whose intervals and shares on the front are held against scipy's bootstrap
within five standard errors of both. Prints how much was equal; ends with 1 for a fault.
"""
import csv
import io
import json
import os
import random
import subprocess
import sys
import tempfile

import numpy
from scipy import stats
from statsmodels.stats.multitest import multipletests

SEEDS = range(1, 13)
POLICIES = ("reclaim-batch", "pages-only", "reclaim-one", "watermark")
METRICS = {"cpu.reclaim": "lower", "service.success": "higher", "wakeup.sent": "lower",
           "batch.daemon_time": "lower", "service.imports": "higher"}


def tool(binary, *arguments, statuses=(0,)):
    done = subprocess.run([binary, *arguments], capture_output=True, text=True)
    if done.returncode not in statuses:
        sys.exit(f"{' '.join(arguments)}: {done.returncode} {done.stderr}")
    return done.stdout


def record(binary, folder):
    """Summaries of runs by policy and seed, and their metrics."""
    runs = {}
    for policy in POLICIES:
        for seed in SEEDS:
            trace = os.path.join(folder, f"{policy}-{seed}.ktrace")
            tool(binary, "record", "--policy", policy, "--seed", str(seed), "--duration", "2s",
                 "-o", trace)
            summary = trace.replace(".ktrace", ".ksum")
            tool(binary, "analyze", "--format", "summary", trace, "-o", summary)
            rows = csv.DictReader(io.StringIO(tool(binary, "analyze", "--format", "csv", summary)))
            runs[policy, seed] = summary, {
                row["metric"]: int(row["value"]) for row in rows if row["domain"] == ""}
    return runs


def probability(base, head, margin, sign, paired):
    base, head = sign * numpy.array(base, dtype=float), sign * numpy.array(head, dtype=float)
    if paired:
        return stats.permutation_test(
            (head - base - margin,), lambda x, axis: numpy.mean(x, axis=axis), vectorized=True,
            permutation_type="samples", alternative="greater", n_resamples=numpy.inf).pvalue
    return stats.mannwhitneyu(
        head - margin, base, alternative="greater", method="exact").pvalue


def has_ties(base, head, margin, sign):
    moved = [sign * value - margin for value in head]
    return bool(set(moved) & {sign * value for value in base})


class Draw:
    """One comparison: some runs of two policies and some limits."""

    def __init__(self, number, runs, folder):
        self.random = random.Random(number)
        self.paired = self.random.random() < 0.6
        seeds = list(SEEDS)
        self.random.shuffle(seeds)
        count = self.random.randint(5, 12 if self.paired else 6)
        left, right = self.random.sample(POLICIES, 2)
        base = seeds[:count]
        head = base if self.paired else seeds[count:][:self.random.randint(5, 6)]
        self.base = [runs[left, seed] for seed in base]
        self.head = [runs[right, seed] for seed in head]
        self.metrics = self.random.sample(sorted(METRICS), self.random.randint(1, len(METRICS)))
        self.level = self.random.choice(("5%", "1%", "10%", "20%"))
        self.folder = os.path.join(folder, f"draw-{number}")

    def sides(self):
        for side, runs in (("base", self.base), ("head", self.head)):
            place = os.path.join(self.folder, side)
            os.makedirs(place)
            for summary, _ in runs:
                os.symlink(summary, os.path.join(place, os.path.basename(summary)))
            yield place

    def thresholds(self):
        path = os.path.join(self.folder, "limits.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"false_alarms: {self.level}\nlimits:\n")
            for metric in self.metrics:
                values = [metrics[metric] for _, metrics in self.base + self.head]
                scale = (max(values) - min(values)) * self.random.choice((0, 0.05, 0.4, 1))
                file.write(f"  - {{metric: {metric}, relative: {self.random.choice(('0%', '3%'))},"
                           f" absolute: {int(scale)}, better: {METRICS[metric]}, why: w}}\n")
        return path


def compare(binary, draw):
    """Faults, and how many limits were compared."""
    base, head = draw.sides()
    output = tool(binary, "diff", "--format", "json", base, head, "--gate", draw.thresholds(),
                  statuses=(0, 2, 7))
    verdicts = json.loads(output)["verdicts"]
    faults = []
    if verdicts["kind"] != ("paired" if draw.paired else "unpaired"):
        faults.append(f"kind {verdicts['kind']}")
    found, tied = [], False
    for limit in verdicts["limits"]:
        sign = 1 if limit["better"] == "lower" else -1
        ours = [[metrics[limit["metric"]] for _, metrics in runs] for runs in (draw.base, draw.head)]
        tied = tied or not draw.paired and has_ties(*ours, limit["margin"], sign)
        found.append(probability(*ours, limit["margin"], sign, draw.paired))
    if tied:
        return faults, 0
    rejected, adjusted, _, _ = multipletests(
        found, alpha=verdicts["false_alarms_ppm"] / 1e6, method="holm")
    for limit, ours, regression in zip(verdicts["limits"], adjusted, rejected):
        # In millionths, rounded up.
        if not -1e-6 <= limit["regression_ppm"] - ours * 1e6 < 1 + 1e-6:
            faults.append(f"{limit['metric']}: {limit['regression_ppm']} ppm, {ours * 1e6:.3f}")
        if (limit["verdict"] == "regression") != bool(regression):
            faults.append(f"{limit['metric']}: {limit['verdict']}, regression {bool(regression)}")
    return faults, len(found)


RESAMPLES = 10_000
# Five standard errors of the difference of two shares of about 2.5 %.
TAIL_ERROR = 5 * (2 * 0.025 * 0.975 / RESAMPLES) ** 0.5


def front(points):
    """Which rows of coordinates, less being better, no other one beats."""
    return [not any(all(o <= p for o, p in zip(other, point)) and tuple(other) != tuple(point)
                    for other in points) for point in points]


def compare_sweep(binary, folder, number):
    """Faults of the intervals and shares of one sweep, and how many there were."""
    draw = random.Random(1000 + number)
    policies = draw.sample(("reclaim-batch", "reclaim-honest", "watermark", "reclaim-resume",
                            "reclaim-one", "unlocked-limit"), 3)
    sweep = json.loads(tool(
        binary, "sweep", "--policies", ",".join(policies), "--set",
        f"max_reclaim={draw.randint(16, 64)},{draw.randint(128, 1024)}", "--seeds",
        f"1-{draw.randint(6, 12)}", "--duration", "3s", "--format", "json", "-o",
        os.path.join(folder, f"sweep-{number}")))
    faults, found = [], 0
    values = [[[run["metrics"][axis["metric"]] for run in cell["runs"]] for axis in sweep["axes"]]
              for cell in sweep["cells"]]
    for cell, rows in zip(sweep["cells"], values):
        for axis, row, metric in zip(cell["axes"], rows, sweep["axes"]):
            if None in row or axis["low"] == axis["high"]:
                continue
            means = stats.bootstrap(
                (row,), numpy.mean, n_resamples=RESAMPLES, method="percentile",
                random_state=number).bootstrap_distribution
            found += 1
            # Rounded down to whole numbers, which counts where many means are equal.
            for bound, below in ((axis["low"], True), (axis["high"], False)):
                strictly = numpy.mean(means < bound) if below else numpy.mean(means >= bound + 1)
                within = numpy.mean(means < bound + 1) if below else numpy.mean(means >= bound)
                if not (strictly <= 0.025 + TAIL_ERROR and within >= 0.025 - TAIL_ERROR):
                    faults.append(f"{cell['name']} {metric['metric']}: {bound} {strictly} {within}")
    if not any(None in row for rows in values for row in rows):
        signs = [1 if axis["better"] == "lower" else -1 for axis in sweep["axes"]]
        data = [numpy.array(row) for rows in values for row in rows]
        # scipy calls it with all rows drawn alike, as the pairs that they are.
        def shares(*drawn):
            means = [float(numpy.floor(numpy.mean(row))) for row in drawn]
            points = [[sign * mean for sign, mean in zip(signs, means[first:first + 3])]
                      for first in range(0, len(means), 3)]
            return numpy.array(front(points), dtype=float)
        drawn = stats.bootstrap(
            data, shares, paired=True, vectorized=False, n_resamples=2000, method="percentile",
            random_state=number).bootstrap_distribution.mean(axis=-1)
        error = 5 * (0.25 / 2000 + 0.25 / RESAMPLES) ** 0.5
        for cell, share in zip(sweep["cells"], drawn):
            found += 1
            if abs(cell["front_ppm"] / 1e6 - share) > error:
                faults.append(f"{cell['name']}: on the front {cell['front_ppm']} ppm, {share}")
    return faults, found


def main():
    binary = os.path.abspath(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    limits = sets = faulty = 0
    with tempfile.TemporaryDirectory(prefix="ktls-trace-statistics-") as folder:
        runs = record(binary, folder)
        for number in range(count):
            faults, compared = compare(binary, Draw(number, runs, folder))
            for fault in faults:
                print(f"data set {number}: {fault}")
            limits += compared
            sets += compared > 0
            faulty += bool(faults)
        drawn = 0
        for number in range(max(1, count // 10)):
            faults, compared = compare_sweep(binary, folder, number)
            for fault in faults:
                print(f"sweep {number}: {fault}")
            drawn += compared
            faulty += bool(faults)
    print(f"{sets} of {count} data sets compared, {limits} limits, {drawn} bootstraps, "
          f"{faulty} sets with faults")
    return 1 if faulty or sets * 2 < count else 0


if __name__ == "__main__":
    sys.exit(main())
