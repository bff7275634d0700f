"""Writes rows like those of the neutral stream: python3 rows.py COUNT FILE"""
import heapq
import random
import struct
import sys

ROW = struct.Struct("<QQIHBB")


def rows(count, seed=42):
    """Failures come in bursts; a wakeup leads to some batches; waits overlap."""
    rng = random.Random(seed)
    queue, serial = [], 0

    def push(time, domain, what, *more):
        nonlocal serial
        serial += 1
        heapq.heappush(queue, (time, serial, domain, what, more))

    idle, batch = [True] * 4, [0] * 4
    for domain in range(4):
        for what in ("buffer", "fail", "wake", "wait"):
            push(10**12 + rng.randrange(10**6), domain, what)
    while count:
        time, _, domain, what, more = heapq.heappop(queue)
        cpu = domain * 16 + rng.randrange(16)
        value, argument = rng.getrandbits(40), rng.randrange(3)
        is_burst = time // 10**8 % 4 == domain

        def after(mean):
            return time + 1 + int(rng.expovariate(1 / mean))

        if what == "buffer":
            push(after(14_000 if is_burst else 70_000), domain, "buffer")
            kind = 7
            push(after(60_000), domain, "return")
        elif what == "return":
            kind = 8
        elif what == "fail":
            push(after(9_000 if is_burst else 4_000_000), domain, "fail")
            kind, value = 1, 4096 << rng.randrange(6)
        elif what == "wake":
            push(after(300_000 if is_burst else 15_000_000), domain, "wake")
            if not idle[domain]:
                continue
            idle[domain] = False
            kind = 2
            push(after(20_000), domain, "begin", rng.randrange(1, 9))
        elif what == "begin":
            batch[domain] += 1
            kind, argument = 3, batch[domain]
            push(after(40_000), domain, "end", *more)
        elif what == "end":
            kind, argument = 4, batch[domain]
            idle[domain] = more[0] == 1
            if not idle[domain]:
                push(after(2_000), domain, "begin", more[0] - 1)
        elif what == "wait":
            push(after(80_000 if is_burst else 20_000_000), domain, "wait")
            kind, value = 5, 1000 + rng.randrange(256)
            push(after(250_000), domain, "wait end", value, argument)
        else:
            kind, (value, argument) = 6, more
        yield ROW.pack(time, value, argument, cpu, domain, kind)
        count -= 1


def main():
    with open(sys.argv[2], "wb") as file:
        for row in rows(int(sys.argv[1])):
            file.write(row)


if __name__ == "__main__":
    main()
