# Sourced by the checks in this folder, to look for the tools that they need.
missing=0
# need WHAT HOW_TO_GET_IT COMMAND... : reports WHAT as missing if the command fails
need() {
  what=$1 how=$2
  shift 2
  "$@" >/dev/null 2>&1 || { echo "$what is missing: $how" >&2; missing=1; }
}
# exit_if_done "$@" : ends the script if a tool is missing (exit code 1), or if --look asks only for the search (0)
exit_if_done() {
  [ "$missing" = 0 ] || exit 1
  [ "${1:-}" != --look ] || exit 0
}
