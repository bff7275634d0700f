"""Whether tools answer alike: ktls-trace, its peers, and what is known of the neutral stream."""
import collections
import sys

from analysis_tools import Ours, decoded

# The answers for 10 million events of seed 42, the whole stream; numpy and a C program agree.
KNOWN_EVENTS = 10_000_000
KNOWN = {
    "reclaim": [[0, 72234, 4365593398], [1, 99177, 6016037174], [2, 85773, 5204915327],
                [3, 84252, 5085072208]],
    "latency": [32450, 19263, 603045, 1902945],
    "cells": 1332,
    "failures": 1118043,
}


def bucket_end(value):
    """The largest value of the bucket of a value, as Docs/METRICS.md says under Series."""
    shift = max(0, value.bit_length() - 11)
    return ((value >> shift) + 1 << shift) - 1


def require(name, what, left, right):
    if left != right:
        sys.exit(f"{name} and ktls-trace differ on {what}: {str(left)[:300]}; {str(right)[:300]}")


def sums(reclaim):
    """Pairs and time over all domains."""
    return [sum(row[part] for row in reclaim) for part in (1, 2)]


def totals(failures):
    """Failures of each bin over all domains."""
    bins = collections.Counter()
    for _, position, count in failures:
        bins[position] += count
    return sorted(map(list, bins.items()))


def compare(name, exact, ours, domains):
    """Ends the run where the answers of a peer are not those of ktls-trace."""
    for key in ("reclaim", "failures"):
        require(name, key, [list(row) for row in exact[key]], domains[key])
    compare_latency(name, exact, ours["latency"])


def compare_latency(name, exact, series):
    count, *quantiles = exact["latency"]
    require(name, "wakeups", count, series["n"])
    for key, needed, value in zip(
            ("p50_ns", "p99_ns", "p999_ns"), (20, 1_000, 10_000), quantiles):
        if count < needed:
            value = None
        elif not series["exact"]:
            value = min(bucket_end(value), series["max_ns"])
        require(name, key, value, series[key])
    require(name, "the histogram of latency",
            [[low, 2 * low, number] for low, number in exact["histogram"]],
            [[each["from"], each["below"], each["count"]] for each in series["histogram"]])


class AnswerCheck:
    """Compares what the tools of one comparison print."""

    def __init__(self, stream, ours, is_whole):
        self.events = stream.events
        self.domains = ours.of_domains(stream, stream.window(is_whole))
        self.mine = None

    def __call__(self, tool, text):
        if tool.answers is decoded:
            require(tool.name, "the number of events", decoded(text), self.events)
        elif tool.answers is Ours.answers:
            self.take(tool, tool.answers(text))
        elif tool.answers:
            compare(tool.name, tool.answers(text), self.mine, self.domains)

    def take(self, tool, mine):
        """Answers of ktls-trace: the same in every run, and the sums of those of the domains."""
        require(tool.name, "what was answered before", mine, self.mine or mine)
        require("all domains", "time in reclaim", sums(self.domains["reclaim"]), mine["reclaim"])
        require("all domains", "failures over time", totals(self.domains["failures"]),
                mine["failures"])
        self.mine = mine

    def tell_missing(self):
        """Says where the report itself has less than what single domains were asked for."""
        if self.mine["by_domain"] != self.domains["failures"]:
            found, all_of_them = (sum(row[2] for row in rows) for rows in (
                self.mine["by_domain"], self.domains["failures"]))
            print(f"Of {all_of_them:,} failures the report has {found:,} in the bins of single "
                  "domains; they were compared with runs for one domain each.\n")
