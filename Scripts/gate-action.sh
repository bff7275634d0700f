#!/bin/bash
# The steps of action.yml, each with its inputs as variables of the environment.
# usage: gate-action.sh tool | record | judge
set -euo pipefail

# Text as the data of a workflow command.
escaped() {
  local text=$1
  text=${text//'%'/%25}
  text=${text//$'\r'/%0D}
  printf '%s' "${text//$'\n'/%0A}"
}

fail() {
  echo "::error title=ktls-trace gate::$(escaped "$2")"
  exit "$1"
}

# An output of the step: a name and a value of one line.
output() {
  [[ $2 != *$'\n'* ]] || fail 64 "$1: more than one line"
  echo "$1=$2" >> "$GITHUB_OUTPUT"
}

# Finds the tool, or builds it where the action is.
tool() {
  if [ -z "$INPUT_TOOL" ]; then
    "$GITHUB_ACTION_PATH/Scripts/setup.sh" build
    swift build -c release --product ktls-trace --static-swift-stdlib \
      --package-path "$GITHUB_ACTION_PATH"
    INPUT_TOOL=$GITHUB_ACTION_PATH/.build/release/ktls-trace
  fi
  INPUT_TOOL=$(command -v -- "$INPUT_TOOL") || fail 66 "tool: there is no such program"
  "$INPUT_TOOL" --version
  output tool "$INPUT_TOOL"
}

# Records the head on all processors, unless there is one: one cell of a sweep.
record() {
  if [ -n "$INPUT_HEAD" ]; then
    output head "$INPUT_HEAD"
    return
  fi
  local folder line seeds cells status=0 options=()
  folder=$(mktemp -d "${RUNNER_TEMP:-/tmp}/ktls-trace-head-XXXXXX")
  # Without a baseline nothing is judged, so nothing is recorded.
  if [ ! -e "$INPUT_BASELINE" ]; then
    output head "$folder"
    return
  fi
  read -ra seeds <<< "$(tr ',\n' '  ' <<< "$INPUT_SEEDS")"
  while IFS= read -r line; do
    [ -z "$line" ] || options+=(--set "$line")
  done <<< "$INPUT_SET"
  "$TOOL" sweep --policies "$INPUT_POLICY" --preset "$INPUT_PRESET" --duration "$INPUT_DURATION" \
    "${options[@]}" --seeds="$(IFS=,; echo "${seeds[*]}")" -o "$folder" \
    2> "$folder/messages" > /dev/null || status=$?
  [ "$status" -eq 0 ] || fail "$status" "recording the head: $(< "$folder/messages")"
  cells=("$folder"/*/)
  [ "${#cells[@]}" -eq 1 ] || fail 64 "policy and set: one policy, and one value of each setting"
  output head "${cells[0]%/}"
}

# Compares once, in every form, and ends as the gate does.
judge() {
  local reports=$INPUT_REPORTS status=0 verdict messages options=()
  [[ -n $reports && $reports != *$'\n'* ]] || fail 64 "reports: not the name of a folder in one line"
  [ "$INPUT_ALLOW_INCONCLUSIVE" != true ] || options+=(--allow-inconclusive)
  mkdir -p -- "$reports"
  rm -f -- "$reports"/gate.{json,md,xml,html} "$reports/head.ksum"
  "$TOOL" diff --gate "$INPUT_THRESHOLDS" "${options[@]}" --format github \
    --also "json=$reports/gate.json" --also "markdown=$reports/gate.md" \
    --also "junit=$reports/gate.xml" --also "html=$reports/gate.html" \
    --write-baseline "$reports/head.ksum" \
    -- "$INPUT_BASELINE" "$HEAD" 2> "$reports/messages.txt" || status=$?
  messages=$(< "$reports/messages.txt")
  [ -s "$reports/messages.txt" ] || rm -- "$reports/messages.txt"
  # Without a comparison there is no file: then the exit code alone tells what happened.
  verdict=$(sed -n 's/^    "outcome": "\([a-z_]*\)",\{0,1\}$/\1/p' "$reports/gate.json" 2> /dev/null || true)
  case $status in
    0 | 2 | 7) [ -z "$messages" ] || echo "$messages" >&2 ;;
    *)
      verdict=failed
      [ "$status" -ne 5 ] || verdict=refused
      echo "::error title=ktls-trace gate::$(escaped "$messages")"
      printf '\n## gate: %s\n\n```text\n%s\n```\n' "$verdict" "${messages//\`/\'}" \
        >> "$GITHUB_STEP_SUMMARY"
      ;;
  esac
  output verdict "$verdict"
  output exit-code "$status"
  for form in json:json markdown:md junit:xml html:html; do
    [ ! -e "$reports/gate.${form#*:}" ] || output "${form%:*}" "$reports/gate.${form#*:}"
  done
  [ ! -e "$reports/head.ksum" ] || output summary "$reports/head.ksum"
  exit "$status"
}

case ${1:-} in
  tool | record | judge) "$1" ;;
  *) fail 64 "usage: gate-action.sh tool | record | judge" ;;
esac
