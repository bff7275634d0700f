#!/usr/bin/env python3
"""Writes Sources/Workloads/QuantileTables.swift: integer quantile tables of the distributions that
generators draw from, and the sine of the diurnal load. Logarithms and exponentials are taken here, once, so that inputs do not depend
on a C library; run it again only to change a distribution.

usage: Scripts/quantile-tables.py > Sources/Workloads/QuantileTables.swift
"""
from decimal import Decimal, getcontext
from math import cos, pi
from statistics import NormalDist

getcontext().prec = 40
ENTRIES = 4096
SCALE = 1 << 20


def exponential(p):
    return -(1 - p).ln()


def log_normal(p):
    return (Decimal("0.8") * Decimal(NormalDist().inv_cdf(float(p)))).exp()


def table(quantile):
    points = (Decimal(2 * i + 1) / (2 * ENTRIES) for i in range(ENTRIES))
    return [int((quantile(p) * SCALE).to_integral_value()) for p in points]


def day(entries):
    """(1 - cos) / 2 over one period, at the middle of each of its parts."""
    return [round((1 - cos(2 * pi * (i + 0.5) / entries)) / 2 * SCALE) for i in range(entries)]


def swift(name, doc, values):
    print(f"    /// {doc}")
    print(f"    static let {name}: [Int32] = [")
    for start in range(0, len(values), 8):
        print("        " + " ".join(f"{v}," for v in values[start:start + 8]))
    print("    ]")


print("// Written by Scripts/quantile-tables.py; not edited by hand.")
print("// swift-format-ignore-file")
print()
print("/// Quantiles of distributions at (i + 1/2) / 4096, and one curve at (i + 1/2) / 1024; all in units\n/// of 2^-20 of the stated scale.")
print("enum QuantileTables {")
swift("exponential", "Exponential distribution, in units of its mean.", table(exponential))
print()
swift("logNormal", "Log-normal distribution of sigma 0.8, in units of its median.", table(log_normal))
print()
swift("day", "A sine from its lowest point over the highest and back, between 0 and 1.", day(1024))
print("}")
