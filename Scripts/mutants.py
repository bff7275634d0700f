#!/usr/bin/env python3
"""Planted bugs: do the tests notice?

Copies the engine's modules and their tests to a scratch folder, applies one mutation of
Scripts/mutants/*.toml at a time, builds, and runs the tests that should notice. Prints a table of
what was killed and what survived; exit code 1 if anything survived that is not explained.

A mutation whose text is not found exactly once stops the run at once: it must follow the sources.
"""
import argparse
import datetime
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "Docs" / "TESTING.md"
BEGIN, END = "<!-- mutants: begin -->\n", "<!-- mutants: end -->\n"

MODULES = {
    "TraceCore": [],
    "PhysicalMemory": [],
    "ReclaimEngine": ["TraceCore", "PhysicalMemory"],
    "Workloads": ["TraceCore", "PhysicalMemory", "ReclaimEngine"],
    "ScenarioFiles": ["TraceCore", "ReclaimEngine", "Workloads", "Yams"],
}
# Modules of other packages, and what the presets are made of.
PACKAGES = {"Yams": '.package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2")'}
EMBEDDED = {"ScenarioFiles": "Presets"}
SUPPORT = {
    "TestRandomness": [],
    "EngineTestSupport": [
        "TestRandomness", "TraceCore", "PhysicalMemory", "ReclaimEngine", "Workloads",
        "ScenarioFiles"],
}
SUITES = {
    "PhysicalMemoryTests": ["PhysicalMemory", "TestRandomness"],
    "EngineTests": [
        "TraceCore", "PhysicalMemory", "ReclaimEngine", "Workloads", "EngineTestSupport",
        "TestRandomness", "ScenarioFiles"],
    "ReferenceTests": ["PhysicalMemory", "TestRandomness"],
    "ConformanceTests": ["PhysicalMemory", "ReclaimEngine"],
    "SimulationTests": [
        "TraceCore", "PhysicalMemory", "ReclaimEngine", "Workloads", "EngineTestSupport",
        "TestRandomness", "ScenarioFiles"],
    "ZoneReferenceTests": [
        "TraceCore", "PhysicalMemory", "ReclaimEngine", "Workloads", "EngineTestSupport",
        "TestRandomness", "ScenarioFiles"],
}
# Presets and canaries say nothing more about a planted bug than random hosts do.
FILTERS = {"SimulationTests": r"^SimulationTests\.(RandomSimulationTests|SwarmTests)/"}
# Optimized, but file by file: a mutation then rebuilds little.
SWIFT_FLAGS = ["-Xswiftc", "-O", "-Xswiftc", "-enable-testing"]
TEST_LIMIT_S = 600
# The share of the seeds that a mutant has to pass.
SEED_SHARE = "8"


def manifest():
    """A package of what the engine needs and nothing else, warnings allowed."""
    features = ["ExistentialAny", "InternalImportsByDefault", "MemberImportVisibility"]
    settings = ", ".join(f'.enableUpcomingFeature("{name}")' for name in features)
    lines = ["// swift-tools-version: 6.2", "import PackageDescription",
             f"let settings: [SwiftSetting] = [{settings}, .strictMemorySafety()]",
             'let package = Package(name: "mutants", dependencies: ['
             + ", ".join(PACKAGES.values()) + '], targets: [']
    def target(kind, name, dependencies, path):
        names = ", ".join(
            f'.product(name: "{one}", package: "{one}")' if one in PACKAGES else f'"{one}"'
            for one in dependencies)
        files = sorted((ROOT / path / name / EMBEDDED[name]).iterdir()) if name in EMBEDDED else []
        embedded = ", ".join(f'.embedInCode("{EMBEDDED[name]}/{one.name}")' for one in files)
        resources = f"resources: [{embedded}], " if embedded else ""
        lines.append(f'    .{kind}(name: "{name}", dependencies: [{names}], '
                     f'path: "{path}/{name}", {resources}swiftSettings: settings),')
    for name, dependencies in MODULES.items():
        target("target", name, dependencies, "Sources")
    for name, dependencies in SUPPORT.items():
        target("target", name, dependencies, "Tests")
    for name, dependencies in SUITES.items():
        target("testTarget", name, dependencies, "Tests")
    lines.append("], swiftLanguageModes: [.v6])")
    return "\n".join(lines) + "\n"


def load():
    """All mutations in order of file and place; every field checked."""
    found = []
    for path in sorted((ROOT / "Scripts" / "mutants").glob("*.toml")):
        for entry in tomllib.loads(path.read_text())["mutant"]:
            unknown = set(entry) - {"name", "file", "find", "replace", "suites", "survives"}
            if unknown or not {"name", "file", "find", "replace", "suites"} <= set(entry):
                sys.exit(f"{path.name}: {entry.get('name')}: fields {sorted(entry)}")
            source = ROOT / "Sources" / entry["file"]
            count = source.read_text().count(entry["find"]) if source.exists() else 0
            if count != 1:
                sys.exit(f"{path.name}: {entry['name']}: the text to replace is in "
                         f"{entry['file']} {count} times, not once")
            if entry["find"] == entry["replace"]:
                sys.exit(f"{path.name}: {entry['name']}: nothing changes")
            wrong = [name for name in entry["suites"] if name not in SUITES]
            if wrong:
                sys.exit(f"{path.name}: {entry['name']}: no such suite: {wrong}")
            found.append(entry)
    names = [entry["name"] for entry in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        sys.exit(f"names that are not unique: {sorted(twice)}")
    return found


def prepare(scratch):
    """Fresh sources, but what was built before stays and is used again."""
    scratch.mkdir(parents=True, exist_ok=True)
    (scratch / "Package.swift").write_text(manifest())
    pairs = [("Sources", name) for name in MODULES]
    pairs += [("Tests", name) for name in list(SUPPORT) + list(SUITES)]
    pairs += [("Fixtures", "vectors"), ("Fixtures", "dispatch"), ("", "Docs")]
    for folder, name in pairs:
        target = scratch / folder / name
        if target.exists():
            shutil.rmtree(target)
        # copy2 keeps the times, so unchanged files are not built again.
        shutil.copytree(ROOT / folder / name, target, copy_function=shutil.copy2)


def run(scratch, arguments, limit=None):
    """The exit code, or None when time ran out, and the output."""
    command = ["swift", *arguments]
    environment = dict(os.environ, KTLS_TRACE_SEED_SHARE=SEED_SHARE)
    try:
        done = subprocess.run(command, cwd=scratch, env=environment, text=True, timeout=limit,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except subprocess.TimeoutExpired as error:
        output = error.stdout or b""
        return None, output.decode() if isinstance(output, bytes) else output
    return done.returncode, done.stdout


def build(scratch):
    return run(scratch, ["build", "--build-tests", *SWIFT_FLAGS])


def test(scratch, suite):
    return run(scratch, ["test", "--skip-build", "--disable-xctest", *SWIFT_FLAGS,
                         "--filter", FILTERS.get(suite, f"^{suite}\\.")], TEST_LIMIT_S)


def first_failure(output):
    """The name of the first test with an issue."""
    found = re.search(r'✘ Test "?(.+?)"? (?:recorded an issue|failed)', output)
    return re.sub(r"\(.*", "", found.group(1)) if found else ""


def judge(scratch, mutant):
    """Builds one mutation and runs tests until one fails: (result, by whom)."""
    path = scratch / "Sources" / mutant["file"]
    original = path.read_text()
    path.write_text(original.replace(mutant["find"], mutant["replace"]))
    try:
        code, output = build(scratch)
        if code != 0:
            sys.exit(f"{mutant['name']}: does not build\n{output[-3000:]}")
        order = mutant["suites"] + [name for name in SUITES if name not in mutant["suites"]]
        for suite in order:
            code, output = test(scratch, suite)
            if code is None:
                return "killed", f"{suite} (no end)"
            if code != 0:
                return "killed", f"{suite} {first_failure(output) or '(trap)'}"
        return "survived", ""
    finally:
        path.write_text(original)


def table(rows):
    lines = ["| planted bug | in | result | noticed by |", "| --- | --- | --- | --- |"]
    for mutant, result, by in rows:
        note = by or mutant.get("survives", "**not explained**")
        lines.append(f"| {mutant['name']} | {mutant['file']} | {result} | {note} |")
    killed = sum(result == "killed" for _, result, _ in rows)
    lines.append("")
    lines.append(f"{killed} of {len(rows)} killed.")
    return "\n".join(lines)


def write_document(text):
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, text=True,
                            stdout=subprocess.PIPE, check=True).stdout.strip()
    document = DOCUMENT.read_text()
    head, rest = document.split(BEGIN)
    tail = rest.split(END)[1]
    today = datetime.date.today().isoformat()
    DOCUMENT.write_text(f"{head}{BEGIN}Commit {commit}, {today}.\n\n{text}\n{END}{tail}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="mutants whose name matches this expression")
    parser.add_argument("--check", action="store_true", help="look for the texts and stop")
    parser.add_argument("--write", action="store_true", help="put the table into TESTING.md")
    parser.add_argument("--scratch", type=pathlib.Path, default=ROOT / ".build-mutants")
    options = parser.parse_args()
    mutants = [one for one in load() if re.search(options.only, one["name"])]
    print(f"{len(mutants)} mutants", flush=True)
    if options.check:
        return 0
    prepare(options.scratch)
    code, output = build(options.scratch)
    if code != 0:
        sys.exit(f"without a mutation: does not build\n{output[-3000:]}")
    for suite in SUITES:
        code, output = test(options.scratch, suite)
        if code != 0:
            sys.exit(f"without a mutation: {suite} fails\n{output[-3000:]}")
    print("without a mutation: all suites pass", flush=True)
    rows = []
    for mutant in mutants:
        began = time.monotonic()
        result, by = judge(options.scratch, mutant)
        rows.append((mutant, result, by))
        seconds = time.monotonic() - began
        print(f"{result:9} {seconds:5.0f} s  {mutant['name']}: {by}", flush=True)
    text = table(rows)
    print(text)
    if options.write:
        write_document(text)
    return 1 if any(r == "survived" and "survives" not in m for m, r, _ in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
