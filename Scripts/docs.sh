#!/bin/bash
# Makes the DocC pages of the libraries for other programs, in .build-docs/MODULE; fails on warnings.
set -euo pipefail
cd "$(dirname "$0")/.."
graphs=$PWD/.build-docs/graphs
for catalog in Sources/*/*.docc; do
  module=$(basename "$catalog" .docc)
  rm -rf "$graphs"
  mkdir -p "$graphs/all" "$graphs/own"
  # The compiler writes the symbols of what it compiles, so it has to compile the module again.
  rm -rf .build-docs/build/*/debug/"$module".build
  swift build --scratch-path .build-docs/build --target "$module" \
    -Xswiftc -emit-symbol-graph -Xswiftc -emit-symbol-graph-dir -Xswiftc "$graphs/all" > /dev/null
  cp "$graphs/all/$module".symbols.json "$graphs/own/"
  docc convert "$catalog" --additional-symbol-graph-dir "$graphs/own" --warnings-as-errors \
    --fallback-display-name "$module" --fallback-bundle-identifier "ktls-trace.$module" \
    --output-dir ".build-docs/$module"
  pages=$(find ".build-docs/$module/data" -name '*.json' | wc -l)
  echo "docs: $module, $pages pages in .build-docs/$module"
done
