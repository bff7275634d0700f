#!/usr/bin/env python3
"""Writes what scipy says about made-up data, for the tests of RunStatistics.

usage: statistics-fixtures.py > Fixtures/statistics/scipy.txt

Lines: `binomial CASES TOTAL LOW HIGH` with the exact 95 % interval in ppm, and
`pooled KS MW A,A,A B,B,B` with 1 where a test of the two samples finds a difference at 5 %.
Data on the edge of a decision are left out: there rounding decides.
"""
import random

import scipy
from scipy import stats

LEVEL = 0.05


def binomials():
    for total in (1, 2, 5, 20, 100, 400, 1000, 20000):
        for cases in sorted({0, 1, total // 20, total // 2, total - 1, total}):
            interval = stats.binomtest(cases, total).proportion_ci(0.95, "exact")
            yield f"binomial {cases} {total} {interval.low * 1e6:.3f} {interval.high * 1e6:.3f}"


def pooled(draw):
    for number in range(240):
        left = draw.randint(8, 120)
        right = draw.randint(8, 120)
        top = draw.choice((3, 12, 10_000))
        shift = draw.choice((0, 0, top // 6, top // 3))
        a = [draw.randint(0, top) for _ in range(left)]
        b = [draw.randint(0, top) + shift for _ in range(right)]
        # The formula for many samples: D sqrt(nm/(n+m)) against the limit distribution.
        distance = stats.ks_2samp(a, b).statistic
        ks = stats.kstwobign.sf(distance * (left * right / (left + right)) ** 0.5)
        # The first term of the series alone is what fixes the quantile of 1.3581.
        mw = stats.mannwhitneyu(a, b, method="asymptotic", use_continuity=False).pvalue
        if min(abs(ks - LEVEL), abs(mw - LEVEL)) < 1e-4:
            continue
        yield "pooled {:d} {:d} {} {}".format(
            ks < LEVEL, mw < LEVEL, ",".join(map(str, a)), ",".join(map(str, b)))


print(f"# scipy {scipy.__version__}; written by Scripts/statistics-fixtures.py")
for line in binomials():
    print(line)
for line in pooled(random.Random(20)):
    print(line)
