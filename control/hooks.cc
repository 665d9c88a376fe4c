#include "control/hooks.h"

#include <spdlog/spdlog.h>

#include <optional>
#include <string>
#include <utility>

#include "gateway/config/address.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

constexpr Duration kTellGrace = std::chrono::seconds(2);

// `targets` were checked with the rest of the configuration.
HookSettings SettingsOf(Hook hook, const std::string& targets, Duration timeout,
                        uint64_t concurrency, const std::string& on_failure,
                        HookCredentials credentials) {
  return {.hook = hook,
          .targets = *ParseTargets(targets),
          .timeout = timeout,
          .concurrency = concurrency,
          .closed = on_failure == "closed",
          .credentials = std::move(credentials)};
}

}  // namespace

Hooks::Hooks(const Config& config, std::unique_ptr<HookTls> tls, Router& router,
             CompletionQueue& completions, NodeStats& stats)
    : tls_(std::move(tls)), stats_(stats) {
  if (!config.on_connect_targets.empty()) {
    connect_ = std::make_unique<GrpcConnectHook>(
        SettingsOf(Hook::kOnConnect, config.on_connect_targets, config.on_connect_timeout,
                   config.on_connect_concurrency, config.on_connect_on_failure,
                   tls_->credentials()),
        completions, stats);
  }
  if (!config.on_message_targets.empty()) {
    message_ = std::make_unique<MessageHook>(
        SettingsOf(Hook::kOnMessage, config.on_message_targets, config.on_message_timeout,
                   config.on_message_concurrency, config.on_message_on_failure,
                   tls_->credentials()),
        static_cast<uint32_t>(config.on_message_window), config.limits.send_bytes_max, router,
        completions, stats);
  }
  if (!config.on_disconnect_targets.empty()) {
    disconnect_ = std::make_unique<DisconnectHook>(
        SettingsOf(Hook::kOnDisconnect, config.on_disconnect_targets, config.on_disconnect_timeout,
                   config.on_disconnect_concurrency, config.on_disconnect_on_failure,
                   tls_->credentials()),
        completions, stats);
  }
}

void Hooks::LookAtFiles() {
  const std::optional<absl::Status> loaded = tls_->Look();
  if (!loaded) return;
  if (loaded->ok()) {
    if (connect_) connect_->Use(tls_->credentials());
    if (message_) message_->Use(tls_->credentials());
    if (disconnect_) disconnect_->Use(tls_->credentials());
    spdlog::info("hooks.tls: the files were read again; new connections to backends use them");
  } else {
    spdlog::error("{}; the old files go on", MessageOf(*loaded));
  }
  stats_.HookTlsReloaded(loaded->ok());  // Last: whoever sees the count sees what it counts.
}

void Hooks::StopAsking() {
  if (connect_) connect_->Stop();
  if (message_) message_->Stop();
}

void Hooks::StopTelling() {
  if (disconnect_) disconnect_->Stop(kTellGrace);
}

}  // namespace wsgate
