"""Relief and chains; METRICS.md, section 7."""
from bisect import bisect_right

from shapes import group, series
from wakeups import EFFECTS, Answers

SERVED = ["hits_cpu", "hits_list", "imports"]
CHAIN_LIMIT = 64


class Domain:
    def __init__(self):
        self.waiting = {"served": None, "imported": None}
        self.samples = {"served": [], "imported": []}

    def succeed(self, name, time):
        if self.waiting[name] is not None:
            self.samples[name].append(time - self.waiting[name].time)
            self.waiting[name] = None


def relief(trace):
    evidence = "events" if has_single_services(trace) else "samples"
    if evidence == "samples" and not trace.of("service"):
        return None
    domains, other_orders, readings = {}, 0, {}
    for event in trace.of("alloc_fail", "hit", "import", "service"):
        if event.meaning == "alloc_fail":
            if event.number("order") not in (2, -1):
                other_orders += 1
                continue
            entry = domains.setdefault(event.domain, Domain())
            for name in entry.waiting:
                entry.waiting[name] = entry.waiting[name] or event
            continue
        if (event.meaning == "service") == (evidence == "events"):
            continue
        entry = domains.setdefault(event.domain, Domain())
        if event.meaning == "service":
            take_reading(event, entry, readings)
        else:
            if event.meaning == "hit" or event.number("got") > 0:
                entry.succeed("served", event.time)
            if event.meaning == "import" and event.number("got") > 0:
                entry.succeed("imported", event.time)
    return {
        "evidence": evidence, "upper_bound": evidence == "samples",
        **joined(domains.values()), "other_orders": other_orders, "untracked": 0,
        "by_domain": [{"domain": domain, **joined([entry])}
                      for domain, entry in sorted(domains.items())],
    }


def has_single_services(trace):
    return bool(trace.of("hit", "import"))


def take_reading(event, entry, readings):
    served = [event.number(column) for column in SERVED]
    now = {"served": sum(served) if min(served) >= 0 else -1, "imported": served[2]}
    place = event.domain, event.cpu
    before = readings.get(place)
    readings[place] = event, now
    if before is None:
        return
    for name, failure in entry.waiting.items():
        if failure and before[0].sequence > failure.sequence and now[name] > before[1][name]:
            entry.succeed(name, event.time)


def joined(entries):
    entries = list(entries)
    result = {}
    for name in ("served", "imported"):
        result[name] = series([ns for entry in entries for ns in entry.samples[name]])
    for name in ("served", "imported"):
        result["un" + name] = sum(entry.waiting[name] is not None for entry in entries)
    return result


class Chain:
    def __init__(self, wake, failures):
        self.wake, self.failures = wake, failures
        self.domain = failures[0].domain
        self.thread = wake.number("target")
        self.run = self.begin = self.end = self.relief = None
        self.closed = False

    def take(self, event):
        """The next event of the thread that was woken."""
        if event.meaning == "thread_sleep" or event.meaning == "wake_send":
            self.closed = True
        elif event.meaning == "thread_run" and not self.closed and not self.run:
            self.run = event
        elif event.meaning == "batch_begin" and not self.closed and not self.begin:
            self.begin = event
        elif event.meaning == "batch_end" and self.begin and not self.end:
            self.end = event

    def links(self):
        # The wakeup may name any of the failures that it answers.
        wake_link = link(self.wake.cause in [failure.sequence for failure in self.failures])
        run_link = link(self.run.cause == self.wake.sequence) if self.run else None
        causes = [self.wake.sequence] + ([self.run.sequence] if self.run else [])
        batch_link = link(self.begin.cause in causes) if self.begin else None
        return wake_link, run_link, batch_link

    def result(self):
        steps = [self.failures[0], self.wake, self.run, self.begin, self.end]
        last = self.relief or [step for step in steps if step][-1]
        links = self.links()
        return {
            "trace": None, "domain": self.domain, "thread": self.thread,
            "failure": self.failures[0].sequence, "failures": len(self.failures),
            "failure_ns": self.failures[0].time,
            "wake_ns": self.wake.time, "wake_link": links[0],
            "run_ns": time_of(self.run), "run_link": links[1],
            "batch_begin_ns": time_of(self.begin), "batch_link": links[2],
            "batch_end_ns": time_of(self.end), "relief_ns": time_of(self.relief),
            "length_ns": last.time - self.failures[0].time,
        }


def time_of(event):
    return event.time if event else None


def link(is_recorded):
    return "recorded" if is_recorded else "inferred"


def chains(trace):
    if not trace.options.worst:
        return None
    every = [Chain(wake, failures) for wake, failures in Answers(trace).answered]
    follow(trace, every)
    knows_relief = has_single_services(trace)
    untracked = add_relief(trace, every) if knows_relief else 0
    results = [chain.result() for chain in every]
    order = sorted(range(len(every)),
                   key=lambda at: (-results[at]["length_ns"], results[at]["failure"]))
    return {
        "count": len(every),
        "recorded": sum("inferred" not in chain.links() for chain in every),
        "knows_relief": knows_relief, "untracked": untracked,
        "worst": [results[at] for at in order[:trace.options.worst]],
    }


def batch_relief(trace):
    """From failures to the end of the batch that they led to."""
    every = [Chain(wake, failures) for wake, failures in Answers(trace).answered]
    follow(trace, every)
    domains = group(every, lambda chain: chain.domain)
    return {**batch_ends(every), "untracked": 0,
            "by_domain": [{"domain": domain, **batch_ends(found)}
                          for domain, found in sorted(domains.items())]}


def batch_ends(every):
    ended = [chain for chain in every if chain.end]
    recorded = sum("inferred" not in chain.links() for chain in ended)
    return {
        "chains": len(every), "recorded": recorded, "inferred": len(ended) - recorded,
        "without_end": len(every) - len(ended),
        "duration": series([chain.end.time - chain.failures[0].time for chain in ended]),
    }


def follow(trace, every):
    """Gives each chain the events of its thread after its wakeup."""
    by_wake = {chain.wake.sequence: chain for chain in every}
    current = {}
    for event in trace.of("wake_send", "thread_run", "thread_sleep", "batch_begin", "batch_end"):
        if event.meaning == "wake_send":
            if event.label("effect", EFFECTS, "woke") != "woke":
                continue
            for chain in current.get(event.number("target"), []):
                chain.take(event)
            chain = by_wake.get(event.sequence)
            if chain:
                current.setdefault(chain.thread, []).append(chain)
            continue
        thread = event.number("thread")
        for chain in current.get(thread, []):
            chain.take(event)
        if any(chain.begin is event for chain in current.get(thread, [])):
            # The first batch of a later chain takes the place of one that has not ended.
            current[thread] = [chain for chain in current[thread]
                               if chain.begin is event or not chain.begin]
        if thread in current:
            current[thread] = [chain for chain in current[thread]
                               if not chain.closed or (chain.begin and not chain.end)]


def add_relief(trace, every):
    imports = {}
    for event in trace.of("import"):
        if event.number("got") > 0:
            imports.setdefault(event.domain, []).append(event)
    waiting, untracked = {}, 0
    for chain in every:
        found = imports.get(chain.domain, [])
        at = bisect_right([event.sequence for event in found], chain.failures[0].sequence)
        chain.relief = found[at] if at < len(found) else None
        queue = waiting.setdefault(chain.domain, [])
        queue[:] = [other for other in queue
                    if not other.relief or other.relief.sequence > chain.wake.sequence]
        queue.append(chain)
        if len(queue) > CHAIN_LIMIT:
            queue.pop(0).relief = None
            untracked += 1
    return untracked
