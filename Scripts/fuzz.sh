#!/bin/bash
# Fuzzing with libFuzzer. Prints a line for each target and fails where a property was broken.
#
# usage: fuzz.sh [--short] [--minimize] [TARGET...]
#
#   --short     seconds instead of minutes, as `make test` does
#   --minimize  afterwards replaces Fixtures/fuzz by the smallest inputs that reach as much
#
# FUZZ_SECONDS  for each target; 600 by default, 5 with --short
# FUZZ_ADDRESS  1 builds with the address sanitizer as well (half as fast); default with long runs
#
# What is found grows in .build-fuzz/corpus. Inputs that break something are left in
# .build-fuzz/broken: give them a name in Fixtures/fuzz/crashers/TARGET, where tests repeat them.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-600} address=${FUZZ_ADDRESS:-1} minimize=0 targets=()
for argument; do
  case $argument in
    --short) seconds=${FUZZ_SECONDS:-5} address=${FUZZ_ADDRESS:-0} ;;
    --minimize) minimize=1 ;;
    -*) echo "fuzz.sh: unknown option $argument" >&2; exit 64 ;;
    *) targets+=("$argument") ;;
  esac
done
all=()
for folder in Fuzz/Sources/fuzz-*; do all+=("${folder#*/fuzz-}"); done
[ ${#targets[@]} -gt 0 ] || targets=("${all[@]}")

probe=$(mktemp -d "${TMPDIR:-/tmp}/ktls-trace-fuzz-XXXXXX")
trap 'rm -rf "$probe"' EXIT
echo '@_cdecl("LLVMFuzzerTestOneInput") public func run(_ d: UnsafePointer<UInt8>, _ n: Int) -> Int32 { 0 }' \
  > "$probe/probe.swift"
if ! swiftc -sanitize=fuzzer -parse-as-library "$probe/probe.swift" -o "$probe/probe" 2> /dev/null; then
  echo "fuzz: ${#targets[@]} targets skipped: this toolchain has no libFuzzer"
  exit 0
fi

scratch=.build-fuzz sanitizers=fuzzer
if [ "$address" = 1 ]; then scratch=.build-fuzz-address sanitizers=fuzzer,address; fi
log=$probe/build
start=$SECONDS
swift build -c release --package-path Fuzz --scratch-path "$scratch" \
  -Xswiftc -sanitize=$sanitizers -Xcc -fsanitize=fuzzer-no-link > "$log" 2>&1 || { cat "$log" >&2; exit 1; }
echo "fuzz: built with $sanitizers in $((SECONDS - start)) s"

# Traps print one line and no stack of their own; libFuzzer prints the stack.
export SWIFT_BACKTRACE=enable=no
# The targets' own allocations are freed when the process ends, as far as Swift's runtime does that.
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1
mkdir -p .build-fuzz/broken
failed=0
for target in "${targets[@]}"; do
  corpus=.build-fuzz/corpus/$target kept=Fixtures/fuzz/$target
  mkdir -p "$corpus" "$kept"
  options=(-max_total_time="$seconds" -max_len=4096 -timeout=25 -rss_limit_mb=1024
    -malloc_limit_mb=192 -print_final_stats=1 -artifact_prefix=".build-fuzz/broken/$target-")
  # The texts of perf and trace-cmd have the words of the kernel's own.
  case $target in perf | report) words=ftrace ;; *) words=$target ;; esac
  [ ! -e "Fuzz/dictionaries/$words.dict" ] || options+=(-dict="Fuzz/dictionaries/$words.dict")
  crashers=()
  [ ! -d "Fixtures/fuzz/crashers/$target" ] || crashers+=("Fixtures/fuzz/crashers/$target")
  output=$probe/$target
  result=fine
  "$scratch/release/fuzz-$target" "${options[@]}" "$corpus" "$kept" "${crashers[@]}" > "$output" 2>&1 || result=BROKEN
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$output")
  rss=$(sed -n 's/^stat::peak_rss_mb: *//p' "$output")
  # A fuzzer that ended at its first input has told no coverage: grep finds nothing, and 0 is shown.
  edges=$(grep -o 'cov: [0-9]*' "$output" | tail -1 | cut -d' ' -f2 || true)
  echo "fuzz: $target: ${runs:-0} runs in $seconds s, ${edges:-0} edges, peak ${rss:-0} MiB, $result"
  if [ "$result" != fine ]; then
    failed=1
    # The target has failed already, whatever of these words its output has.
    grep -E 'broken property|Fatal error|ERROR:|Test unit written' "$output" | cut -c1-300 >&2 || true
  fi
  if [ "$minimize" = 1 ]; then
    fresh=$probe/fresh
    rm -rf "$fresh" && mkdir "$fresh"
    # Small inputs first, and no more of them than a repository should carry.
    "$scratch/release/fuzz-$target" -merge=1 -max_len=2048 -rss_limit_mb=1024 "$fresh" "$kept" "$corpus" > "$output" 2>&1
    find "$kept" -type f ! -name 'seed-*' ! -name '*.*' -delete
    find "$fresh" -type f -printf '%s %p\n' | sort -n | awk '{ sum += $1; if (sum < 80000) print $2 }' |
      while read -r input; do cp "$input" "$kept/$(basename "$input" | cut -c1-16)"; done
    echo "fuzz: $target: $(find "$kept" -type f | wc -l) inputs, $(du -sb "$kept" | cut -f1) bytes kept"
  fi
done
exit $failed
