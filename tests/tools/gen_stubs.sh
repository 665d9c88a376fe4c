#!/bin/bash
# Generates the Python, Go and Node stubs of proto/wsgate into build/stubs/{python,go,node}, with the fetched tools.
# Python: `from wsgate.v1 import control_service_pb2_grpc`.  Go: module wsgate.dev/gen.
# Node:   `import { ControlService } from "@wsgate/gen/wsgate/v1/control_service_pb.js"`.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
stubs=$root/build/stubs
. "$root/build/tools/env.sh"
exec 9>"$root/build/tools/.lock"
flock 9

cd "$root/proto"
mapfile -t protos < <(find wsgate -name '*.proto' | LC_ALL=C sort)
mapfile -t google < <(find google -name '*.proto' | LC_ALL=C sort)
hash=$(cat "${protos[@]}" "${google[@]}" "$root"/build/tools/.{python,go,node}.stamp "$here/gen_stubs.sh" | sha256sum)
link=$root/build/tools/node/node_modules/@wsgate/gen
if [[ -f $stubs/.stamp && $(<"$stubs/.stamp") == "$hash" && -e $link ]]; then
  echo "stubs: up to date"
  exit 0
fi

rm -rf "$stubs"
mkdir -p "$stubs"/{python,go,node}
protoc=(python -m grpc_tools.protoc -I.)

# google/rpc is in googleapis-common-protos for Python, and in genproto for Go.
"${protoc[@]}" --python_out="$stubs/python" --pyi_out="$stubs/python" --grpc_python_out="$stubs/python" "${protos[@]}"

"${protoc[@]}" --go_out="$stubs/go" --go_opt=module=wsgate.dev/gen \
  --go-grpc_out="$stubs/go" --go-grpc_opt=module=wsgate.dev/gen "${protos[@]}"
# The same versions and hashes as the tools: one go.sum holds for both.
{ echo 'module wsgate.dev/gen'; sed -e '/^module /d' -e '/^tool (/,/^)/d' "$here/go.mod"; } >"$stubs/go/go.mod"
cp "$here/go.sum" "$stubs/go/go.sum"

"${protoc[@]}" --plugin="$NODE_PATH/.bin/protoc-gen-es" --es_out="$stubs/node" \
  --es_opt=target=js+dts,import_extension=js "${protos[@]}" "${google[@]}"
echo '{"name": "@wsgate/gen", "version": "0.0.0", "private": true, "type": "module"}' >"$stubs/node/package.json"
mkdir -p "$(dirname "$link")"
ln -sfn ../../../../stubs/node "$link"

echo "$hash" >"$stubs/.stamp"
echo "stubs: Python, Go and Node written to build/stubs"
