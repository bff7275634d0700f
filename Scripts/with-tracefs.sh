#!/bin/bash
# Runs a command with tracefs mounted: where nobody has mounted it, at its usual place until the command ends. Where it cannot
# be mounted the command runs without, and says itself what it leaves out.
#
# usage: with-tracefs.sh COMMAND [ARGUMENT...]
set -euo pipefail
tracefs=/sys/kernel/tracing
if [ "$(id -u)" -ne 0 ] || grep -q ' tracefs ' /proc/self/mounts; then exec "$@"; fi
if ! mount -t tracefs nodev "$tracefs" 2> /dev/null; then
  echo "tracefs cannot be mounted here: what records this host is skipped"
  exec "$@"
fi
trap 'umount "$tracefs"' EXIT
"$@"
