#!/usr/bin/env python3
"""Verdicts of `ktls-trace diff` against scipy and statsmodels.

usage: statistics-oracle.py DIFF.json VALUES.json

VALUES.json has, for each limit of the diff, the values of the base's and the head's runs, in pairs
where the diff says `paired`. Computed anew: the probability of every limit by
scipy.stats.permutation_test over all sign flips, or by mannwhitneyu (exact; without ties); Holm's
adjustment by statsmodels; and which limits are regressions. Prints how many were equal.
"""
import json
import sys

import numpy
from scipy import stats
from statsmodels.stats.multitest import multipletests


def probability(limit, values, paired):
    base, head = (numpy.array(values[side], dtype=float) for side in ("base", "head"))
    sign = 1 if limit["better"] == "lower" else -1
    if paired:
        moved = sign * (head - base) - limit["margin"]
        return stats.permutation_test(
            (moved,), numpy.mean, permutation_type="samples", alternative="greater",
            n_resamples=numpy.inf).pvalue
    return stats.mannwhitneyu(
        sign * head - limit["margin"], sign * base, alternative="greater", method="exact").pvalue


def main():
    with open(sys.argv[1]) as file:
        verdicts = json.load(file)["verdicts"]
    with open(sys.argv[2]) as file:
        values = json.load(file)
    paired = verdicts["kind"] == "paired"
    limits = verdicts["limits"]
    found = [probability(limit, value, paired) for limit, value in zip(limits, values)]
    level = verdicts["false_alarms_ppm"] / 1e6
    rejected, adjusted, _, _ = multipletests(found, alpha=level, method="holm")
    faults = 0
    for limit, ours, regression in zip(limits, adjusted, rejected):
        # Shown in millionths, rounded up.
        if not 0 <= limit["regression_ppm"] - ours * 1e6 < 1 + 1e-6:
            print(f"{limit['metric']}: {limit['regression_ppm']} ppm, scipy {ours * 1e6:.3f}")
            faults += 1
        if (limit["verdict"] == "regression") != bool(regression):
            print(f"{limit['metric']}: {limit['verdict']}, scipy says {bool(regression)}")
            faults += 1
    print(f"{len(limits)} limits, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
