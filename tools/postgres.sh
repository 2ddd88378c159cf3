#!/bin/sh
# Starts (or stops) a throw-away PostgreSQL for the tests in the temporary folder. Usage: tools/postgres.sh start|stop
set -eu
dir="${TMPDIR:-/tmp}/vigie-test-postgres"
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$bin" ] || { echo "postgres: no server installed (Debian package: postgresql)" >&2; exit 1; }
as() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
case "${1:-start}" in
start)
  if [ -S "$dir/.s.PGSQL.5432" ] && as "$bin/pg_ctl" -D "$dir/data" status >/dev/null 2>&1; then exit 0; fi
  rm -rf "$dir"; mkdir -p "$dir"
  [ "$(id -u)" != 0 ] || chown postgres "$dir"
  as "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
  as "$bin/pg_ctl" -D "$dir/data" -w -l "$dir/log" \
    -o "-k $dir -c listen_addresses='' -c fsync=off -c max_connections=300 -c max_locks_per_transaction=512" start >/dev/null
  ;;
stop)
  [ ! -d "$dir/data" ] || as "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$dir"
  ;;
esac
