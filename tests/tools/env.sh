# Sourced by bash, as build/tools/env.sh: puts the fetched tools and the generated stubs in reach.
# No name begins with WSGATE_: those are the gateway's own settings, and it refuses ones that it does not know.
gateway_tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export PATH=$gateway_tools/bin:$gateway_tools/venv/bin:$PATH
export PYTHONPATH=$gateway_tools/../stubs/python${PYTHONPATH:+:$PYTHONPATH}
export PYTHONDONTWRITEBYTECODE=1
export PYTEST_ADDOPTS="-p no:cacheprovider"
export NODE_PATH=$gateway_tools/node/node_modules
export GOTOOLCHAIN=local  # Only the pinned Go, never one that a go.mod asks for.
export GOFLAGS="-buildvcs=false -modcacherw"  # So that `make clean` may delete the module cache.
export GOPATH=${GOPATH:-$gateway_tools/gopath}
export GOCACHE=${GOCACHE:-$gateway_tools/gocache}
unset gateway_tools GOROOT PYTHONHOME VIRTUAL_ENV
