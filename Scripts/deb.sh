#!/bin/bash
# Makes a Debian package of a built tool. The same tool and date give the same bytes.
#
# usage: deb.sh [FOLDER]     where the package goes (.build/deb); prints its path
#
# DEB_TOOL            the tool (.build/release/ktls-trace), built with --static-swift-stdlib
# DEB_REVISION        what follows the tool's version (1)
# DEB_MAINTAINER      name and address in the package
# DEB_COMPRESSION     level of xz, 0 to 9 (6)
# SOURCE_DATE_EPOCH   the time of everything in the package (that of the last commit)
set -euo pipefail
cd "$(dirname "$0")/.."
for program in dpkg-deb dpkg-shlibdeps strip gzip python3; do
  command -v "$program" > /dev/null || { echo "deb: $program is missing (dpkg-dev, binutils, gzip, python3)" >&2; exit 69; }
done
out=${1:-.build/deb}
tool=$(realpath "${DEB_TOOL:-.build/release/ktls-trace}")
maintainer=${DEB_MAINTAINER:-the ktls-trace authors <maintainers@users.noreply.github.com>}
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2> /dev/null || stat -c %Y CHANGELOG.md)}
export LC_ALL=C.UTF-8 TZ=UTC
umask 022
upstream=$("$tool" --version)
[[ $upstream =~ ^[0-9][0-9A-Za-z.+~]*$ ]] || { echo "deb: not a version: $upstream" >&2; exit 65; }
version=$upstream-${DEB_REVISION:-1}
architecture=$(dpkg --print-architecture)
day=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%d)
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/debian/ktls-trace
doc=$root/usr/share/doc/ktls-trace
units=$root/lib/systemd/system

# --- the tool, and what it says about itself
install -D -m 755 "$tool" "$root/usr/bin/ktls-trace"
strip --strip-all --remove-section=.comment --remove-section=.note "$root/usr/bin/ktls-trace"
completion() { # SHELL FILE
  mkdir -p "$(dirname "$root/$2")"
  # Sourced, so without the line that names a shell.
  "$tool" --generate-completion-script "$1" | sed '1{/^#!/d}' > "$root/$2"
}
completion bash usr/share/bash-completion/completions/ktls-trace
completion zsh usr/share/zsh/vendor-completions/_ktls-trace
completion fish usr/share/fish/vendor_completions.d/ktls-trace.fish
mkdir -p "$root/usr/share/man/man1" "$root/usr/share/man/man8"
Scripts/man-pages.py "$tool" "$root/usr/share/man/man1" "$day"
sed -e "s/@DATE@/$day/" -e "s/@VERSION@/$upstream/" Packaging/deb/ktls-trace-flight.service.8 > "$root/usr/share/man/man8/ktls-trace-flight.service.8"
gzip -9n "$root"/usr/share/man/man[18]/*

# --- the flight recorder
for unit in ktls-trace-flight.service ktls-trace-flight-prune.service ktls-trace-flight-prune.timer; do
  install -D -m 644 "Packaging/deb/$unit" "$units/$unit"
done
install -D -m 755 Packaging/deb/prune-dumps "$root/usr/libexec/ktls-trace/prune-dumps"
install -D -m 644 Packaging/deb/default "$root/etc/default/ktls-trace"

# --- documents
install -D -m 644 -t "$doc" README.md Packaging/deb/copyright
install -D -m 644 -t "$doc/Docs" Docs/*.md
install -D -m 644 -t "$doc/Docs/images" Docs/images/*
install -D -m 644 Packaging/deb/lintian-overrides "$root/usr/share/lintian/overrides/ktls-trace"
gzip -9nc CHANGELOG.md > "$doc/changelog.gz"
{
  printf 'ktls-trace (%s) unstable; urgency=medium\n\n' "$version"
  printf '  * Version %s; changelog.gz says what is new.\n\n' "$upstream"
  printf ' -- %s  %s\n' "$maintainer" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")"
} | gzip -9n > "$doc/changelog.Debian.gz"

# --- control
mkdir "$root/DEBIAN"
printf 'Source: ktls-trace\nPackage: ktls-trace\nArchitecture: any\n' > "$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O debian/ktls-trace/usr/bin/ktls-trace | sed -n 's/^shlibs:Depends=//p')
[ -n "$depends" ] || { echo "deb: no dependencies found" >&2; exit 65; }
cat > "$root/DEBIAN/control" <<CONTROL
Package: ktls-trace
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(du -k -s --apparent-size --exclude=DEBIAN "$root" | cut -f 1)
Depends: $depends
Section: utils
Priority: optional
Description: records and compares traces of memory reclaim
 ktls-trace records, replays, analyzes and compares traces of one thing: what
 happens when a system needs physically contiguous memory and cannot get it.
 .
 It records the Linux kernel's own reclaim (kswapd, kcompactd, direct reclaim)
 through tracefs, reads recordings of other tools, and holds a model of such a
 system which runs in virtual time.
 .
 A systemd service, off by default, keeps the last stretch in memory and writes
 it when allocations fail.
CONTROL
echo /etc/default/ktls-trace > "$root/DEBIAN/conffiles"
install -m 755 -t "$root/DEBIAN" Packaging/deb/{postinst,prerm,postrm}
(cd "$root" && find usr lib -type f -print0 | sort -z | xargs -0 md5sum > DEBIAN/md5sums)

find "$root" -print0 | xargs -0 touch --no-dereference --date="@$SOURCE_DATE_EPOCH"
dpkg-deb --root-owner-group -Zxz -z"${DEB_COMPRESSION:-6}" --build "$root" "$work" > /dev/null
package=ktls-trace_${version}_$architecture.deb
mv "$work/$package" "$out/$package"
echo "$out/$package"
