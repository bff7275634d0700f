#!/usr/bin/env python3
"""Cuts a stretch out of a tracefs text, hides the names of unrelated tasks, and answers for it.

usage: trim-capture.py TRACE.txt[.xz] OUT_DIR --begin SECONDS --end SECONDS

Writes OUT_DIR/trace.txt.xz and OUT_DIR/reference.json. The stretch holds the lines from BEGIN to
END of the trace clock, both inclusive; the entry counts in the preamble become its number of
lines. The names kswapd*, kcompactd* and fs-* stay, and so does what is no task's name: the idle
task (<idle>, swapper/N) and <...>. Every other name becomes task-N, N counted in the order of
appearance. The answers are those of reference-answers.py, for the whole stretch and for the
window that is its middle half.

The fixtures were cut with
  d1-tlsd-default   --begin 2459.35 --end 2459.75
  d2-tlsd-defrag    --begin 1677.2  --end 1679
  d3-mixed-default  --begin 1751.8  --end 1753.2
  d4-mixed-defrag   --begin 1845    --end 1853.4
"""
import argparse
import importlib.util
import json
import lzma
import os
import re
import sys

FIXTURE_BYTES_MAX = 1 << 20
LINE = re.compile(r"^(.{16})(-\d+\s+\[\d+\] \S+\s+(\d+)\.(\d{6}): )(.*)$")
KEPT = re.compile(r"kswapd|kcompactd|fs-|swapper/|<idle>$|<\.\.\.>$")
NAME_FIELDS = (
    re.compile(r"(.*\bprev_comm=)(.*)( prev_pid=\d+ .*)"),
    re.compile(r"(.*\bnext_comm=)(.*)( next_pid=\d+ .*)"),
    re.compile(r"(sched_\w+: comm=)(.*)( pid=\d+ .*)"),
)


def load_answers():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "reference-answers.py")
    spec = importlib.util.spec_from_file_location("reference_answers", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Names:
    """Stand-ins for the names of unrelated tasks."""

    def __init__(self):
        self.stand_ins = {}

    def replace(self, name):
        if KEPT.match(name):
            return name
        stand_in = self.stand_ins.setdefault(name, f"task-{len(self.stand_ins)}")
        if len(stand_in) > 15:
            raise SystemExit("more names than fit in the kernel's 15 bytes")
        return stand_in

    def replace_in(self, body):
        for field in NAME_FIELDS:
            found = field.fullmatch(body)
            if found:
                body = found[1] + self.replace(found[2]) + found[3]
        return body


def cut(path, answers, begin_us, end_us):
    """The preamble and the renamed lines of the stretch."""
    names, preamble, lines = Names(), [], []
    with answers.open_text(path) as text:
        for line in text:
            line = line.rstrip("\n")
            if line.startswith("#"):
                preamble.append(line)
                continue
            found = LINE.match(line)
            if not found:
                raise SystemExit(f"not understood: {line}")
            time_us = int(found[3]) * 10**6 + int(found[4])
            if begin_us <= time_us <= end_us:
                task = names.replace(found[1].strip())
                lines.append(f"{task:>16}{found[2]}{names.replace_in(found[5])}")
    return preamble, lines, len(names.stand_ins)


def microseconds(text):
    seconds, _, fraction = text.partition(".")
    return int(seconds) * 10**6 + int((fraction + "000000")[:6])


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1])
    parser.add_argument("trace")
    parser.add_argument("out")
    parser.add_argument("--begin", required=True, type=microseconds)
    parser.add_argument("--end", required=True, type=microseconds)
    options = parser.parse_args()
    answers = load_answers()
    preamble, lines, renamed = cut(options.trace, answers, options.begin, options.end)
    preamble = [re.sub(r"(entries-written: )\d+/\d+", rf"\g<1>{len(lines)}/{len(lines)}", line)
                for line in preamble]
    os.makedirs(options.out, exist_ok=True)
    trace = os.path.join(options.out, "trace.txt.xz")
    text = "\n".join(preamble + lines) + "\n"
    with open(trace, "wb") as file:
        file.write(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    size = os.path.getsize(trace)
    if size > FIXTURE_BYTES_MAX:
        sys.exit(f"{trace} has {size} bytes, at most {FIXTURE_BYTES_MAX} are allowed")
    quarter = (options.end - options.begin) // 4
    # Odd nanoseconds, so that a reader has to widen the window to microseconds.
    window = [(options.begin + quarter) * 1000 + 321, (options.end - quarter) * 1000 + 123]
    result = {"window_ns": window, "trace_txt_full": answers.answers(trace),
              "trace_txt_window": answers.answers(trace, window)}
    with open(os.path.join(options.out, "reference.json"), "w") as file:
        json.dump(result, file, indent=1)
        file.write("\n")
    print(f"{trace}: {len(lines)} lines, {renamed} names replaced, {size} bytes")


if __name__ == "__main__":
    main()
