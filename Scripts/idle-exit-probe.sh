#!/bin/bash
# Measures how long an idle CPU takes to run a woken thread, on this machine: records sched_waking and
# sched_switch of a thread that sleeps 4 ms at a time on CPU 0 and keeps the wakeups that found the CPU
# idle. Needs root and tracefs; removes its tracing instance again.
#
# usage: Scripts/idle-exit-probe.sh > Fixtures/dispatch/idle-exit-probe.json
set -euo pipefail
tracing=/sys/kernel/tracing
[ -d $tracing/instances ] || mount -t tracefs tracefs $tracing
instance=$tracing/instances/idle-exit-probe
mkdir $instance
trap 'echo 0 > $instance/tracing_on; rmdir $instance' EXIT
echo mono > $instance/trace_clock
echo 8192 > $instance/buffer_size_kb
echo 'comm == "idle-probe"' > $instance/events/sched/sched_waking/filter
echo 'next_comm == "idle-probe"' > $instance/events/sched/sched_switch/filter
echo 1 > $instance/events/sched/sched_waking/enable
echo 1 > $instance/events/sched/sched_switch/enable
taskset -c 0 python3 -c '
import ctypes, time
ctypes.CDLL(None).prctl(15, b"idle-probe", 0, 0, 0)
for _ in range(6000):
    time.sleep(0.004)
'
python3 - $instance/trace <<'PYTHON'
import json, platform, re, sys
line = re.compile(r" (\d+)\.(\d{6}): (sched_\w+): (.*)")
waking, latencies = None, []
for text in open(sys.argv[1]):
    found = line.search(text)
    if not found:
        continue
    time_us = int(found[1]) * 10**6 + int(found[2])
    if found[3] == "sched_waking":
        waking = time_us
    elif waking is not None:
        if "prev_comm=swapper/0" in found[4]:
            latencies.append(time_us - waking)
        waking = None
json.dump({
    "description": "sched_waking to sched_switch, in microseconds, of a thread woken every 4 ms on an idle "
                   "CPU (the switch comes from swapper/0); Linux " + platform.release()
                   + ", virtual machine, tracefs clock mono; ascending",
    "latencies_us": sorted(latencies)}, sys.stdout, separators=(",", ":"))
PYTHON
