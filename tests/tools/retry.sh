# Sourced by the scripts that fetch something.

# retry COMMAND...: a network step gets three tries.
retry() {
  local try
  for try in 1 2 3; do
    "$@" && return 0
    echo "try $try of 3 failed: $*" >&2
    sleep $((try * 2))
  done
  return 1
}
