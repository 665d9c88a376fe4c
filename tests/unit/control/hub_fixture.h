// A message hub whose streams are played by the test.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "control/message_hub.h"

namespace wsgate {

// Runs what is posted at once; nothing here calls gRPC.
class InlineQueue final : public CompletionQueue {
 public:
  void Post(CompletionBatch& batch) override {
    for (const CompletionPtr& completion : batch) completion->Run();
    batch.clear();
  }
};

class CountedWake final : public Completion {
 public:
  void Run() override { ++count; }
  int count = 0;
};

// What a stream does, without one.
struct Stream {
  explicit Stream(MessageHub& hub) : hub(hub), member(hub.Attach(wake)) {}
  void Start(const std::string& group = "default") { EXPECT_TRUE(hub.Start(*member, group)); }
  void Leave() { hub.Leave(std::exchange(member, nullptr)); }
  bool Acknowledge(uint64_t number) { return hub.Acknowledge(*member, number); }
  std::vector<std::string> Read() {
    std::vector<std::string> payloads;
    while (auto next = hub.Next(*member)) payloads.push_back(next->message->payload);
    return payloads;
  }

  MessageHub& hub;
  std::shared_ptr<CountedWake> wake = std::make_shared<CountedWake>();
  MessageHub::Member* member;
};

class MessageHubTest : public testing::Test {
 protected:
  // What became of it: nothing, or why it was refused.
  InboundRefusals Say(uint32_t session, std::string payload) {
    std::vector<InboundMessage> batch;
    InboundMessage& message = batch.emplace_back();
    message.session = {.incarnation = 1, .shard = 0, .slot = {session, 1}};
    message.payload = std::move(payload);
    InboundRefusals refusals = hub.Deliver(batch);
    EXPECT_TRUE(batch.empty());
    return refusals;
  }
  uint64_t Dropped(InboundDrop reason) {
    return stats.inbound_dropped[static_cast<size_t>(reason)].Value();
  }

  InlineQueue queue;
  NodeStats stats;
  MessageHub hub{queue, stats};
};

}  // namespace wsgate
