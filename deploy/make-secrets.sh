#!/bin/sh
# Writes .env beside docker-compose.yml: the token of the page, the passwords of the database, of Redis
# and of Grafana. Keeps what is there already.
set -eu
file="$(dirname "$0")/../.env"
umask 077
touch "$file"
chmod 600 "$file"
# One that somebody wrote may end without a line break.
[ -z "$(tail -c 1 "$file")" ] || echo >> "$file"
random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
for name in MASKWATCH_TOKEN MASKWATCH_DATABASE_PASSWORD MASKWATCH_REDIS_PASSWORD \
  MASKWATCH_GRAFANA_PASSWORD; do
  grep -q "^$name=" "$file" || echo "$name=$(random)" >> "$file"
done
echo "The secrets are in $(cd "$(dirname "$file")" && pwd)/.env. The page asks for MASKWATCH_TOKEN."
