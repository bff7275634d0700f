"""CPU time in reclaim; METRICS.md, section 2."""
from shapes import group, known_sum, series
from stalls import (Edges, batch_cpu, clipped, direct_stalls, gained_shares, mode_of, pair,
                    stall_sums)

OPTIONS = ["any", "no_reservations", "no_superpages"]
ROLES = ["reclaim", "worker", "requester", "other"]


def threads(trace):
    """Names hold whenever they were given."""
    found = {}
    for event in trace.names:
        entry = found.setdefault(event.number("thread"), {"names": [], "role": None})
        name = event.text("name")
        entry["names"] = [other for other in entry["names"] if other != name] + [name]
        if entry["role"] != "reclaim":
            entry["role"] = event.label("role", ROLES) or entry["role"]
    return [{"thread": thread, "name": entry["names"][-1], "names": entry["names"],
             "role": entry["role"]} for thread, entry in sorted(found.items())]


class Thread:
    def __init__(self, number):
        self.number = number
        self.domain = -1
        self.has_stretches = False
        self.stretches, self.cut = [], []
        self.missed = 0
        self.stretch_ns = self.open_stretch_ns = 0
        self.batch_ns = self.direct_ns = self.open_pass_ns = self.batches_without_cpu = 0
        self.spins = self.spin_ns = self.open_spin_ns = 0
        self.is_spinning = False
        self.pass_ns = dict.fromkeys(OPTIONS + ["unknown"], 0)
        self.visits, self.iterations, self.deficit = [], [], []
        self.daemon_batches = 0

    def is_reclaim(self, roles, woken):
        if self.number in roles:
            return roles[self.number] == "reclaim"
        return bool(self.number in woken or self.daemon_batches or self.spins
                    or self.is_spinning)

    @property
    def cpu_ns(self):
        if self.has_stretches:
            return self.stretch_ns + self.open_stretch_ns
        return self.batch_ns + self.spin_ns + self.open_spin_ns

    @property
    def open_at_end_ns(self):
        if self.has_stretches:
            return self.open_stretch_ns
        return self.open_spin_ns

    def result(self, is_reclaim):
        has_batches = self.daemon_batches or self.cpu_ns
        return {
            "thread": self.number, "domain": self.domain, "reclaim": is_reclaim,
            "evidence": ("stretches" if self.has_stretches else "batches" if has_batches else None),
            "cpu_ns": self.cpu_ns, "open_at_end_ns": self.open_at_end_ns,
            "batch_ns": self.batch_ns, "direct_ns": self.direct_ns,
            "open_pass_ns": self.open_pass_ns,
            "batches_without_cpu": self.batches_without_cpu,
            "pass_ns": self.pass_ns, "visits": known_sum(self.visits), "spins": self.spins,
            "spin_ns": self.spin_ns, "spin_iterations": known_sum(self.iterations),
            "spin_deficit_pages": known_sum(self.deficit),
            "cut_stretches": len(self.cut), "cut_stretches_ns": sum(self.cut),
            "missed_stretches": self.missed, "stretches": series(self.stretches),
        }


class CPU:
    def __init__(self, trace):
        self.trace = trace
        self.by_number = {}
        self.roles = {entry["thread"]: entry["role"] for entry in threads(trace)
                      if entry["role"] is not None}
        self.take_domains()
        self.take_stretches()
        self.take_passes()
        self.take_spins()
        self.take_batches()

    def thread(self, number):
        return self.by_number.setdefault(number, Thread(number))

    def take_domains(self):
        """The domain of a thread is the first one that its events on a CPU name."""
        for event in self.trace.events:
            if event.meaning in ("thread_run", "on_cpu", "batch_pass", "batch_end", "spin_begin",
                                 "spin_end"):
                if self.is_told(event):
                    thread = self.thread(event.number("thread"))
                    if thread.domain == -1:
                        thread.domain = event.domain
        self.woken = {event.number("target") for event in self.trace.of("wake_send")}

    def is_told(self, event):
        """Whether an event tells of CPU time; of those outside the window what can reach in."""
        if event.inside:
            return True
        if event.time < self.trace.begin:
            return event.meaning not in ("batch_pass", "batch_end")
        return event.meaning in ("on_cpu", "spin_begin", "spin_end")

    def take_stretches(self):
        """Since when threads run, and what ends it."""
        trace = self.trace
        running, measured, told_later = {}, set(), set()
        for event in trace.all_of("on_cpu", "thread_run", "batch_begin", "spin_begin"):
            number = event.number("thread")
            is_after = trace.is_after(event.time)
            if event.meaning == "on_cpu":
                if is_after:
                    # The first one after the window may have begun in it.
                    ns = event.number("ns")
                    if number not in told_later and ns >= 0 and event.time - ns < trace.end:
                        running[number] = event.time - ns
                        measured.add(number)
                    told_later.add(number)
                    continue
                running.pop(number, None)
                measured.add(number)
                if event.inside:
                    self.take_stretch(self.thread(number), event)
            elif is_after:
                continue
            elif event.meaning == "thread_run":
                running[number] = event.time
            else:
                # After a wait no event tells of the run.
                running.setdefault(number, event.time)
        for number in running.keys() & measured:
            thread = self.thread(number)
            thread.has_stretches = True
            thread.open_stretch_ns = trace.overlap(running[number], None)

    def take_stretch(self, thread, event):
        thread.has_stretches = True
        ns = event.number("ns")
        if ns < 0:
            thread.missed += 1
            return
        part = self.trace.overlap(event.time - ns, event.time)
        thread.stretch_ns += part
        if event.time - ns >= self.trace.begin:
            thread.stretches.append(ns)
        else:
            thread.cut.append(part)

    def take_passes(self):
        for event in self.trace.of("batch_pass"):
            thread = self.thread(event.number("thread"))
            option = event.label("option", OPTIONS) or "unknown"
            thread.pass_ns[option] += max(0, clipped(self.trace, event, "ns"))
            thread.visits.append(event.number("visits"))

    def take_batches(self):
        ended, still_open = batch_cpu(self.trace)
        for end, ns in ended:
            self.take_batch(self.thread(end.number("thread")), end, ns)
        for number, ns in still_open.items():
            thread = self.thread(number)
            thread.open_pass_ns = ns
            if thread.is_reclaim(self.roles, self.woken):
                thread.batch_ns += ns
            else:
                thread.direct_ns += ns

    def take_batch(self, thread, event, ns):
        mode = mode_of(event)
        if mode is None:
            return
        is_direct = mode == "direct"
        thread.daemon_batches += not is_direct
        thread.batches_without_cpu += ns < 0
        if is_direct:
            thread.direct_ns += max(0, ns)
        else:
            thread.batch_ns += max(0, ns)

    def take_spins(self):
        trace = self.trace
        spins = pair(trace, trace.all_of("spin_begin", "spin_end"),
                     lambda event: event.meaning == "spin_begin",
                     lambda event: event.number("thread"))
        for interval in spins:
            stated = interval.end.number("cpu_ns") if interval.end else -1
            edges = Edges(trace, interval, stated)
            if not (edges.ended or edges.open_at_end):
                continue
            event = interval.end if edges.ended else interval.begin or interval.end
            thread = self.thread(event.number("thread"))
            if edges.ended:
                thread.spins += 1
                thread.iterations.append(event.number("iterations"))
                thread.deficit.append(event.number("deficit"))
                thread.spin_ns += (min(stated, event.time - trace.begin) if stated >= 0
                                   else edges.time)
            else:
                thread.is_spinning = True
                thread.open_spin_ns += edges.time

    def result(self):
        trace = self.trace
        every = [thread for _, thread in sorted(self.by_number.items())]
        reclaim = [thread for thread in every if thread.is_reclaim(self.roles, self.woken)]
        shown = [thread for thread in every if thread in reclaim or thread.cpu_ns
                 or thread.direct_ns or thread.has_stretches or thread.batches_without_cpu]
        daemon = [event for event in trace.of("batch_end") if mode_of(event) == "daemon"]
        sums = {column: known_sum([event.number(column) for event in daemon])
                for column in ("gained_blocks", "nominal", "phantom")}
        total = sum(thread.cpu_ns for thread in reclaim)
        gained = sums["gained_blocks"]["sum"]
        stalls = direct_stalls(trace)
        domains = {}
        for thread in shown:
            entry = domains.setdefault(thread.domain, [0, 0])
            entry[0] += thread.cpu_ns if thread in reclaim else 0
            entry[1] += thread.direct_ns
        return {
            "reclaim_ns": total,
            "core_share_ppm": total * 10**6 // trace.length if trace.length else None,
            "open_at_end_ns": sum(thread.open_at_end_ns for thread in reclaim),
            "spin_ns": sum(thread.spin_ns + thread.open_spin_ns for thread in reclaim),
            "direct_ns": sum(thread.direct_ns for thread in every),
            "pass_ns": {option: sum(thread.pass_ns[option] for thread in reclaim)
                        for option in OPTIONS + ["unknown"]},
            **sums, **gained_shares(daemon),
            "stalls": stall_sums(trace, stalls),
            "stalls_by_routine": [
                {"routine": routine, **stall_sums(trace, found)}
                for routine, found in group(stalls, lambda stall: stall[0]).items()],
            "ns_per_gained_block": total // gained if gained else None,
            "missed_stretches": sum(thread.missed for thread in reclaim),
            "batches_without_cpu": sum(thread.batches_without_cpu for thread in every),
            "untracked": 0,
            "domains": [{"domain": domain, "reclaim_ns": pair[0], "direct_ns": pair[1]}
                        for domain, pair in sorted(domains.items())],
            "threads": [thread.result(thread in reclaim) for thread in shown],
        }
