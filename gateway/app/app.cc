#include "gateway/app/app.h"

#include <spdlog/spdlog.h>

#include <utility>
#include <vector>

#include "control/completions.h"
#include "control/control_access.h"
#include "control/hooks.h"
#include "control/limits_holder.h"
#include "control/message_hub.h"
#include "control/server.h"
#include "control/session_event_fanout.h"
#include "control/watch_hub.h"
#include "gateway/app/admin_server.h"
#include "gateway/app/client_auth.h"
#include "gateway/app/client_tls.h"
#include "gateway/app/drain.h"
#include "gateway/app/key_sources.h"
#include "gateway/app/ready_file.h"
#include "gateway/config/host.h"
#include "gateway/fanout/router.h"
#include "gateway/metrics/collector.h"
#include "gateway/metrics/prometheus.h"
#include "gateway/net/demo_page.h"
#include "gateway/net/front_door.h"
#include "gateway/net/listen_socket.h"
#include "gateway/shard/shard_set.h"

namespace wsgate {
namespace {

// Descriptors that clients never get: the control and admin ports must stay reachable when they
// have used up theirs.
constexpr uint64_t kServiceDescriptors = 128;
// Connections of the admin port where backends call there, and their share of the above.
constexpr size_t kHttpConnectionsMax = 256;
constexpr auto kCallGrace = std::chrono::seconds(2);

std::string NodeId(const Config& config, uint64_t incarnation) {
  if (!config.node_id.empty()) return config.node_id;
  return fmt::format("{}-{:08x}", HostName(), static_cast<uint32_t>(incarnation));
}

uint64_t ServiceDescriptors(const Config& config) {
  return kServiceDescriptors + (config.control_http ? kHttpConnectionsMax : 0);
}

Limits Resolved(Limits limits, uint64_t open_files) {
  limits.sessions_per_node_max = ResolveSessionsPerNodeMax(limits, open_files);
  return limits;
}

class Gateway final : public App {
 public:
  Gateway(const Config& config, uint64_t open_files, std::unique_ptr<HookTls> hook_tls)
      : config_(config),
        shard_count_(config.shards == 0 ? AutoShards() : config.shards),
        incarnation_(RandomIncarnation()),
        limits_at_start_(Resolved(config.limits, open_files)),
        shard_stats_(shard_count_),
        admission_(open_files > ServiceDescriptors(config) ? open_files - ServiceDescriptors(config)
                                                           : 1),
        hub_(completions_, node_stats_),
        authority_(MakeAuthority(config)),
        shards_(shard_count_),
        router_(shards_, completions_, incarnation_,
                authority_ ? &authority_->revocations : nullptr),
        hooks_(config_, std::move(hook_tls), router_, completions_, node_stats_),
        watch_(incarnation_, NodeId(config, incarnation_)),
        events_(EventListeners()),
        limits_(limits_at_start_, open_files,
                [this](LimitsPtr limits, LimitsHolder::Done done) {
                  router_.SetLimits(std::move(limits), std::move(done));
                }),
        collector_(StatsPointers(), &node_stats_, NodeId(config, incarnation_)),
        drain_({config.drain_notice, config.drain_window, config.drain_sessions_per_second},
               Steps()) {}

  ~Gateway() override { StopNow(), Wait(); }

  absl::Status Start() {
    if (authority_) {
      absl::StatusOr<std::unique_ptr<KeySources>> keys =
          KeySources::Start(config_, authority_->keys, node_stats_);
      if (!keys.ok()) return keys.status();
      keys_ = *std::move(keys);
    }
    absl::StatusOr<std::unique_ptr<TlsAcceptor>> tls = StartTls(config_, node_stats_);
    if (!tls.ok()) return tls.status();
    tls_ = *std::move(tls);
    door_settings_.tls = tls_.get();
    absl::StatusOr<std::unique_ptr<ControlAccess>> access =
        ControlAccess::Start(config_, node_stats_);
    if (!access.ok()) return access.status();
    access_ = *std::move(access);
    absl::StatusOr<ListenSockets> sockets = OpenListenSockets(config_.client_address, shard_count_);
    if (!sockets.ok()) return sockets.status();
    addresses_.client = sockets->address;
    SetUpDoors(config_, authority_.get(), door_settings_);
    for (uint32_t i = 0; i < shard_count_; ++i) shards_.Add(MakeShard(i, sockets->fds[i]));
    absl::StatusOr<std::unique_ptr<ControlServer>> control =
        ControlServer::Start(config_.control_address, Targets());
    if (!control.ok()) return control.status();
    control_ = *std::move(control);
    addresses_.control = control_->bound_address();
    door_settings_.connect_hook = hooks_.connect();
    if (config_.demo) door_settings_.demo_page = DemoPage(addresses_.control);
    absl::StatusOr<std::unique_ptr<AdminServer>> admin = AdminServer::Start(AdminSettings());
    if (!admin.ok()) return admin.status();
    admin_ = *std::move(admin);
    addresses_.admin = admin_->address();
    shards_.Start();
    control_->SetServing(true);
    readiness_.store(Readiness::kReady, std::memory_order_relaxed);
    return config_.ready_file.empty() ? absl::OkStatus()
                                      : WriteReadyFile(config_.ready_file, addresses_);
  }

  const Addresses& addresses() const override { return addresses_; }

  void Reload(const Config& config) override {
    const std::vector<FieldError> errors = limits_.Change(
        [&](Limits& limits) {
          limits = config.limits;
          return true;
        },
        [](const absl::StatusOr<LimitsPtr>&) {});
    node_stats_.ConfigReloaded(errors.empty() ? ReloadResult::kOk : ReloadResult::kError);
    for (const FieldError& error : errors) spdlog::error("reload: {}", error.message);
    if (errors.empty()) spdlog::info("reload: limits are taken over");
  }
  void LookAtFiles() override {
    if (tls_) LookAtCertificate(*tls_, node_stats_);
    access_->LookAtFiles();
    hooks_.LookAtFiles();
  }
  void ReloadFailed() override { node_stats_.ConfigReloaded(ReloadResult::kError); }

  void BeginDrain() override { drain_.Begin(); }
  void StopNow() override { drain_.SkipToStop(); }
  void Wait() override { drain_.Wait(); }
  bool stopped() const override { return drain_.stopped(); }

 private:
  std::vector<const ShardStats*> StatsPointers() const {
    std::vector<const ShardStats*> pointers;
    for (const ShardStats& stats : shard_stats_) pointers.push_back(&stats);
    return pointers;
  }

  ControlTargets Targets() {
    return {.router = router_,
            .completions = completions_,
            .hub = hub_,
            .watch = watch_,
            .limits = limits_,
            .collector = collector_,
            .stats = node_stats_,
            .begin_drain = [this] { drain_.Begin(); },
            .messages_hooked = hooks_.message() != nullptr,
            .authorizer = access_->authorizer(),
            .tls = access_->tls()};
  }

  AdminOptions AdminSettings() {
    AdminOptions options{.address = config_.admin_address,
                         .metrics = [this] { return PrometheusText(collector_.Collect()); },
                         .readiness = [this] { return readiness_.load(std::memory_order_relaxed); },
                         .answered = [this](int status) { node_stats_.AdminAnswered(status); }};
    if (!config_.control_http) return options;
    options.connections_max = kHttpConnectionsMax;
    options.call = [&calls = control_->OpenConnectCalls()](ConnectCall call, std::string body,
                                                           ConnectCalls::Done done) {
      calls.Call(std::move(call), std::move(body), std::move(done));
    };
    return options;
  }

  // Where messages of clients go: to the OnMessage hook where there is one.
  InboundSink& Inbound() {
    if (hooks_.message() != nullptr) return *hooks_.message();
    return hub_;
  }

  std::vector<SessionEventListener*> EventListeners() {
    std::vector<SessionEventListener*> listeners{&watch_};
    if (hooks_.disconnect() != nullptr) listeners.push_back(hooks_.disconnect());
    return listeners;
  }

  std::unique_ptr<Shard> MakeShard(uint32_t index, int listen_fd) {
    const SessionSettings settings{
        .incarnation = incarnation_,
        .shard = static_cast<uint8_t>(index),
        .ping_interval = config_.ping_interval,
        .close_timeout = config_.close_timeout,
        .compression = {.bytes_min = config_.compression_bytes_min,
                        .level = static_cast<int>(config_.compression_level)},
        .authority = authority_.get()};
    return std::make_unique<Shard>(settings, shard_stats_[index], admission_, Inbound(), events_,
                                   completions_, limits_.Current(), [&](ShardCore core) {
                                     return std::make_unique<FrontDoor>(core, shards_,
                                                                        door_settings_, listen_fd);
                                   });
  }

  void PostToAll(const auto& command) {
    for (uint32_t i = 0; i < shard_count_; ++i) {
      // A full control lane empties within a turn.
      while (!shards_.TryPost(i, ControlCommand(command))) std::this_thread::yield();
    }
  }

  void Release(double per_second) {
    PostToAll(ReleaseCommand{
        std::make_shared<ReleasePace>(per_second, admission_.sessions.taken(), SteadyNow())});
  }

  DrainSteps Steps() {
    return {.give_notice =
                [this] {
                  node_stats_.SetDrainStep(DrainStep::kNotice);
                  readiness_.store(Readiness::kDraining, std::memory_order_relaxed);
                  if (control_) control_->SetServing(false);
                },
            .refuse_newcomers =
                [this] {
                  node_stats_.SetDrainStep(DrainStep::kListeners);
                  if (started()) PostToAll(RefuseCommand{});
                },
            .release =
                [this](double per_second) {
                  node_stats_.SetDrainStep(DrainStep::kReleasing);
                  if (started()) Release(per_second);
                },
            .sessions = [this] { return started() ? admission_.sessions.taken() : 0; },
            .connections = [this] { return started() ? admission_.descriptors.taken() : 0; },
            .stop = [this] { Stop(); }};
  }

  [[nodiscard]] bool started() const {
    return readiness_.load(std::memory_order_relaxed) != Readiness::kNotReady && admin_ != nullptr;
  }

  // Calls are answered while shards and completion threads still run.
  void Stop() {
    node_stats_.SetDrainStep(DrainStep::kStopping);
    hub_.Stop();
    if (control_) control_->Stop(kCallGrace);
    hooks_.StopAsking();
    if (started()) Release(ReleasePace::kAtOnce);  // Who is left.
    shards_.Clear();
    completions_.Stop();
    hooks_.StopTelling();
  }

  const Config config_;
  const uint32_t shard_count_;
  const uint64_t incarnation_;
  const Limits limits_at_start_;
  std::vector<ShardStats> shard_stats_;
  NodeStats node_stats_;
  Admission admission_;
  Completions completions_;
  MessageHub hub_;
  FrontDoorSettings door_settings_;
  std::unique_ptr<TlsAcceptor> tls_;                 // Null: clients come in plain text.
  const std::unique_ptr<TokenAuthority> authority_;  // Null: no tokens are checked.
  std::unique_ptr<KeySources> keys_;
  ShardSet shards_;
  Router router_;
  Hooks hooks_;
  WatchHub watch_;
  SessionEventFanout events_;
  LimitsHolder limits_;
  Collector collector_;
  std::atomic<Readiness> readiness_{Readiness::kNotReady};
  Addresses addresses_;
  std::unique_ptr<ControlAccess> access_;
  std::unique_ptr<ControlServer> control_;
  std::unique_ptr<AdminServer> admin_;
  Drain drain_;  // Last: ends before what its steps use.
};

}  // namespace

absl::StatusOr<std::unique_ptr<App>> App::Start(const Config& config) {
  absl::StatusOr<std::unique_ptr<HookTls>> hook_tls = HookTls::Read(config);
  if (!hook_tls.ok()) return hook_tls.status();
  auto gateway = std::make_unique<Gateway>(config, RaiseOpenFileLimit(), *std::move(hook_tls));
  const absl::Status started = gateway->Start();
  if (!started.ok()) return started;
  return gateway;
}

}  // namespace wsgate
