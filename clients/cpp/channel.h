// A gRPC channel to a gateway's control port, for programs that make their calls themselves.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <memory>

#include "clients/cpp/client_options.h"

namespace wsgate::client {

// Connects with the first call.
[[nodiscard]] std::shared_ptr<grpc::Channel> MakeChannel(const ClientOptions& options);
// For a call's context before it starts: who calls.
void AddToken(const ClientOptions& options, grpc::ClientContext& context);

}  // namespace wsgate::client
