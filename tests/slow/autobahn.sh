#!/bin/bash
# Every one of Autobahn's cases over a HookService echo, compression and large messages too.
# usage: tests/slow/autobahn.sh --output DIR   (needs `make test-build` and `make tools`)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[[ ${1:-} == --output && -n ${2:-} ]] || { echo "usage: $0 --output DIR" >&2; exit 2; }
result=$2/autobahn-$(date -u +%Y-%m-%d).txt

{
  echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
  echo "commit  $(git rev-parse --short HEAD)$([[ -z $(git status --porcelain -- gateway control tests) ]] || echo ' with changes')"
  echo "kernel  $(uname -r), $(nproc) processors"
} > "$result"
tests/tools/run python3 tests/conformance/run_autobahn.py --whole 2>&1 | tee -a "$result"
