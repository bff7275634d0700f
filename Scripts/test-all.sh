#!/bin/bash
# Everything there is to check, hours of it: a line for each part with its result and time. The
# output of a part that fails goes to standard error; nothing else is written.
#
# usage: test-all.sh [PART...]     lint docs portable test sanitize fuzz peers mutants; all by default
set -uo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp "${TMPDIR:-/tmp}/ktls-trace-test-all-XXXXXX")
trap 'rm -f "$log"' EXIT
echo "$(date -u +%Y-%m-%d), commit $(git rev-parse --short HEAD 2> /dev/null || echo unknown)," \
  "$(nproc) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)," \
  "$(swift --version 2> /dev/null | grep -o 'Swift version [0-9.]*')"
failed=0
part() {
  local name=$1 start=$SECONDS result=passed
  shift
  "$@" > "$log" 2>&1 || result="FAILED ($?)"
  echo "$name: $result, $((SECONDS - start)) s"
  # What scripts say for each of their parts.
  grep -E '^(docs|fuzz|portable|sanitize): |Test run with|killed\.' "$log" | sed 's/^/  /'
  [ "$result" = passed ] || { failed=1; tail -60 "$log" >&2; }
}
[ $# -gt 0 ] || set -- lint docs portable test sanitize fuzz peers mutants
for name; do
  case $name in
    lint) part lint Scripts/lint.sh ;;
    docs) part docs Scripts/docs.sh ;;
    portable) part portable Scripts/portable.sh ;;
    test) part test Scripts/with-tracefs.sh Scripts/test.sh ;;
    sanitize) part sanitize Scripts/sanitize.sh ;;
    fuzz) part fuzz Scripts/fuzz.sh ;;
    peers) part peers Benchmarks/peers/run.py ;;
    mutants) part mutants Scripts/mutants.py ;;
    *) echo "test-all.sh: no part is called $name" >&2; exit 64 ;;
  esac
done
exit $failed
