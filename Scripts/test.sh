#!/bin/bash
# All tests of `make test`, in release: one build with testing enabled serves the tests and the tool they run, and debug
# runs the engine about 7 times slower. Quick suites come first.
set -euo pipefail
cd "$(dirname "$0")/.."
Scripts/setup.sh
long='FuzzCorpusTests|TruncationTests|ConformanceTests|ReferenceTests|CaptureTests|SimulationTests|ZoneReferenceTests|ReplayTests|TraceSummariesTests|CommandTests'
release=(-c release --scratch-path .build-test --explicit-target-dependency-import-check error -Xswiftc -enable-testing)
run=(swift test "${release[@]}" --skip-build --disable-xctest)

echo "== build"
swift build "${release[@]}" --build-tests

echo "== quick tests"
"${run[@]}" --skip "$long"

echo "== long tests"
[ -n "${KTLS_TRACE_CAPTURES:-}" ] || echo "KTLS_TRACE_CAPTURES is not set: tests on full captures are skipped"
KTLS_TRACE_BINARY="$PWD/.build-test/release/ktls-trace" "${run[@]}" --filter "$long"

echo "== comparison of analyses, few events"
Benchmarks/peers/analyses.py .build-test/release/ktls-trace --smoke > /dev/null

echo "== fuzzing, seconds for each target"
Scripts/fuzz.sh --short
