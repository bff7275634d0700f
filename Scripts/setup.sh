#!/bin/bash
# Installs what the build and the tests need on Debian 12; does nothing where it is there already.
# `setup.sh build` is about the build alone.
set -euo pipefail
missing=()
[ -e /usr/include/zstd.h ] || missing+=(libzstd-dev)
command -v pkg-config >/dev/null || missing+=(pkg-config)
if [ "${1:-}" != build ]; then
  command -v zstd >/dev/null || missing+=(zstd)
  command -v xz >/dev/null || missing+=(xz-utils)
  command -v gzip >/dev/null || missing+=(gzip)
  command -v python3 >/dev/null || missing+=(python3)
  python3 -c 'import jsonschema' 2>/dev/null || missing+=(python3-jsonschema)
  # Opens the HTML reports in the tests.
  command -v chromium >/dev/null || missing+=(chromium)
fi
[ ${#missing[@]} -eq 0 ] && exit 0
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
echo "installing: ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
