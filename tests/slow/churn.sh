#!/bin/bash
# Ten minutes of random clients and callers against one gateway, then the books: everything that was counted must agree.
# usage: tests/slow/churn.sh --output DIR   (TEST_CHURN_SECONDS, TEST_SEED)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[[ ${1:-} == --output && -n ${2:-} ]] || { echo "usage: $0 --output DIR" >&2; exit 2; }
seconds=${TEST_CHURN_SECONDS:-600}
result=$2/churn-$(date -u +%Y-%m-%d).txt

echo "churn: $seconds s"
{
  echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
  echo "commit  $(git rev-parse --short HEAD)$([[ -z $(git status --porcelain -- gateway control tests) ]] || echo ' with changes')"
  echo "kernel  $(uname -r), $(nproc) processors"
  echo "seconds $seconds"
} > "$result"
TEST_CHURN_SECONDS=$seconds build/bin/churn_slow_test 2>&1 | tee -a "$result"
