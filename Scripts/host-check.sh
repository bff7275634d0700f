#!/bin/bash
# Records this host under pressure and holds the recordings against the kernel's own counters. Root,
# tracefs, gcc, python3. Takes about 6 x (HOST_CHECK_SECONDS + 10) s and needs 10 GB that nobody uses.
#
# HOST_CHECK_SECONDS   pressure for each of six recordings (60)
# HOST_CHECK_TOOL      the tool (.build/release/ktls-trace)
# HOST_CHECK_FILE      a sparse file for the page cache, on a real file system (below .build)
# HOST_CHECK_PRESSURE  another program instead of Scripts/host-check/pressure.c, with the same arguments
# GUARD_MB             MemAvailable below which pressure ends (6144)
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${HOST_CHECK_SECONDS:-60}
tool=${HOST_CHECK_TOOL:-$PWD/.build/release/ktls-trace}
work=$(mktemp -d "$PWD/.build/host-check.XXXXXX")
file=${HOST_CHECK_FILE:-$work/cache}
export GUARD_MB=${GUARD_MB:-6144}
guard_mb=$GUARD_MB
pressure=${HOST_CHECK_PRESSURE:-$work/pressure}
tracefs=$(awk '$3 == "tracefs" {print $2; exit}' /proc/self/mounts)
failed=0
complain() { echo "host-check: $1" >&2; failed=1; }
[ "$(id -u)" -eq 0 ] || { echo "host-check: takes root" >&2; exit 77; }
[ -n "$tracefs" ] || { echo "host-check: mount -t tracefs nodev /sys/kernel/tracing" >&2; exit 77; }
[ -n "${HOST_CHECK_PRESSURE:-}" ] || gcc -O2 -o "$pressure" Scripts/host-check/pressure.c

# --- settings: what they were, and that they are so again
sysctls=(compaction_proactiveness nr_hugepages)
[ -e /proc/sys/vm/defrag_mode ] && sysctls+=(defrag_mode)
settings() {
  local name
  # nr_hugepages and the like are in here; what the kernel changes by itself is not.
  for name in /proc/sys/vm/*; do
    case $name in */stat_refresh | */drop_caches | */compact_memory) continue ;; esac
    echo "$name=$(cat "$name" 2>/dev/null || true)"
  done
  for name in tracing_on trace_clock buffer_size_kb current_tracer set_event trace_options buffer_percent; do
    echo "$name=$(tr '\n' ' ' < "$tracefs/$name")"
  done
  ls "$tracefs/instances"
  cat "$tracefs"/events/{kmem,vmscan,compaction,sched}/enable
}
settings > "$work/settings.before"
declare -A original
for name in "${sysctls[@]}"; do original[$name]=$(cat "/proc/sys/vm/$name"); done
children=()
restore() {
  local child name
  for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
  wait 2>/dev/null || true
  for name in "${sysctls[@]}"; do echo "${original[$name]}" > "/proc/sys/vm/$name"; done
}
# shellcheck disable=SC2317
cleanup() { restore; rm -rf "$work"; }
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
compare_settings() {
  settings > "$work/settings.after"
  diff "$work/settings.before" "$work/settings.after" >&2 || complain "settings differ after $1"
}

# --- memory without pieces: huge pages hold what is not needed, single pages of a file the rest
available_mb() { awk '$1 == "MemAvailable:" {print int($2 / 1024)}' /proc/meminfo; }
fragment() {
  local free_mb cache_mb
  free_mb=$(available_mb)
  cache_mb=$((free_mb - guard_mb - 4096))
  [ "$cache_mb" -gt 1024 ] || { echo "host-check: only $free_mb MB are available" >&2; exit 77; }
  "$pressure" fill "$file" "$cache_mb"
  # More than stays in memory, so that reading it takes reclaim.
  read_mb=$((cache_mb + 4096))
  # Huge pages take what is still free, so that reclaim has work.
  local unused_mb
  unused_mb=$(awk '$1 == "MemFree:" {print int($2 / 1024)}' /proc/meminfo)
  if [ "$unused_mb" -gt 1536 ]; then echo $(((unused_mb - 768) / 2)) > /proc/sys/vm/nr_hugepages; fi
  echo "host-check: page cache $cache_mb MB, huge pages $(cat /proc/sys/vm/nr_hugepages), free $unused_mb MB before them"
}

# --- one recording
busy() { # MODE
  local reading=read
  [ "$1" = flood ] && reading=flood
  "$pressure" "$reading" "$seconds" "$file" "$read_mb" & children+=($!)
  case $1 in
    records | flood) "$pressure" records "$seconds" 900 & ;;
    blocks) "$pressure" blocks "$seconds" 512 & ;;
  esac
  children+=($!)
}
perf_usage() { # reads rusage of perf beside us; prints events and CPU
  python3 - "$work" "$((seconds + 5))" <<'PY'
import os, resource, subprocess, sys
work, seconds = sys.argv[1], sys.argv[2]
command = ["perf", "record", "-q", "-a", "-o", f"{work}/perf.data"]
for point in ["kmem:mm_page_alloc", "vmscan:mm_vmscan_lru_shrink_inactive", "vmscan:mm_vmscan_direct_reclaim_begin",
              "vmscan:mm_vmscan_direct_reclaim_end", "compaction:mm_compaction_migratepages",
              "compaction:mm_compaction_begin", "compaction:mm_compaction_end", "sched:sched_waking", "sched:sched_switch"]:
    command += ["-e", point]
    if point == "kmem:mm_page_alloc": command += ["--filter", "pfn == 0xffffffffffffffff"]
    if point == "sched:sched_waking": command += ["--filter", 'comm ~ "kswapd*" || comm ~ "kcompactd*"']
    if point == "sched:sched_switch": command += ["--filter", 'prev_comm ~ "kswapd*" || prev_comm ~ "kcompactd*" || next_comm ~ "kswapd*" || next_comm ~ "kcompactd*"']
result = subprocess.run(command + ["--", "sleep", seconds], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"  perf record beside it: status {result.returncode}, {(usage.ru_utime + usage.ru_stime) / float(seconds):.2%} of one core, {usage.ru_maxrss / 1024:.0f} MiB")
PY
}
check() { # MODE NAME
  local trace="$work/$2.ktrace" recorder status=0
  echo "host-check: $2, $seconds s"
  # Begun before the pressure and ended behind it, so that nothing happens at the edges.
  "$tool" record --source linux --detail 2 --duration "$((seconds + 8))s" -o "$trace" 2> "$work/stderr" & recorder=$!
  children+=("$recorder")
  sleep 2
  command -v perf > /dev/null && { perf_usage & children+=($!); }
  busy "$1"
  wait "$recorder" || status=$?
  wait
  children=()
  grep -E 'lost|stale|left' "$work/stderr" || true
  [ "$status" -eq 0 ] || complain "$2: the recorder ended with $status: $(tail -1 "$work/stderr")"
  Scripts/host-check/sums.py "$tool" "$trace" 20000 || complain "$2: figures differ"
  "$tool" analyze "$trace" > "$work/$2.txt" || complain "$2: analyze"
  if [ -n "${HOST_CHECK_KEEP:-}" ]; then mkdir -p "$HOST_CHECK_KEEP"; cp "$trace" "$work/$2.txt" "$HOST_CHECK_KEEP"; fi
}

fragment
for setting in default changed; do
  if [ "$setting" = changed ]; then
    if [ -e /proc/sys/vm/defrag_mode ]; then echo 1 > /proc/sys/vm/defrag_mode; fi
    echo 80 > /proc/sys/vm/compaction_proactiveness
  fi
  for mode in records blocks flood; do check "$mode" "$mode-$setting"; done
done
restore
compare_settings "six recordings"

# --- signals
"$tool" record --source linux --duration 60s -o "$work/term.ktrace" 2> /dev/null & recorder=$!
sleep 2; kill -TERM "$recorder"; status=0; wait "$recorder" || status=$?
[ "$status" -eq 143 ] || complain "SIGTERM: exit code $status"
"$tool" verify "$work/term.ktrace" > /dev/null || complain "SIGTERM: the trace is not whole"
compare_settings "SIGTERM"
"$tool" record --source linux --duration 60s -o "$work/kill.ktrace" 2> /dev/null & recorder=$!
sleep 2; kill -KILL "$recorder"; wait "$recorder" 2> /dev/null || true
ls "$tracefs/instances" | grep -q ktls-trace || complain "SIGKILL: there was no instance to remove"
"$tool" record --source linux --duration 1s -o "$work/next.ktrace" 2> "$work/stderr"
grep -q 'removed ktls-trace' "$work/stderr" || complain "SIGKILL: the next start does not tell of the instance"
compare_settings "SIGKILL and a new start"
[ "$failed" -eq 0 ] && echo "host-check: all figures agree, all settings are as they were"
exit "$failed"
