#!/usr/bin/env bash
# Puts feedbake on a runner, and names the program as the output `program`. A released binary has to have the SHA-256 that
# the table beside this script gives; where there is none, cargo builds the program. The table of a release's tag has the
# sums of that release (RELEASE.md): who pins the commit of the tag pins the binaries, too, and needs nobody else's word.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
own_version=$(sed -n '/^\[package\]/,/^\[/s/^version = "\(.*\)"/\1/p' "$top/Cargo.toml")
version=${WISHED_VERSION:-$own_version}
version=${version#v}

fail() {
  echo "::error title=feedbake::$1"
  exit 1
}

# It becomes the name of a folder and a word of cargo's, and what it says is not shown: it could hold commands to the runner.
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+([+-][0-9A-Za-z.+-]+)?$ ]] ||
  fail "the input version is no version; such as $own_version was expected"

# The runner's words first; where a host that is not GitHub gives none, the machine's.
system=${RUNNER_OS:-$(uname -s)}
processor=${RUNNER_ARCH:-$(uname -m)}
ending=""
temp=$RUNNER_TEMP
case "$system" in
  Windows | MINGW* | MSYS*)
    system=Windows
    ending=.exe
    # sha256sum and unzip take a backslash for an escape; Windows takes a slash as well.
    temp=${temp//\\//}
    ;;
esac
case "$system-$processor" in
  Linux-X64 | Linux-x86_64) target=x86_64-unknown-linux-musl ;;
  Linux-ARM64 | Linux-aarch64) target=aarch64-unknown-linux-musl ;;
  macOS-X64 | Darwin-x86_64) target=x86_64-apple-darwin ;;
  macOS-ARM64 | Darwin-arm64) target=aarch64-apple-darwin ;;
  Windows-X64 | Windows-x86_64) target=x86_64-pc-windows-msvc ;;
  *) target=none ;;
esac
place="$temp/feedbake-$version"

# Leaves the archive at $2; the address comes from the table, and leads to HTTPS alone, but for a table of a test.
download() {
  local protocol='=https'
  case "$1" in http://127.0.0.1:*) protocol='=http' ;; esac
  curl --fail --silent --show-error --location --proto "$protocol" --proto-redir "$protocol" \
    --retry 3 --max-time 300 --output "$2" "$1"
}

sha256_of() {
  if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi <"$1" | cut -d ' ' -f 1
}

mkdir -p "$place"
row=$(awk -F '\t' -v version="$version" -v target="$target" \
  '$1 == version && $2 == target { print $3 "\t" $4; exit }' "$top/action/releases.tsv")
program=""
if [ -z "$row" ]; then
  echo "::notice title=feedbake::no feedbake $version was released for $system on $processor, so cargo builds it: that takes some minutes"
else
  sha256=${row%%$'\t'*}
  url=${row#*$'\t'}
  archive="$place/${url##*/}"
  if download "$url" "$archive"; then
    found=$(sha256_of "$archive")
    if [ "$found" != "$sha256" ]; then
      fail "$url is not what was released, and was not installed: its SHA-256 is $found, the table of the action says $sha256"
    fi
    case "$archive" in
      *.zip) unzip -q -o "$archive" -d "$place" ;;
      *) tar -xzf "$archive" -C "$place" ;;
    esac
    program="$place/feedbake-$target/feedbake$ending"
  else
    echo "::warning title=feedbake::$url could not be fetched, so cargo builds feedbake $version: that takes some minutes"
  fi
fi

if [ -z "$program" ]; then
  if ! command -v cargo >/dev/null; then
    fail "feedbake $version was not installed: there is no cargo on this runner to build it; take a runner that has Rust, or a version that is in action/releases.tsv"
  fi
  if [ "$version" = "$own_version" ]; then from=(--path "$top"); else from=(--version "$version" feedbake); fi
  cargo install --quiet --locked --root "$place" "${from[@]}" ||
    fail "feedbake $version was not installed: cargo could not build it, for the reason above"
  program="$place/bin/feedbake$ending"
fi

[ -x "$program" ] || fail "$program is not there after the installation"
echo "program=$program" >>"$GITHUB_OUTPUT"
# Later steps can say `feedbake doctor`, too.
dirname "$program" >>"$GITHUB_PATH"
"$program" --version
