#!/bin/bash
# Tests under the address and the thread sanitizer, in builds of their own. A line for each; fails
# where one finds something. ADDRESS_TESTS and THREAD_TESTS choose other tests.
#
# usage: sanitize.sh [address|thread]
set -euo pipefail
cd "$(dirname "$0")/.."
Scripts/setup.sh
# Address: everything that takes bytes from outside, or has code without bounds checks.
address=${ADDRESS_TESTS:-'TraceFormatTests|TraceStoreTests|TraceImportTests|ScenarioFilesTests|TraceRecorderTests|FuzzCorpusTests'}
# Thread: everything that has threads.
thread=${THREAD_TESTS:-'TraceRecorderTests|TraceStoreTests'}
log=$(mktemp "${TMPDIR:-/tmp}/ktls-trace-sanitize-XXXXXX")
trap 'rm -f "$log"' EXIT
failed=0
for sanitizer in ${1:-address thread}; do
  start=$SECONDS
  result=clean
  # What Swift's runtime keeps for the life of the process is no leak.
  ASAN_OPTIONS=detect_leaks=0 SWIFT_BACKTRACE=enable=no \
    swift test --sanitize="$sanitizer" --scratch-path ".build-$sanitizer" --disable-xctest \
    --explicit-target-dependency-import-check error --filter "${!sanitizer}" > "$log" 2>&1 || result=FAILED
  if grep -qE 'ERROR: AddressSanitizer|WARNING: ThreadSanitizer' "$log"; then result=FAILED; fi
  # Without that line nothing ran: grep finds nothing, the number is empty, and that fails below.
  tests=$(grep -oE 'Test run with [0-9]+ tests' "$log" | grep -oE '[0-9]+' | tail -1 || true)
  echo "sanitize: $sanitizer: $result, ${tests:-no} tests, $((SECONDS - start)) s"
  if [ "$result" != clean ] || [ -z "$tests" ]; then
    failed=1
    # The sanitizer has failed already, whatever of these words its log has.
    grep -E 'Sanitizer|error:|✘|    #[0-9] ' "$log" | head -40 >&2 || true
  fi
done
exit $failed
