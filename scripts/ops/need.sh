# For the checks beside this file: looks for tools.
missing=0
# need WHAT HOW_TO_GET_IT COMMAND... : the command must work
need() {
  what=$1 how=$2
  shift 2
  "$@" >/dev/null 2>&1 || { echo "$what is missing: $how" >&2; missing=1; }
}
# looked "$@" : ends the script where something is missing, or where looking was all that was asked for
looked() {
  [ "$missing" = 0 ] || exit 1
  [ "${1:-}" != --look ] || exit 0
}
