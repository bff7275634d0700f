#!/bin/bash
# Makes the Debian package twice, installs it on this host, uses it, purges it, and looks for what is left.
# Takes root, dpkg-dev; lintian, man and systemd-analyze where they are there. Ends with 77 where it cannot run.
#
# DEB_TOOL   the tool (.build/release/ktls-trace)
set -euo pipefail
cd "$(dirname "$0")/.."
skip() { echo "deb-test: skipped: $1"; exit 77; }
fail() { echo "deb-test: $1" >&2; exit 1; }
said() { echo "deb-test: $1"; }
[ "$(id -u)" -eq 0 ] || skip "takes root"
for program in dpkg dpkg-deb dpkg-shlibdeps; do command -v "$program" > /dev/null || skip "no $program"; done
if dpkg-query -s ktls-trace > /dev/null 2>&1; then skip "ktls-trace is installed already"; fi
work=$(mktemp -d)
runner=
installed=no
# shellcheck disable=SC2317
cleanup() {
  # At the end of a test that failed, wherever that was: what is gone already is no further failure.
  [ -z "$runner" ] || kill "$runner" 2> /dev/null || true
  wait
  [ "$installed" = no ] || dpkg --purge ktls-trace > /dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT
chmod 755 "$work"
traces() { # files of the host that have the package's name
  find /etc /usr /lib/systemd /var -xdev \( -name '*ktls-trace*' -o -name '*ktls_trace*' \) 2> /dev/null |
    grep -vE '^/var/(tmp|cache/man)/' | sort
}
# No file of that name is the usual case, and grep ends with 1 then.
traces > "$work/before" || true

# --- made twice
export DEB_COMPRESSION=${DEB_COMPRESSION:-1}
package=$(Scripts/deb.sh "$work/first")
second=$(umask 077; TZ=Asia/Tokyo Scripts/deb.sh "$work/second")
cmp "$package" "$second" || fail "two packages of one tool differ"
said "$(basename "$package"): $(stat -c %s "$package") bytes, made twice, the same"
if command -v lintian > /dev/null; then
  lintian --fail-on error,warning "$package" 2> /dev/null > "$work/lintian" || { cat "$work/lintian" >&2; fail "lintian complains"; }
  said "lintian has nothing to say"
else
  said "no lintian"
fi

# --- installed
installed=yes
dpkg -i "$package" > "$work/dpkg" 2>&1 || { cat "$work/dpkg" >&2; fail "dpkg -i"; }
dpkg --verify ktls-trace || fail "installed files are not those of the package"
tool=/usr/bin/ktls-trace
version=$("$tool" --version)
case $(basename "$package") in ktls-trace_"$version"-*) ;; *) fail "the tool is $version" ;; esac
"$tool" record --duration 1s -o "$work/run.ktrace"
"$tool" analyze "$work/run.ktrace" > "$work/report"
grep -q '^CPU time in reclaim' "$work/report" || fail "analyze: no report"
"$tool" analyze --format html -o "$work/report.html" "$work/run.ktrace"
grep -q '</html>' "$work/report.html" || fail "analyze: no page"
bash -n /usr/share/bash-completion/completions/ktls-trace
for shell in zsh fish; do
  command -v "$shell" > /dev/null || continue
  "$shell" -n "$(dpkg -L ktls-trace | grep -E "/$shell/.*ktls-trace")" || fail "completion of $shell"
done
said "version $version records and analyzes"
pages=0
while read -r page; do
  if command -v man > /dev/null; then
    MANROFFSEQ='' MANWIDTH=100 man --warnings -E UTF-8 -l "$page" > "$work/page" 2> "$work/warnings"
    [ ! -s "$work/warnings" ] || { cat "$work/warnings" >&2; fail "$page has faults"; }
    grep -q '^NAME' "$work/page" || fail "$page is not readable"
    # Every option of the help is in the page.
    command=$(basename "$page" .1.gz); command=${command#ktls-trace-}
    case $page in
      *.1.gz)
        [ "$command" = ktls-trace ] && command=
        # shellcheck disable=SC2086
        "$tool" help $command | grep -oE '^  (-[a-z], )?--[a-z-]+' | grep -oE -e '--[a-z-]+' | sort -u > "$work/options"
        while read -r option; do grep -qe "$option" "$work/page" || fail "$page lacks $option"; done < "$work/options" ;;
    esac
  fi
  pages=$((pages + 1))
done < <(dpkg -L ktls-trace | grep -E '/man/.*\.gz$')
[ "$pages" -ge 13 ] || fail "only $pages manual pages"
said "$pages manual pages"

# --- the flight recorder
unit=$(dpkg -L ktls-trace | grep -E '/ktls-trace-flight\.service$')
if command -v systemd-analyze > /dev/null; then
  for file in "$unit" "${unit%/*}"/ktls-trace-flight-prune.{service,timer}; do
    systemd-analyze verify "$file" > "$work/verify" 2>&1 || { cat "$work/verify" >&2; fail "systemd-analyze: $file"; }
    [ ! -s "$work/verify" ] || { cat "$work/verify" >&2; fail "systemd-analyze: $file"; }
  done
  # For the reader only; older versions of systemd cannot judge a file.
  systemd-analyze security --offline=yes "$unit" 2> /dev/null | tail -1 | sed 's/^[^A-Za-z]*/deb-test: /' || true
fi
[ ! -e /etc/systemd/system/multi-user.target.wants/ktls-trace-flight.service ] || fail "the unit is enabled"
if [ -w /sys/kernel/tracing/instances ] && command -v setpriv > /dev/null && command -v unshare > /dev/null; then
  ls /sys/kernel/tracing/instances > "$work/instances"
  mkdir -p /var/lib/ktls-trace
  # The unit's own command and settings, in its view of /sys and without capabilities, where systemd
  # itself may not be running.
  {
    echo 'set -eu -o noglob'
    sed -nE 's/^Environment="?([A-Z_]+=)([^"]*)"?$/\1"\2"/p' "$unit"
    echo '. /etc/default/ktls-trace'
    echo 'mount --make-rprivate /'
    echo 'mount --bind /sys/kernel/tracing/instances /sys/kernel/tracing/instances'
    echo 'mount -o remount,bind,ro /sys; mount -o remount,bind,ro /sys/kernel/tracing'
    echo 'mount --bind /var/lib/ktls-trace /var/lib/ktls-trace'
    echo 'mount -o remount,bind,ro /'
    echo '! touch /sys/kernel/tracing/tracing_on /usr/ktls-trace 2> /dev/null'
    sed -n 's/^ExecStart=/exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all /p' "$unit"
  } > "$work/flight.sh"
  unshare --mount bash "$work/flight.sh" 2> "$work/flight.log" & runner=$!
  for _ in $(seq 100); do grep -q . "$work/flight.log" && break; sleep 0.1; done
  sleep 2
  kill -USR1 "$runner" || { cat "$work/flight.log" >&2; fail "the unit's command has ended"; }
  for _ in $(seq 100); do [ -e /var/lib/ktls-trace/flight.0001.ktrace ] && break; sleep 0.1; done
  kill -TERM "$runner"
  status=0; wait "$runner" || status=$?; runner=
  [ "$status" -eq 143 ] || { cat "$work/flight.log" >&2; fail "the unit's command ended with $status"; }
  "$tool" analyze /var/lib/ktls-trace/flight.0001.ktrace > "$work/report" || fail "the dump is not readable"
  ls /sys/kernel/tracing/instances | cmp - "$work/instances" || fail "an instance was left"
  for number in 2 3 4; do
    cp /var/lib/ktls-trace/flight.000{1,$number}.ktrace
    touch -d "@$((2000000000 + number))" "/var/lib/ktls-trace/flight.000$number.ktrace"
  done
  touch -d '2 days ago' /var/lib/ktls-trace/flight.0007.ktrace.partial
  /usr/libexec/ktls-trace/prune-dumps /var/lib/ktls-trace 2
  [ "$(ls /var/lib/ktls-trace | tr '\n' ' ')" = "flight.0003.ktrace flight.0004.ktrace " ] || fail "wrong dumps are kept: $(ls /var/lib/ktls-trace)"
  said "the flight recorder dumps on SIGUSR1, without capabilities and with /sys read-only; two of four dumps are kept"
else
  said "no tracefs that can be written to: the flight recorder was not run"
fi

# --- removed, and purged
dpkg --remove ktls-trace > /dev/null 2>&1 || fail "dpkg --remove"
[ -e /etc/default/ktls-trace ] || fail "removing took the settings, too"
[ ! -e "$tool" ] || fail "removing left the tool"
dpkg --purge ktls-trace > /dev/null 2>&1 || fail "dpkg --purge"
installed=no
# As before; the comparison decides.
traces > "$work/after" || true
diff "$work/before" "$work/after" >&2 || fail "purging leaves files"
said "purged; nothing is left"
