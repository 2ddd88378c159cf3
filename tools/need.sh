#!/bin/sh
# Makes sure programs are there. Each argument is program:debian-package. Root on Debian installs what is missing;
# anybody else is told its name.
set -eu
missing=""
for pair in "$@"; do
  program=${pair%%:*} package=${pair#*:}
  if command -v "$program" >/dev/null 2>&1; then continue; fi
  if [ "$program" = initdb ] && ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then continue; fi
  missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing:$missing"
  apt-get update -qq
  # shellcheck disable=SC2086 # one word a package
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
  echo "missing, please install (Debian packages):$missing" >&2
  exit 1
fi
