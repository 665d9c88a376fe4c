#!/bin/bash
# Starts Sockudo with a control port beside it. This process becomes Sockudo, so that its pid is what is measured; the
# helper that signs requests runs on the clients' core and ends with it.
# usage: start.sh SOCKUDO NODE CLIENT_CORE --ready-file PATH
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sockudo=$1 node=$2 client_core=$3
shift 3

# Sockudo takes a port, not a socket: one that was free a moment ago.
port=$("$node" -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => {
  console.log(s.address().port); s.close(); })')
taskset -c "$client_core" "$node" "$here/control.js" --sockudo-port "$port" "$@" &

export HOST=127.0.0.1 PORT=$port ENVIRONMENT=production RUST_LOG=error
export ADAPTER_DRIVER=local CACHE_DRIVER=memory QUEUE_DRIVER=memory APP_MANAGER_DRIVER=memory RATE_LIMITER_DRIVER=memory
export RATE_LIMITER_ENABLED=false METRICS_ENABLED=false CLUSTER_HEALTH_ENABLED=false IDEMPOTENCY_ENABLED=false
export HTTP_API_USAGE_ENABLED=false SOCKUDO_MAX_CONNECTIONS=1000000
export SOCKUDO_DEFAULT_APP_ID=bench SOCKUDO_DEFAULT_APP_KEY=bench-key SOCKUDO_DEFAULT_APP_SECRET=bench-secret
export SOCKUDO_DEFAULT_APP_ENABLED=true SOCKUDO_DEFAULT_APP_MAX_CONNECTIONS=1000000
export SOCKUDO_DEFAULT_APP_MAX_BACKEND_EVENTS_PER_SECOND=1000000
cd "$(dirname "$2")"  # No file of ours is its configuration.
exec "$sockudo"
