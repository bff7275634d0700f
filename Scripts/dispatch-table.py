#!/usr/bin/env python3
"""Writes Sources/ReclaimEngine/IdleExitLatency.swift: 257 integer quantiles of the idle-exit latencies
in Fixtures/dispatch/idle-exit-latency.json (made by Scripts/dispatch-capture.py).

usage: Scripts/dispatch-table.py > Sources/ReclaimEngine/IdleExitLatency.swift
"""
import json
import pathlib

fixture = pathlib.Path(__file__).parent.parent / "Fixtures/dispatch/idle-exit-latency.json"
document = json.load(open(fixture))
groups = document["idle_exit_ns"]
samples = sorted(sum((group["latencies"] for group in groups), []))
reclaim = sum(len(g["latencies"]) for g in groups if g["threads"] in ("kswapd", "kcompactd"))
wakeups = sum(capture["wakeups"] for capture in document["captures"])


def quantile(i):
    """The i/256 quantile in ns, on straight lines between the samples, rounded down."""
    position = i * (len(samples) - 1)
    low, rest = divmod(position, 256)
    high = min(low + 1, len(samples) - 1)
    return (samples[low] * (256 - rest) + samples[high] * rest) // 256


points = [quantile(i) for i in range(257)]
print(f"""\
// Written by Scripts/dispatch-table.py from Fixtures/dispatch/idle-exit-latency.json; not edited by hand.
// swift-format-ignore-file

/// How long an idle CPU takes to run a woken thread: the {len(samples)} of {wakeups:,} wakeups in four recordings of
/// a Linux host that found their CPU idle, {reclaim} of them of kswapd and kcompactd; an estimate for
/// FreeBSD (engine specification 4.16).
enum IdleExitLatency {{
    /// Quantiles i/256, i = 0 ... 256, in nanoseconds.
    static let quantilesNs: [Int64] = [""")
for start in range(0, 257, 8):
    print("        " + " ".join(f"{p}," for p in points[start:start + 8]))
print("""\
    ]

    /// The latency at a random position: the top 8 bits choose an interval, the next 12 interpolate.
    static func quantileNs(_ bits: UInt64) -> Int64 {
        let interval = Int(bits >> 56)
        let fraction = Int64(bits >> 44 & 0xfff)
        let low = quantilesNs[interval]
        return low + ((quantilesNs[interval + 1] - low) * fraction) >> 12
    }
}""")
