#!/bin/bash
# Fetches the servers that `make bench-peers` measures wsgate beside into build/peers, each pinned by a lock file here:
# Node packages (package-lock.json) and a Go program (centrifuge/go.sum). Needs the tests' tools (`make tools`).
# usage: bench/peers/fetch.sh             Node packages and centrifuge
#        bench/peers/fetch.sh --sockudo   Sockudo too: a Rust program, some ten minutes of two cores
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
peers=$root/build/peers
sockudo_version=5.2.0  # Its package brings the lock file that `cargo install --locked` keeps to.
. "$root/build/tools/env.sh"
mkdir -p "$peers/bin"
exec 9>"$peers/.lock"
flock 9  # Two at once would fetch into one folder.

# stamped NAME FUNCTION PIN...: runs FUNCTION unless the stamp holds the hash of the pins and of this script.
stamped() {
  local name=$1 function=$2 stamp=$peers/.$1.stamp hash start=$SECONDS
  shift 2
  hash=$(cat "$@" "$here/fetch.sh" | sha256sum | cut -d' ' -f1)
  if [[ -f $stamp && $(<"$stamp") == "$hash" ]]; then
    echo "peers: $name is up to date"
    return
  fi
  rm -f "$stamp"
  echo "peers: fetching $name"
  "$function"
  echo "$hash" >"$stamp"
  echo "peers: $name ready after $((SECONDS - start)) s"
}

fetch_node() {
  cp "$here/package.json" "$here/package-lock.json" "$peers/"
  (cd "$peers" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
}

fetch_centrifuge() {
  (cd "$here/centrifuge" && go build -mod=readonly -trimpath -o "$peers/bin/centrifuge" .)
}

fetch_sockudo() {
  cargo install --quiet --locked --root "$peers" --target-dir "$peers/sockudo-target" \
    --no-default-features --features local --version "$sockudo_version" sockudo
  rm -rf "$peers/sockudo-target"  # A gigabyte.
}

stamped node fetch_node "$here/package.json" "$here/package-lock.json"
stamped centrifuge fetch_centrifuge "$here"/centrifuge/{main.go,go.mod,go.sum}
if [[ ${1:-} == --sockudo ]]; then
  if command -v cargo >/dev/null; then
    stamped sockudo fetch_sockudo /dev/null
  else
    echo "peers: Sockudo is left out: there is no cargo on the PATH" >&2
  fi
fi
