"""The shapes that the reports share."""

EXACT_LIMIT = 65_536
RANGE = 1 << 42
PERCENTILES = (("p50_ns", 500, 20), ("p90_ns", 900, 100), ("p99_ns", 990, 1_000),
               ("p999_ns", 999, 10_000))


def rank(ordered, per_mille):
    """The sample at rank ceil(n * q)."""
    return ordered[-(-len(ordered) * per_mille // 1000) - 1]


def series(samples):
    """Durations; every percentile is the exact one, also where the report has bounds."""
    good = sorted(sample for sample in samples if sample >= 0)
    result = {"n": len(good), "exact": len(good) <= EXACT_LIMIT,
              "min_ns": good[0] if good else None}
    for key, per_mille, least in PERCENTILES:
        result[key] = rank(good, per_mille) if len(good) >= least else None
    result["max_ns"] = good[-1] if good else None
    result["mean_ns"] = sum(good) // len(good) if good else None
    result["sum_ns"] = sum(good)
    result["above_range"] = sum(1 for sample in good if sample > RANGE)
    result["negative"] = len(samples) - len(good)
    result["histogram"] = buckets(good)
    return result


def buckets(values):
    """Filled buckets [2^k, 2^(k+1)), and [0, 1)."""
    counts = {}
    for value in values:
        counts[value.bit_length()] = counts.get(value.bit_length(), 0) + 1
    return [{"from": 1 << bits - 1 if bits else 0, "below": 1 << bits, "count": counts[bits]}
            for bits in sorted(counts)]


def known_sum(values):
    known = [value for value in values if value >= 0]
    return {"sum": sum(known) if known else None, "known": len(known),
            "unknown": len(values) - len(known)}


def share(part, whole):
    """In millionths; None where one of them is not known or the whole is nothing."""
    return part * 10**6 // whole if part is not None and whole else None


def tally(values):
    counts = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return counts


def numbered(values):
    return [{"number": number, "count": count} for number, count in sorted(tally(values).items())]


def named(values):
    return [{"name": name, "count": count} for name, count in tally(values).items()]


def gauge(values):
    known = [value for value in values if value is not None and value >= 0]
    if not known:
        return {"samples": 0, "first": None, "min": None, "max": None, "last": None}
    return {"samples": len(known), "first": known[0], "min": min(known), "max": max(known),
            "last": known[-1]}


def group(items, key):
    groups = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups
