#!/bin/bash
# Builds the tool in a copy of the sources without what is Linux's alone, as another system would: the module LinuxHost is
# left out, and conditions on Linux do not hold. Shows that only those parts are conditional; takes minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
copy=$(mktemp -d "${TMPDIR:-/tmp}/ktls-trace-portable-XXXXXX")
trap 'rm -rf "$copy"' EXIT
git ls-files -z Package.swift Sources Examples Tests | xargs -0 cp --parents -t "$copy"
cd "$copy"
grep -rl '#if os(Linux)' Sources | xargs sed -i 's/#if os(Linux)/#if os(NoSystem)/'
sed -i '/name: "LinuxHost", condition/d; /^ *module("LinuxHost"/d; /"LinuxHostTests"/d' Package.swift
rm -rf Sources/LinuxHost Tests/LinuxHostTests
swift build --product ktls-trace --explicit-target-dependency-import-check error
status=0
.build/debug/ktls-trace record --source linux -o refused.ktrace || status=$?
[ "$status" -eq 77 ] || { echo "portable: --source linux ended with $status instead of 77" >&2; exit 1; }
echo "portable: the tool builds without LinuxHost"
