// A control port without shards: everything that needs no session.
#pragma once

#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "control/completions.h"
#include "control/server.h"
#include "gateway/shard/shard_set.h"

namespace wsgate {

class ServerTest : public testing::Test {
 public:
  ~ServerTest() override {
    server->Stop(std::chrono::seconds(5));
    completions.Stop();
  }

 protected:
  explicit ServerTest(uint32_t shard_count = 0, const WatchHub::Settings& watch_settings = {})
      : shards(shard_count), watch(kIncarnation, "n1", watch_settings) {
    channel = grpc::CreateChannel(server->bound_address(), grpc::InsecureChannelCredentials());
    stub = v1::ControlService::NewStub(channel);
  }

  ControlTargets Targets() {
    return {.router = router,
            .completions = completions,
            .hub = hub,
            .watch = watch,
            .limits = limits,
            .collector = collector,
            .stats = stats,
            .begin_drain = [this] { ++drains; }};
  }
  static std::unique_ptr<grpc::ClientContext> Context() {
    auto context = std::make_unique<grpc::ClientContext>();
    context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    return context;
  }
  static v1::ReceiveMessagesRequest Start(const std::string& group = "") {
    v1::ReceiveMessagesRequest request;
    request.mutable_start()->set_group(group);
    return request;
  }
  static v1::ReceiveMessagesRequest Ack(uint64_t number) {
    v1::ReceiveMessagesRequest request;
    request.mutable_ack()->set_number(number);
    return request;
  }
  void Say(const std::string& payload) {
    std::vector<InboundMessage> batch;
    batch.push_back({.session = {.incarnation = 7, .slot = {1, 1}},
                     .user_id = "ada",
                     .kind = PayloadKind::kBinary,
                     .payload = payload,
                     .received_at_us = 1'000'001});
    hub.Deliver(batch);
  }
  // Waits until streams have joined or left: both happen on threads of gRPC.
  void WaitForConsumers(size_t count) {
    while (hub.consumers() != count) std::this_thread::yield();
  }
  uint64_t Handled(ControlRpc rpc, grpc::StatusCode code) {
    return stats.rpcs_handled[static_cast<size_t>(rpc)][code].Value();
  }

  static constexpr uint64_t kIncarnation = 7;
  Completions completions;
  NodeStats stats;
  ShardSet shards;
  Router router{shards, completions, kIncarnation};
  MessageHub hub{completions, stats};
  WatchHub watch;
  LimitsHolder limits{Limits{}, 20'000,
                      [](LimitsPtr limits, LimitsHolder::Done done) { done(std::move(limits)); }};
  Collector collector{{}, &stats, "n1"};
  std::atomic<int> drains = 0;
  std::unique_ptr<ControlServer> server = *ControlServer::Start("127.0.0.1:0", Targets());
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::ControlService::Stub> stub;
};

}  // namespace wsgate
