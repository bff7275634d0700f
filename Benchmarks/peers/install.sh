#!/bin/bash
# Installs what the comparison needs on Debian 12: LTTng-UST with its tools, and a C compiler.
set -euo pipefail
missing=()
command -v lttng >/dev/null || missing+=(lttng-tools)
compgen -G "/usr/include/*/lttng/tracepoint.h" >/dev/null || missing+=(liblttng-ust-dev)
command -v cc >/dev/null || missing+=(gcc libc6-dev)
[ ${#missing[@]} -eq 0 ] && exit 0
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
echo "installing: ${missing[*]}" >&2
"${as_root[@]}" apt-get update -qq >&2
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >&2
