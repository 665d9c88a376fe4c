#include "control/hooks.h"

#include <string>
#include <utility>

#include "control/tls_files.h"
#include "gateway/config/address.h"

namespace wsgate {
namespace {

constexpr Duration kTellGrace = std::chrono::seconds(2);

// `targets` were checked with the rest of the configuration.
HookSettings SettingsOf(Hook hook, const std::string& targets, Duration timeout,
                        uint64_t concurrency, const std::string& on_failure,
                        std::shared_ptr<grpc::ChannelCredentials> credentials) {
  return {.hook = hook,
          .targets = *ParseTargets(targets),
          .timeout = timeout,
          .concurrency = concurrency,
          .closed = on_failure == "closed",
          .credentials = std::move(credentials)};
}

}  // namespace

absl::StatusOr<HookSecurity> ReadHookSecurity(const Config& config) {
  if (config.hooks_tls_ca_file.empty()) {
    return HookSecurity{.credentials = grpc::InsecureChannelCredentials()};
  }
  absl::StatusOr<TlsPem> pem = ReadTlsFiles({.certificate = config.hooks_tls_cert_file,
                                             .key = config.hooks_tls_key_file,
                                             .ca = config.hooks_tls_ca_file},
                                            "hooks.tls");
  if (!pem.ok()) return pem.status();
  return HookSecurity{.credentials = grpc::SslCredentials({.pem_root_certs = pem->ca,
                                                           .pem_private_key = pem->key,
                                                           .pem_cert_chain = pem->certificates})};
}

Hooks::Hooks(const Config& config, const HookSecurity& security, Router& router,
             CompletionQueue& completions, NodeStats& stats) {
  if (!config.on_connect_targets.empty()) {
    connect_ = std::make_unique<GrpcConnectHook>(
        SettingsOf(Hook::kOnConnect, config.on_connect_targets, config.on_connect_timeout,
                   config.on_connect_concurrency, config.on_connect_on_failure,
                   security.credentials),
        completions, stats);
  }
  if (!config.on_message_targets.empty()) {
    message_ = std::make_unique<MessageHook>(
        SettingsOf(Hook::kOnMessage, config.on_message_targets, config.on_message_timeout,
                   config.on_message_concurrency, config.on_message_on_failure,
                   security.credentials),
        static_cast<uint32_t>(config.on_message_window), config.limits.send_bytes_max, router,
        completions, stats);
  }
  if (!config.on_disconnect_targets.empty()) {
    disconnect_ = std::make_unique<DisconnectHook>(
        SettingsOf(Hook::kOnDisconnect, config.on_disconnect_targets, config.on_disconnect_timeout,
                   config.on_disconnect_concurrency, config.on_disconnect_on_failure,
                   security.credentials),
        completions, stats);
  }
}

void Hooks::StopAsking() {
  if (connect_) connect_->Stop();
  if (message_) message_->Stop();
}

void Hooks::StopTelling() {
  if (disconnect_) disconnect_->Stop(kTellGrace);
}

}  // namespace wsgate
