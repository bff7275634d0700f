#!/bin/bash
# How much of the decoders the inputs of the fuzzers reach: replays Fixtures/fuzz, and what has
# grown in .build-fuzz/corpus, with coverage, and prints lines and regions reached by module.
#
# usage: fuzz-coverage.sh [--files]     --files prints every file
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=.build-fuzz-coverage
swift build -c release --package-path Fuzz --scratch-path "$scratch" -Xswiftc -sanitize=fuzzer \
  -Xswiftc -profile-generate -Xswiftc -profile-coverage-mapping > "$scratch.log" 2>&1 || { cat "$scratch.log" >&2; exit 1; }
rm -f "$scratch.log" "$scratch"/*.profraw
objects=()
for folder in Fuzz/Sources/fuzz-*; do
  target=${folder#*/fuzz-}
  inputs=()
  for place in "Fixtures/fuzz/$target" "Fixtures/fuzz/crashers/$target" ".build-fuzz/corpus/$target"; do
    [ ! -d "$place" ] || inputs+=("$place")
  done
  LLVM_PROFILE_FILE="$scratch/$target.profraw" SWIFT_BACKTRACE=enable=no \
    "$scratch/release/fuzz-$target" -runs=0 "${inputs[@]}" > /dev/null 2>&1
  objects+=(-object "$scratch/release/fuzz-$target")
done
tools=$(dirname "$(readlink -f "$(command -v swiftc)")")
profile=$scratch/fuzz.profdata
"$tools/llvm-profdata" merge -sparse "$scratch"/*.profraw -o "$profile"
"$tools/llvm-cov" export -summary-only -instr-profile "$profile" "${objects[@]}" > "$scratch/fuzz.json"
python3 - "$scratch/fuzz.json" "${1:-}" <<'END'
import collections, json, os, sys
files = json.load(open(sys.argv[1]))["data"][0]["files"]
# What the fuzzers are for; what only writes is reached by the round trip.
wanted = ["TraceFormat", "TraceCompression", "TraceStore", "KernelTraces", "TraceImport", "FreeBSDImport",
          "EventTables", "RowSchemas", "YAMLTrees", "ScenarioFiles"]
readers = ("ByteReader", "BlockDecoder", "BlockHead", "LaneDirectory", "RecordBody", "Record.", "RecordInput",
           "RecordWalk", "TraceReader", "TraceVerifier", "Preamble", "RecencyWalk", "StringsRecord", "SnapshotRecord",
           "IndexRecord", "LossRecord", "SchemaRecord", "PairsRecord", "HeaderRecord", "FooterRecord")
sums = collections.OrderedDict((name, [0, 0, 0, 0]) for name in wanted + ["decoder and reader"])
for file in files:
    path = os.path.relpath(file["filename"])
    parts = path.split(os.sep)
    if parts[0] != "Sources" or parts[1] not in wanted:
        continue
    found = file["summary"]
    numbers = [found[kind][key] for kind in ("lines", "regions") for key in ("covered", "count")]
    groups = [parts[1]]
    if parts[1] in ("TraceFormat", "TraceStore") and parts[-1].startswith(readers):
        groups.append("decoder and reader")
    for group in groups:
        sums[group] = [old + new for old, new in zip(sums[group], numbers)]
    if sys.argv[2] == "--files":
        print(f"  {path}: lines {numbers[0]} of {numbers[1]}, regions {numbers[2]} of {numbers[3]}")
for name, (lines, line_count, regions, region_count) in sums.items():
    if line_count:
        print(f"{name}: lines {lines} of {line_count} ({100 * lines / line_count:.1f} %), "
              f"regions {regions} of {region_count} ({100 * regions / region_count:.1f} %)")
END
