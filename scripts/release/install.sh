#!/bin/sh
# Installs postback for this machine out of a release: checks the archive against SHA256SUMS, then
# unpacks it. Usage: sh install.sh [--from URL|FOLDER] [--prefix FOLDER]
# The default source is the folder of this script, the default prefix is ~/.local.
set -eu

version=@VERSION@
from=$(cd "$(dirname "$0")" && pwd)
prefix=${HOME}/.local
while [ $# -gt 0 ]; do
  case $1 in
    --from) from=$2; shift 2 ;;
    --prefix) prefix=$2; shift 2 ;;
    *) echo "Unknown option $1. Usage: sh install.sh [--from URL|FOLDER] [--prefix FOLDER]" >&2; exit 2 ;;
  esac
done

case $(uname -s) in
  Linux) platform=linux ;;
  Darwin) platform=darwin ;;
  *) echo "There is no archive for $(uname -s). On Windows, run install.ps1." >&2; exit 1 ;;
esac
case $(uname -m) in
  x86_64 | amd64) arch=x64 ;;
  aarch64 | arm64) arch=arm64 ;;
  *) echo "There is no archive for $(uname -m)." >&2; exit 1 ;;
esac
archive=postback-$version-$platform-$arch.tar.gz

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fetch() {
  case $from in
    https://* | http://127.0.0.1:* | http://localhost:*)
      if command -v curl >/dev/null; then curl -fsSL -o "$work/$1" "$from/$1"
      else wget -q -O "$work/$1" "$from/$1"; fi ;;
    http://*) echo "Only https is used: $from" >&2; exit 1 ;;
    *) cp "$from/$1" "$work/$1" ;;
  esac
}
fetch SHA256SUMS
fetch "$archive"

expected=$(awk -v name="$archive" '$2 == name { print $1 }' "$work/SHA256SUMS")
if command -v sha256sum >/dev/null; then actual=$(sha256sum "$work/$archive" | cut -d ' ' -f 1)
else actual=$(shasum -a 256 "$work/$archive" | cut -d ' ' -f 1); fi
if [ -z "$expected" ] || [ "$expected" != "$actual" ]; then
  echo "The checksum of $archive does not match SHA256SUMS. Nothing was installed." >&2
  exit 1
fi

mkdir -p "$prefix/lib" "$prefix/bin" "$prefix/share/man/man1"
tar -xzf "$work/$archive" -C "$work"
rm -rf "$prefix/lib/postback"
mv "$work/postback" "$prefix/lib/postback"
ln -sf "$prefix/lib/postback/bin/postback" "$prefix/bin/postback"
ln -sf "$prefix/lib/postback/lib/node_modules/postback/man/postback.1" \
  "$prefix/share/man/man1/postback.1"
"$prefix/bin/postback" --version
case :$PATH: in
  *:"$prefix/bin":*) ;;
  *) echo "Add $prefix/bin to your PATH." >&2 ;;
esac
