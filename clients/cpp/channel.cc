#include "clients/cpp/channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <chrono>

namespace wsgate::client {
namespace {

std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(const ClientOptions& options) {
  if (!options.tls) return grpc::InsecureChannelCredentials();
  return grpc::SslCredentials({.pem_root_certs = options.tls->ca,
                               .pem_private_key = options.tls->key,
                               .pem_cert_chain = options.tls->certificate});
}

}  // namespace

std::shared_ptr<grpc::Channel> MakeChannel(const ClientOptions& options) {
  const auto timeout =
      std::chrono::duration_cast<std::chrono::milliseconds>(options.timeout).count();
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);  // A page of sessions with metadata exceeds gRPC's 4 MiB.
  // Also how long one attempt to connect lasts: gRPC's 20 s would outlive our own patience.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS,
                   static_cast<int>(std::clamp<int64_t>(timeout, 100, 20'000)));
  if (options.tls && !options.tls->name.empty()) {
    arguments.SetSslTargetNameOverride(options.tls->name);
  }
  return grpc::CreateCustomChannel(options.address, CredentialsOf(options), arguments);
}

void AddToken(const ClientOptions& options, grpc::ClientContext& context) {
  if (!options.token.empty()) context.AddMetadata("authorization", "Bearer " + options.token);
}

}  // namespace wsgate::client
