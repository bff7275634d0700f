#!/bin/bash
# Builds the tool and the measuring programs, measures, and prints Markdown for Benchmarks/README.md.
# Takes about five minutes when everything is built. Let nothing else run meanwhile.
#
# usage: Benchmarks/run.sh [RUNS [GENERATOR.c]]
#
# RUNS of each command, 5 by default. With the generator of the neutral stream also the analyses beside others, which
# takes half an hour and 10 GB in TMPDIR (peers/analyses.py).
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-5}
Scripts/setup.sh
swift build -c release --product ktls-trace --static-swift-stdlib >&2
swift build -c release --package-path Benchmarks >&2
tool=$PWD/.build/release/ktls-trace
programs=$PWD/Benchmarks/.build/release
measure=$PWD/Benchmarks/measure.py
analyses=$PWD/Benchmarks/peers/analyses.py
installer=$PWD/Benchmarks/peers/install-analyses.sh
[ -z "${2:-}" ] || generator=$(realpath "$2")
folder=$(mktemp -d "${TMPDIR:-/tmp}/ktls-trace-bench-XXXXXX")
trap 'rm -rf "$folder"' EXIT
cd "$folder"

echo "$(date -u +%Y-%m-%d); $(nproc) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1);" \
  "Linux $(uname -r); $(swift --version 2>/dev/null | grep -o 'Swift version [0-9.]*');" \
  "load before: $(cut -d' ' -f1 /proc/loadavg)"

echo
echo "### The tool"
echo
record=("$tool" record --policy reclaim-batch --preset small --seed 1 --duration 150s --force -o run.ktrace)
"${record[@]}"
events=$("$tool" info run.ktrace | sed -n 's/^events: \([0-9]*\) .*/\1/p')
echo "$("$tool" info run.ktrace | grep '^events:')"
"$tool" record --policy reclaim-batch --preset small --seed 1 --duration 150s --compression 19 -o small.ktrace
echo "at compression 19: $("$tool" info small.ktrace | sed -n 's/^events: .*, \([0-9.]* bytes.event\)/\1/p')"
echo
echo "| command | CPU s | from, to | elapsed s | M events/s of CPU | peak MiB |"
echo "| --- | --- | --- | --- | --- | --- |"
"$measure" "$runs" "record, 150 virtual s" "$events" "${record[@]}"
"$measure" "$runs" replay "$events" "$tool" replay run.ktrace
"$measure" "$runs" verify "$events" "$tool" verify run.ktrace
"$measure" "$runs" info "$events" "$tool" info run.ktrace
"$measure" "$runs" "analyze (control lane)" "$events" "$tool" analyze run.ktrace
"$measure" "$runs" "analyze --format json" "$events" "$tool" analyze run.ktrace --format json
"$measure" "$runs" "diff with itself" "$((2 * events))" "$tool" diff run.ktrace run.ktrace
"$measure" "$runs" "dump --kind batch_end" "$events" "$tool" dump run.ktrace --kind batch_end
"$measure" "$runs" "dump, all as CSV" "$events" "$tool" dump run.ktrace --format csv

echo
echo "### The engine, 60 virtual s, trace written"
echo
echo "| command | CPU s | from, to | elapsed s | M requests/s of CPU | peak MiB |"
echo "| --- | --- | --- | --- | --- | --- |"
for share in 20000 300000; do
  half=("$tool" record --preset half --set scenario.unmovable_ppm=$share --duration 60s --force -o half.ktrace)
  "${half[@]}"
  requests=$("$tool" info half.ktrace | sed -n 's/^  request: \([0-9]*\)$/\1/p')
  "$measure" "$runs" "half, unmovable_ppm $share" "$requests" "${half[@]}"
done
server=("$tool" record --preset server100 --duration 60s --force -o server.ktrace)
"${server[@]}"
requests=$("$tool" info server.ktrace | sed -n 's/^  request: \([0-9]*\)$/\1/p')
"$measure" 3 "server100" "$requests" "${server[@]}"

echo
echo "### ScanSpeed: one reclaim call after the other, 96 GiB"
echo
echo '```'
for memory in "20000 0" "300000 0" "20000 600000"; do "$programs/ScanSpeed" 96 $memory; done
echo '```'

echo
echo "### StoreBench: the file format alone, 10 million requests"
echo
echo '```'
"$programs/StoreBench" requests 10000000 requests.ktrace
echo '```'
echo
echo "### AnalysisSpeed: the analyzer alone, control events held in memory, five times"
echo
echo '```'
"$programs/AnalysisSpeed" 2000
echo '```'

if [ -n "${generator:-}" ]; then
  python=$("$installer")
  echo
  "$analyses" "$tool" "$generator" --python "$python" --repeat "$runs"
fi
