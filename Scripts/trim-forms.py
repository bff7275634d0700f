#!/usr/bin/env python3
"""Cuts the same stretch out of what several recorders wrote, and hides the names of unrelated tasks.

usage: trim-forms.py RECORDING_DIR OUT_DIR --begin SECONDS --end SECONDS

RECORDING_DIR holds trace.dat, trace-cmd.report.txt, perf.script.txt, trace.txt and raw/, none of
them compressed; trace-cmd must be installed. Writes OUT_DIR/trace.dat, trace.v7.dat,
trace-cmd.report.txt, perf.script.txt and raw/ with whole sub-buffers, all from the stretch. The
names kswapd*, kcompactd* and fs-* stay; others get names of the same length, so no byte of a binary
file moves. The fixture `forms` was cut with --begin 1752.12 --end 1752.16.
"""
import argparse
import os
import re
import shutil
import struct
import subprocess

KEPT = re.compile(rb"kswapd|kcompactd|fs-|swapper/|<idle>$|<\.\.\.>$")
NAME_BYTES = 16
SUB_BUFFER_BYTES = 4096
# What a sub-buffer may hold from before the stretch.
LEAD_SECONDS = 0.004


class Names:
    """Names of unrelated tasks, and what stands for them."""

    def __init__(self, folder):
        found = set()
        with open(folder + "/trace-cmd.report.txt", "rb") as lines:
            for line in lines:
                if match := re.match(rb"\s*(.{1,16}?)-(\d+)\s+\[", line):
                    found.add(match.group(1).strip())
                for match in re.finditer(rb"(\S[^=\[\]]{0,15}?):\d+ \[", line):
                    found.add(match.group(1).split(b"> ")[-1].strip())
        with open(folder + "/raw/saved_cmdlines", "rb") as lines:
            found |= {line.rstrip(b"\n").split(b" ", 1)[1] for line in lines}
        with open(folder + "/trace.txt", "rb") as lines:
            pattern = rb"(?:prev_comm|next_comm|comm)=(.*?) (?:prev_|next_)?pid="
            for line in lines:
                found |= {match.group(1) for match in re.finditer(pattern, line)}
        self.names = sorted(name for name in found if name and not KEPT.match(name))
        self.others = {}
        for number, name in enumerate(self.names):
            self.other(name, number)
        self.names.sort(key=len, reverse=True)

    def other(self, name, number=None):
        """The name that stands for a name."""
        if KEPT.match(name):
            return name
        if name not in self.others:
            number = len(self.others) if number is None else number
            text = b"task-%d" % number if len(name) >= 8 else b"t%d" % number
            self.others[name] = (text + b"-" * NAME_BYTES)[: len(name)]
        return self.others[name]

    def hide_fields(self, data):
        """Hides names in fields of binary events."""
        for name in self.names:
            field = self.other(name).ljust(NAME_BYTES, b"\0")
            data = data.replace(name.ljust(NAME_BYTES, b"\0"), field)
        return data


def cut_dat(names, options):
    cut = options.out + "/cut.dat"
    trace_dat = options.folder + "/trace.dat"
    subprocess.check_call(
        ["trace-cmd", "split", "-i", trace_dat, "-o", cut, str(options.begin), str(options.end)])
    with open(cut + ".1", "rb") as file:
        data = names.hide_fields(file.read())
    os.remove(cut + ".1")
    hide = lambda match: match.group(1) + names.other(match.group(2)) + b"\n"
    data = re.sub(rb"(?<=[\n\0])(\d{1,7} )([^\n\0 ][^\n\0]{0,14})\n", hide, data)
    # The host's name and kernel.
    blank = lambda match: match.group(1) + b"-" * len(match.group(2))
    data = re.sub(rb"(Linux )(\S+ \d+\.\d+\.\d+\S*)(?= )", blank, data)
    whole, seven = options.out + "/trace.dat", options.out + "/trace.v7.dat"
    with open(whole, "wb") as file:
        file.write(data)
    subprocess.check_call(
        ["trace-cmd", "convert", "-i", whole, "-o", seven, "--file-version", "7",
         "--compression", "any"])
    with open(options.out + "/trace-cmd.report.txt", "wb") as report:
        subprocess.check_call(["trace-cmd", "report", "-t", "-i", whole], stdout=report)


def cut_perf(names, options):
    lines = []
    with open(options.folder + "/perf.script.txt", "rb") as text:
        for line in text:
            time = re.search(rb" (\d+\.\d{9}): ", line)
            if not time or not options.begin <= float(time.group(1)) <= options.end:
                continue
            match = re.match(rb"( *)(.+?)(\s+-?\d+ \[\d+\] .*\n)", line)
            task, rest = match.group(2), match.group(3)
            for name in names.names if b"sched:" in rest else []:
                pattern = rb"(?<=[ =])" + re.escape(name) + rb"(?=:\d+ \[| \[\d| (?:prev_|next_)?pid=)"
                rest = re.sub(pattern, names.other(name), rest)
            lines.append(match.group(1) + (task if task == b":-1" else names.other(task)) + rest)
    with open(options.out + "/perf.script.txt", "wb") as file:
        file.write(b"".join(lines))


def cut_raw(names, options):
    source, out = options.folder + "/raw", options.out + "/raw"
    os.makedirs(out, exist_ok=True)
    for name in os.listdir(source):
        if not name.startswith("trace_pipe_raw.cpu"):
            continue
        kept = []
        with open(f"{source}/{name}", "rb") as dump:
            while page := dump.read(SUB_BUFFER_BYTES):
                time = struct.unpack("<Q", page[:8])[0] / 1e9
                if options.begin - LEAD_SECONDS <= time <= options.end:
                    kept.append(page)
        with open(f"{out}/{name}", "wb") as file:
            file.write(names.hide_fields(b"".join(kept)))
    for name in ("header_page", "header_event"):
        shutil.copy(f"{source}/{name}", f"{out}/{name}")
    shutil.copytree(source + "/formats", out + "/formats", dirs_exist_ok=True)
    with open(options.out + "/trace-cmd.report.txt", "rb") as report:
        threads = {int(number) for number in re.findall(rb"[-:](\d+)\s+\[\d", report.read())}
    with open(source + "/saved_cmdlines", "rb") as lines, \
            open(out + "/saved_cmdlines", "wb") as file:
        for line in lines:
            thread, name = line.rstrip(b"\n").split(b" ", 1)
            if int(thread) in threads:
                file.write(thread + b" " + names.other(name) + b"\n")


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1])
    parser.add_argument("folder")
    parser.add_argument("out")
    parser.add_argument("--begin", type=float, required=True)
    parser.add_argument("--end", type=float, required=True)
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    names = Names(options.folder)
    cut_dat(names, options)
    cut_perf(names, options)
    cut_raw(names, options)


if __name__ == "__main__":
    main()
