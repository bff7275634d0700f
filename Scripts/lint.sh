#!/bin/bash
# Format, documentation and house rules. Prints what is wrong and fails.
set -euo pipefail
cd "$(dirname "$0")/.."
swift format lint --strict --parallel --recursive Sources Tests Package.swift Benchmarks/Package.swift Benchmarks/Sources Examples Fuzz/Package.swift Fuzz/Sources
failed=0
complain() { echo "lint: $1" >&2; failed=1; }

# Unsafe code stands in few, named files. `|| true`: a grep that finds nothing fails, and here that is good.
unsafe_files=$(grep -rlE '(^|[^A-Za-z_"])unsafe ' --include='*.swift' Sources | grep -vE \
  'TraceFormat/(Checksum|BytePlanes|RecencyWalk|BlockBuilder\+Batch)|TraceCompression/Zstd|TraceStore/FileCalls|TraceIdentity/(Digest|RowFields)|TraceCore/(NewlineScan|EventBatch)|RowSchemas/RowLoad|TraceRecorder/(RingCells|SystemLock|DrainThread|Rest)\.swift|TraceCommands/Support/(Terminal|Interrupt|DtraceProcess)|LinuxHost/HostCalls|KernelTraces/LittleEndian|TraceImport/RecordFields' || true)
[ -z "$unsafe_files" ] || complain "unsafe code outside its files: $unsafe_files"

# Pure modules do no input or output, read no clock and import no Foundation. `|| true` as above.
pure="TraceCore TraceFormat PhysicalMemory ReclaimEngine Workloads YAMLTrees ScenarioFiles TraceReplay KernelTraces TraceImport FreeBSDImport EventTables RowSchemas Histograms TraceAnalysis TraceSummaries RunStatistics TraceDiff TraceSweep GateFiles TraceReport"
for module in $pure; do
  found=$(grep -rnE '^(public |package |internal )?import (Foundation|Glibc|Dispatch)|\bprint\(' --include='*.swift' "Sources/$module" || true)
  [ -z "$found" ] || complain "$module is pure: $found"
done
exit $failed
