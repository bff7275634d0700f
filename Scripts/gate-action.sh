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

# The seeds of a list like `1-12` or `1 5 7-9`, one a line.
seeds() {
  local part parts
  read -ra parts <<< "$(tr ',\n' '  ' <<< "$INPUT_SEEDS")"
  for part in "${parts[@]}"; do
    if [[ $part =~ ^[0-9]{1,18}$ ]]; then
      echo "$part"
    elif [[ $part =~ ^([0-9]{1,18})-([0-9]{1,18})$ ]]; then
      seq "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
    else
      echo "seeds: '$part' is neither a number nor a range like 1-12"
      return 1
    fi
  done
}

# Records the head on all processors, unless there is one.
record() {
  if [ -n "$INPUT_HEAD" ]; then
    output head "$INPUT_HEAD"
    return
  fi
  local folder list line options=()
  folder=$(mktemp -d "${RUNNER_TEMP:-/tmp}/ktls-trace-head-XXXXXX")
  output head "$folder"
  # Without a baseline nothing is judged, so nothing is recorded.
  [ -e "$INPUT_BASELINE" ] || return 0
  list=$(seeds) || fail 64 "$list"
  [ -n "$list" ] || fail 64 "seeds: there are none"
  while IFS= read -r line; do
    [ -z "$line" ] || options+=(--set "$line")
  done <<< "$INPUT_SET"
  xargs -P "$(nproc)" -I '%seed%' \
    "$TOOL" record --policy "$INPUT_POLICY" --preset "$INPUT_PRESET" --duration "$INPUT_DURATION" \
    "${options[@]}" --seed '%seed%' -o "$folder/%seed%.ktrace" <<< "$list" \
    || fail 1 "recording the head failed"
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
