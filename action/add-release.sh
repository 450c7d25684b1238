#!/usr/bin/env bash
# Adds the archives of a release to the table that install.sh reads: action/add-release.sh [--check] VERSION SUMS_FILE
# BASE_URL. SUMS_FILE is the sha256sums.txt of the release, BASE_URL the address below which its archives lie. All of them
# are added, or none; with --check nothing is, and it ends with 1 unless exactly these are there.
set -euo pipefail

is_check=false
consequence="nothing was added"
if [ "${1-}" = --check ]; then
  is_check=true
  consequence="the table is not that of the release"
  shift
fi

fail() {
  echo "error: $consequence: $1" >&2
  exit 1
}

[ $# -eq 3 ] || fail "three words were expected: [--check] VERSION SUMS_FILE BASE_URL"
version=${1#v}
sums=$2
base=${3%/}
table="$(dirname "${BASH_SOURCE[0]}")/releases.tsv"

[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+([+-][0-9A-Za-z.+-]+)?$ ]] || fail "\"$1\" is no version; such as 0.2.0 was expected"
case "$base" in
  https://?* | http://127.0.0.1:*) ;;
  *) fail "the address \"$3\" is not one of https, and the action would refuse it" ;;
esac
present=$(awk -F '\t' -v version="$version" '$1 == version' "$table")
# Somebody may have pinned the sums of that version.
if ! $is_check && [ -n "$present" ]; then
  fail "version $version is in $table already; release the next one, or take its rows out first"
fi

rows=""
# `sha256sum --binary` puts a star before the name; a file from Windows has a return at the end.
while IFS=$' \t\r' read -r sha256 archive || [ -n "$sha256" ]; do
  archive=${archive#\*}
  target=${archive#feedbake-}
  target=${target%.tar.gz}
  target=${target%.zip}
  [[ $sha256 =~ ^[0-9a-f]{64}$ ]] || fail "\"$sha256 $archive\" in $sums does not begin with a SHA-256"
  case "$archive" in
    "feedbake-$target.tar.gz" | "feedbake-$target.zip") ;;
    *) fail "\"$archive\" in $sums is no archive of feedbake; feedbake-<target>.tar.gz or .zip was expected" ;;
  esac
  [[ $target =~ ^[a-z0-9_]+(-[a-z0-9_]+)+$ ]] || fail "\"$target\" in $sums is no target"
  case $'\n'"$rows" in *$'\n'"$version"$'\t'"$target"$'\t'*) fail "$target is in $sums twice" ;; esac
  rows+="$version"$'\t'"$target"$'\t'"$sha256"$'\t'"$base/$archive"$'\n'
done <"$sums"
[ -n "$rows" ] || fail "$sums is empty"

if $is_check; then
  [ "$(sort <<<"$present")" = "$(sort <<<"${rows%$'\n'}")" ] || fail "the lines of $version in $table are not those of $sums"
  echo "the lines of $version in $table are those of $sums"
  exit
fi
printf '%s' "$rows" >>"$table"
printf '%s' "$rows"
