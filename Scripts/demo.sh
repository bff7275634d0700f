#!/bin/bash
# Records one run per policy into a fresh folder, analyzes and compares them, and says where the files are.
set -euo pipefail
cd "$(dirname "$0")/.."
Scripts/setup.sh
swift build -c release --product ktls-trace --static-swift-stdlib
tool=$PWD/.build/release/ktls-trace
folder=$(mktemp -d "${TMPDIR:-/tmp}/ktls-trace-demo-XXXXXX")
cd "$folder"
for policy in cache-only alloc-thread reclaim-batch; do
  "$tool" record --policy $policy --preset small --seed 1 --duration 60s -o $policy.ktrace
  "$tool" analyze $policy.ktrace -o $policy.txt
  "$tool" analyze $policy.ktrace --format json -o $policy.json
done
"$tool" analyze reclaim-batch.ktrace
"$tool" diff alloc-thread.ktrace reclaim-batch.ktrace | tee diff.txt
"$tool" replay reclaim-batch.ktrace
echo
echo "The files are in $folder:"
ls -l "$folder"
