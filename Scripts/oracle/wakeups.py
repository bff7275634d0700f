"""Wakeups, failures and what answers them; METRICS.md, sections 3, 4 and 7."""
from shapes import buckets, group, named, numbered, series, tally

EFFECTS = ["woke", "no_sleeper", "lost", "suppressed"]
WAITING_LIMIT = 65_536
WORK = ("batch_begin", "batch_end", "spin_begin", "spin_end")
BURST_NS = 1_000_000
BIN_LIMIT = 65_536
CELL_LIMIT = 1 << 20


class Sleeper:
    """A thread that is sent wakeups."""

    def __init__(self):
        self.domain = None
        self.counts = dict.fromkeys(
            ["sent", *EFFECTS, "unknown_effect", "woke_again", "runs", "runs_without_wakeup",
             "missed_runs", "pending_at_end", "sleeps"], 0)
        self.pending = None
        self.latency = []

    def send(self, event):
        self.counts["sent"] += 1
        effect = event.label("effect", EFFECTS, "woke")
        self.counts[effect or "unknown_effect"] += 1
        if effect == "woke":
            if self.pending is None:
                self.pending = event.time
            else:
                self.counts["woke_again"] += 1

    def run(self, event, has_runs):
        if self.pending is not None:
            self.counts["runs"] += 1
            self.latency.append(event.time - self.pending)
            self.pending = None
        elif has_runs:
            self.counts["runs"] += 1
            self.counts["runs_without_wakeup"] += 1

    def miss(self):
        if self.pending is not None:
            self.counts["missed_runs"] += 1
            self.pending = None


def wakeups(trace):
    has_runs = "thread_run" in trace.meanings.values()
    run_kind = "thread_run" if has_runs else "batch_begin"
    sleepers = {}
    for event in trace.of("wake_send", run_kind, "thread_sleep", "on_cpu"):
        number = event.number("target" if event.meaning == "wake_send" else "thread")
        if event.meaning == "on_cpu":
            if event.number("ns") < 0 and number in sleepers:
                sleepers[number].miss()
            continue
        if number not in sleepers and event.meaning == "batch_begin":
            continue
        sleeper = sleepers.setdefault(number, Sleeper())
        if event.meaning == "wake_send":
            sleeper.send(event)
        elif event.meaning == "thread_sleep":
            sleeper.counts["sleeps"] += 1
        else:
            sleeper.run(event, has_runs)
    domains = first_domains(trace, run_kind)
    for sleeper in sleepers.values():
        sleeper.counts["pending_at_end"] = int(sleeper.pending is not None)
    answers = Answers(trace)
    ran = judged_runs(trace)
    totals = {key: sum(sleeper.counts[key] for sleeper in sleepers.values())
              for key in Sleeper().counts}
    return {
        **totals, **judged([worked for found in ran.values() for worked in found], has_runs),
        "untracked": 0, "run_evidence": run_kind,
        "latency": series([ns for sleeper in sleepers.values() for ns in sleeper.latency]),
        "threads": [{"thread": number, "domain": domains[number], **sleeper.counts,
                     **judged(ran.get(number, []), has_runs),
                     "latency": series(sleeper.latency)}
                    for number, sleeper in sorted(sleepers.items())],
        "failure_to_wakeup": answers.result(answers.every),
        "failure_to_wakeup_by_domain": [
            {"domain": domain, **answers.result([entry])}
            for domain, entry in sorted(answers.by_domain.items())],
    }


def judged_runs(trace):
    """Of each thread the runs after an effective wakeup that ended: how many had work."""
    at_work, runs, woken = {}, {}, set()
    results = {}

    def end(thread):
        worked = runs.pop(thread, None)
        if worked is not None:
            results.setdefault(thread, []).append(worked)

    for event in trace.all_of("wake_send", "thread_run", "thread_sleep", "on_cpu", "batch_begin",
                              "batch_end", "spin_begin", "spin_end"):
        thread = event.number("thread")
        if trace.is_after(event.time):
            break
        if event.meaning in WORK:
            at_work[thread] = event.meaning.endswith("_begin")
            if thread in runs:
                runs[thread] = True
        elif not event.inside:
            continue
        elif event.meaning == "wake_send":
            if event.label("effect", EFFECTS) == "woke":
                end(event.number("target"))
                woken.add(event.number("target"))
        elif event.meaning == "thread_run":
            end(thread)
            if thread in woken:
                runs[thread] = at_work.get(thread, False)
                woken.remove(thread)
        elif event.meaning == "thread_sleep":
            end(thread)
        elif event.number("ns") < 0:
            woken.discard(thread)
    return results


def judged(found, has_runs):
    return {"worked": sum(found) if has_runs else None,
            "spurious": len(found) - sum(found) if has_runs else None}


def first_domains(trace, run_kind):
    """The first domain that a thread's wakeups and runs name."""
    domains = {}
    for event in trace.of("wake_send", run_kind, "thread_sleep"):
        number = event.number("target" if event.meaning == "wake_send" else "thread")
        domains.setdefault(number, -1)
        if domains[number] == -1 and event.meaning != "thread_sleep":
            domains[number] = event.domain
    return domains


class DomainAnswers:
    def __init__(self):
        self.waiting = []
        self.first, self.all, self.named = [], [], []
        self.untracked = 0


class Answers:
    """Which effective wakeup answers which failures."""

    def __init__(self, trace):
        self.by_domain = {}
        self.answered = []  # (wakeup, its failures)
        self.waiting_domain = {}
        for event in trace.of("alloc_fail", "wake_send"):
            if event.meaning == "alloc_fail":
                self.fail(event)
            elif event.label("effect", EFFECTS, "woke") == "woke":
                self.answer(event)
        self.every = list(self.by_domain.values())

    def fail(self, event):
        entry = self.by_domain.setdefault(event.domain, DomainAnswers())
        if len(entry.waiting) < WAITING_LIMIT:
            entry.waiting.append(event)
            self.waiting_domain[event.sequence] = event
        else:
            entry.untracked += 1

    def answer(self, wake):
        cause = self.waiting_domain.get(wake.cause)
        domain = cause.domain if cause else wake.domain
        entry = self.by_domain.get(domain)
        if entry is None or not entry.waiting:
            return
        entry.first.append(wake.time - entry.waiting[0].time)
        entry.all += [wake.time - failure.time for failure in entry.waiting]
        if cause:
            entry.named.append(wake.time - cause.time)
        for failure in entry.waiting:
            del self.waiting_domain[failure.sequence]
        self.answered.append((wake, entry.waiting))
        entry.waiting = []

    @staticmethod
    def result(entries):
        def joined(name):
            return series([ns for entry in entries for ns in getattr(entry, name)])
        return {"first_failure": joined("first"), "every_failure": joined("all"),
                "named_cause": joined("named"),
                "unanswered": sum(len(entry.waiting) for entry in entries),
                "untracked": sum(entry.untracked for entry in entries)}


def gfp_class(flags):
    """The set of flags that a text like `GFP_KERNEL|__GFP_ZERO` names itself."""
    parts = flags.split("|")
    named_sets = [part for part in parts
                  if part.startswith("GFP_") or part in ("M_NOWAIT", "M_WAITOK")]
    is_word = len(parts) == 1 and not flags.startswith("__GFP_")
    return named_sets[0] if named_sets else flags if is_word else "(unnamed)"


def failures(trace, service):
    found = trace.of("alloc_fail")
    known = service["samples"] > 0
    times = [event.time for event in found]
    orders = tally([(event.number("order"), event.text("gfp")) for event in found])
    return {
        "count": len(found),
        "per_1000_s": len(found) * 10**12 // trace.length if trace.length else None,
        **{key: service[name] if known else None for key, name in (
            ("limited_requests", "limited"), ("failed_ppm", "failed_ppm"),
            ("limited_ppm", "limited_ppm"))},
        "by_gfp_class": named([gfp_class(event.text("gfp")) for event in found]),
        "by_domain": numbered([event.domain for event in found]),
        "by_cpu": numbered([event.cpu for event in found]),
        "by_order": numbered([event.number("order") for event in found]),
        "by_largest_order": numbered([event.number("largest_order") for event in found]),
        "by_requester": named([event.text("requester") for event in found]),
        "by_order_and_gfp": [{"order": order, "gfp": gfp, "count": count}
                             for (order, gfp), count in orders.items()],
        "uncounted": 0,
        "inter_arrival": series([after - before for before, after in zip(times, times[1:])]),
        "bursts": bursts(times),
        "over_time": over_time(trace, found),
    }


def bursts(times):
    sizes = []
    for index, time in enumerate(times):
        if index and time - times[index - 1] < BURST_NS:
            sizes[-1] += 1
        else:
            sizes.append(1)
    real = [size for size in sizes if size >= 2]
    return {"count": len(real), "failures": sum(real), "largest": max(sizes, default=0),
            "sizes": buckets(sizes)}


class Bins:
    """Of equal width, doubled until there are not too many."""

    def __init__(self, trace, times):
        asked = trace.options.interval
        self.begin = trace.begin
        limit = BIN_LIMIT if asked else 60
        if asked:
            self.width = asked
        elif trace.known_end is not None:
            self.width = max(1, -(-(trace.known_end - trace.begin) // 60))
        else:
            self.width = 1_000_000
        # The most there were: fewer after a doubling.
        self.most = 0
        for time in [*times, trace.end]:
            offset = time - trace.begin
            while -(-offset // self.width) > limit:
                self.width *= 2
            self.most = max(self.most, min(limit, offset // self.width + (time != trace.end)))
        self.count = max(-(-trace.length // self.width), 1 if times else 0)
        self.most = max(self.most, self.count)

    def counts(self, times):
        """What is at the window's last instant belongs to the last bin."""
        result = [0] * self.count
        for time in times:
            result[min((time - self.begin) // self.width, self.count - 1)] += 1
        return result


def over_time(trace, found):
    bins = Bins(trace, [event.time for event in found])

    # The first places have bins: a power of two.
    fitting = 1 << (CELL_LIMIT // max(1, bins.most)).bit_length() - 1

    def places(name):
        met = group(found, lambda event: getattr(event, name))
        shown = [{"number": number, "counts": bins.counts([event.time for event in met[number]])}
                 for number in sorted(list(met)[:fitting])]
        return shown, len(met) - len(shown)

    by_domain, by_cpu = places("domain"), places("cpu")
    return {"begin_ns": trace.begin, "width_ns": bins.width,
            "counts": bins.counts([event.time for event in found]),
            "by_domain": by_domain[0], "by_cpu": by_cpu[0],
            "domains_without_bins": by_domain[1], "cpus_without_bins": by_cpu[1]}
