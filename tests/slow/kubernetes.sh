#!/bin/bash
# The chart and the image on a real Kubernetes of one node, which this builds where it is not built yet (tests/e2e/k8s).
# usage: tests/slow/kubernetes.sh --output DIR   (root; needs `make test-build`; K8S_DIR keeps the node's
#        binaries elsewhere than in build/k8s)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[[ ${1:-} == --output && -n ${2:-} ]] || { echo "usage: $0 --output DIR" >&2; exit 2; }
result=$(realpath "$2")/kubernetes-$(date -u +%Y-%m-%d).txt
export K8S_DIR=${K8S_DIR:-$PWD/build/k8s} K8S_RESULTS=$result

cmake/install_packages.sh image
cmake/image/make.sh
tests/e2e/k8s/build.sh "$K8S_DIR"
changed=$(git status --porcelain -- Dockerfile cmake clients control gateway helm tests)
{
  echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
  echo "commit  $(git rev-parse --short HEAD)${changed:+ with changes}"
  echo "kernel  $(uname -r), $(nproc) processors; $("$K8S_DIR/bin/kubelet" --version)"
} >"$result"
# The tests add what they measured; the last line is pytest's own.
(cd tests/e2e && python3 -m pytest -q k8s 2>&1) | tee "$K8S_DIR/pytest.log"
tail -1 "$K8S_DIR/pytest.log" >>"$result"
