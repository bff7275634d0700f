#!/bin/bash
# All tests of `make test`: fast ones in debug, long ones in release (debug runs the engine about 7 times slower).
set -euo pipefail
cd "$(dirname "$0")/.."
Scripts/setup.sh
long='FuzzCorpusTests|TruncationTests|ConformanceTests|ReferenceTests|CaptureTests|SimulationTests|ZoneReferenceTests|ReplayTests|TraceSummariesTests|CommandTests'
# Recording this host takes tracefs, which is not mounted everywhere; a mount of ours goes with us.
if [ "$(id -u)" -eq 0 ] && ! grep -q ' tracefs ' /proc/self/mounts; then
  tracefs=$(mktemp -d "${TMPDIR:-/tmp}/ktls-trace-tracefs-XXXXXX")
  if mount -t tracefs nodev "$tracefs" 2> /dev/null; then
    trap 'umount "$tracefs" && rmdir "$tracefs"' EXIT
  else
    rmdir "$tracefs"
    echo "tracefs cannot be mounted here: tests that record this host are skipped"
  fi
fi
checks=(--explicit-target-dependency-import-check error)

echo "== fast tests, debug"
swift test "${checks[@]}" --disable-xctest --skip "$long"

echo "== long tests, release"
[ -n "${KTLS_TRACE_CAPTURES:-}" ] || echo "KTLS_TRACE_CAPTURES is not set: tests on full captures are skipped"
# One release build with testing enabled serves the tests and the tool they run.
release=(-c release --scratch-path .build-test "${checks[@]}" -Xswiftc -enable-testing)
swift build "${release[@]}" --build-tests
KTLS_TRACE_BINARY="$PWD/.build-test/release/ktls-trace" \
  swift test "${release[@]}" --skip-build --disable-xctest --filter "$long"

echo "== comparison of analyses, few events"
Benchmarks/peers/analyses.py .build-test/release/ktls-trace --smoke > /dev/null

echo "== fuzzing, seconds for each target"
Scripts/fuzz.sh --short
