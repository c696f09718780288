#!/usr/bin/env bash
# Runs the pending migrations of one environment through the lockkeeper CLI, and keeps a log.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: run-migrations.sh dev|staging|prod [--yes]

  dev      applies pending migrations at once, writes one for what changed in the schema; no backup, may ask
  staging  a deployment: checklist, backup, approval, migration, health checks, monitoring
  prod     the same, after you have typed the environment's name; --yes skips the typing, never the approval

Exit codes are those of "lockkeeper --help". The log is written to logs/.
TEXT
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
config=${LOCKKEEPER_CONFIG:-$root/lockkeeper.yaml}
logs=$(dirname "$config")/logs
log=$logs/migration_$(date +%Y%m%d_%H%M%S).log

lockkeeper() {
  node "$root/bin/lockkeeper.js" "$@" --env "$environment" --config "$config"
}

say() {
  printf '%s  %s\n' "$(date '+%Y-%m-%d %H:%M:%S')" "$*" | tee -ia "$log"
}

latest_backup() {
  local list
  list=$(lockkeeper backup list --json 2>/dev/null) || true
  field "$list" backups 0 location
}

confirm_production() {
  local answer
  if [[ $yes == true ]]; then return; fi
  if [[ ! -t 0 ]]; then
    echo 'run-migrations.sh: nobody can be asked here to confirm; add --yes.' >&2
    exit 2
  fi
  read -r -p 'This changes the production database. Type production to go on: ' answer
  if [[ $answer != production ]]; then
    echo 'run-migrations.sh: not confirmed; nothing was done.' >&2
    exit 2
  fi
}

instructions_before() {
  local latest
  latest=$(latest_backup)
  say "If a step fails, Lockkeeper undoes what this deployment did, and says so."
  say "This run's backup: backups/migration_backup_<date>_<time>.* with its .meta; the latest until then: ${latest:-none}"
}

# The value at a path of keys in a JSON text; nothing where there is none.
field() {
  node -e '
    const [text, ...path] = process.argv.slice(1);
    const value = path.reduce((inner, key) => inner?.[key], text === "" ? null : JSON.parse(text));
    console.log(value ?? "");
  ' "$@"
}

develop() {
  local code=0
  if [[ -t 0 && -t 2 ]]; then
    # stderr stays on the terminal: the CLI asks there.
    lockkeeper migrate dev | tee -ia "$log" || code=${PIPESTATUS[0]}
  else
    lockkeeper migrate dev 2>&1 | tee -ia "$log" || code=${PIPESTATUS[0]}
  fi
  return "$code"
}

deploy() {
  local code=0
  instructions_before
  # Ctrl-C detaches the CLI; this script goes on to its own end.
  trap ':' INT
  lockkeeper deploy 2>&1 | tee -ia "$log" || code=${PIPESTATUS[0]}
  trap - INT
  # The CLI has said how to undo it, with its id and the name of its backup.
  say "People to call: \"contacts\" in $config"
  return "$code"
}

yes=false
case $#:${2-} in
  1:) ;;
  2:--yes) yes=true ;;
  *)
    usage >&2
    exit 2
    ;;
esac
case $1 in
  dev) environment=development ;;
  staging) environment=staging ;;
  prod) environment=production ;;
  -h | --help)
    usage
    exit 0
    ;;
  *)
    usage >&2
    exit 2
    ;;
esac

if [[ $environment == production ]]; then confirm_production; fi
mkdir -p "$logs"
say "Migrations of $environment; log: $log"
code=0
if [[ $environment == development ]]; then develop || code=$?; else deploy || code=$?; fi
say "Ended with exit code $code."
exit "$code"
