// Messages to one user over HTTP, for servers that have no gRPC: what `send-to-user` and
// `send-stream` do with `--control-kind post`.
#pragma once

#include "clients/loadgen/scenario.h"

namespace wsgate::loadgen {

// A connection for each call in flight, as clients of HTTP do it.
Json RunPostSend(const Options& options);
// All on one connection, without waiting for answers: what comes nearest to a stream.
Json RunPostStream(const Options& options);

}  // namespace wsgate::loadgen
