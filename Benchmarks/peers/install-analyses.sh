#!/bin/bash
# Installs what analyses.py and files.py compare with: babeltrace2, zstd and a C compiler from Debian 12, and Python
# packages in an environment of their own, in the cache folder. Prints the Python to call them with.
set -euo pipefail
missing=()
command -v babeltrace2 >/dev/null || missing+=(babeltrace2)
command -v zstd >/dev/null || missing+=(zstd)
command -v cc >/dev/null || missing+=(gcc libc6-dev)
command -v python3 >/dev/null || missing+=(python3)
python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
if [ ${#missing[@]} -gt 0 ]; then
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  echo "installing: ${missing[*]}" >&2
  "${as_root[@]}" apt-get update -qq >&2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >&2
fi
environment=${XDG_CACHE_HOME:-$HOME/.cache}/ktls-trace-peers
[ -x "$environment/bin/python3" ] || python3 -m venv "$environment" >&2
python=$environment/bin/python3
"$python" -c 'import numpy, pyarrow, duckdb, polars' 2>/dev/null ||
  "$python" -m pip install -q 'numpy==2.*' 'pyarrow==26.*' 'duckdb==2.*' 'polars==2.*' >&2
echo "$python"
