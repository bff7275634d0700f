#!/bin/bash
# Makes Fixtures/traces/v1 and Fixtures/corrupt with the built tool; see Fixtures/README.md.
#
# The files in v1 are kept for ever: they prove that later versions read what this one wrote. Run
# this only while the engine of this release still changes; never for a released one.
set -euo pipefail
cd "$(dirname "$0")/.."
tool=${KTLS_TRACE_BINARY:-$PWD/.build/release/ktls-trace}
[ -x "$tool" ] || { echo "there is no $tool; build it or set KTLS_TRACE_BINARY" >&2; exit 1; }
captures=Fixtures/captures
traces=$PWD/Fixtures/traces/v1
work=$(mktemp -d "${TMPDIR:-/tmp}/ktls-trace-fixtures-XXXXXX")
trap 'rm -r "$work"' EXIT
mkdir -p "$traces"

record() {
  # A fixed time in the notes, so that the same tool makes the same bytes.
  (cd "$work" && SOURCE_DATE_EPOCH=1700000000 "$tool" record --preset unit --compression 19 "$@")
}

keep() {
  "$tool" verify "$work/$1" >/dev/null
  zstd -qt "$work/$1"
  cp "$work/$1" "$traces/$1"
  echo "$traces/$1: $(stat -c %s "$traces/$1") bytes"
}

# Load that comes and goes every second: failures, batches, spins and waits within 10 s.
for policy in cache-only alloc-thread reclaim-batch; do
  record --policy $policy --seed 1 --duration 10s --set scenario.period_ns=1000000000 \
    -o $policy.ktrace
  keep $policy.ktrace
done
record --policy reclaim-batch --seed 2 --duration 2s --detail 2 -o detail-2.ktrace
keep detail-2.ktrace

# The recording is named in the notes, so it has a name without a folder.
xz -dc $captures/d3-mixed-default/trace.txt.xz >"$work/d3-mixed-default.txt"
(cd "$work" && "$tool" import --from ftrace-text --switches-of fs- --compression 19 \
  d3-mixed-default.txt -o linux-d3.ktrace)
keep linux-d3.ktrace

# A small good trace in several blocks, and what can go wrong with it.
record --policy reclaim-batch --seed 4 --duration 2s --set scenario.period_ns=1000000000 \
  --set scenario.peak_bits_per_second=200000000 -o good.ktrace
Scripts/edit-trace.py "$work/good.ktrace" "$work/several-blocks.ktrace" --block-events 2300
keep several-blocks.ktrace
Scripts/corrupt-fixtures.py "$work/several-blocks.ktrace" Fixtures/corrupt
