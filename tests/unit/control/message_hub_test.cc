#include "control/message_hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace wsgate {
namespace {

using testing::ElementsAre;

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

TEST_F(MessageHubTest, WithoutAConsumerAMessageIsDroppedAndCounted) {
  EXPECT_FALSE(hub.HasConsumer());
  Say(1, "a");
  EXPECT_EQ(Dropped(InboundDrop::kNoConsumer), 1u);
  Stream stream(hub);
  EXPECT_FALSE(hub.HasConsumer()) << "it has not said `start` yet";
  Say(1, "b");
  EXPECT_EQ(Dropped(InboundDrop::kNoConsumer), 2u);
  stream.Start();
  EXPECT_TRUE(hub.HasConsumer());
  Say(1, "c");
  EXPECT_THAT(stream.Read(), ElementsAre("c"));
  stream.Leave();
  EXPECT_FALSE(hub.HasConsumer());
}

TEST_F(MessageHubTest, AnIdleStreamIsWokenOnce) {
  Stream stream(hub);
  stream.Start();
  Say(1, "a");
  Say(2, "b");
  EXPECT_EQ(stream.wake->count, 1);
  EXPECT_THAT(stream.Read(), ElementsAre("a", "b"));
  Say(1, "c");
  EXPECT_EQ(stream.wake->count, 2);
}

TEST_F(MessageHubTest, AFullWindowIsNotWoken) {
  Stream stream(hub);
  stream.Start();
  for (int i = 0; i < 300; ++i) Say(1, std::to_string(i));
  EXPECT_EQ(stream.Read().size(), 256u);
  const int woken = stream.wake->count;
  Say(1, "more");
  EXPECT_EQ(stream.wake->count, woken);
  EXPECT_TRUE(stream.Acknowledge(256));
  EXPECT_EQ(stream.Read().size(), 45u);
  EXPECT_FALSE(stream.Acknowledge(302));
}

TEST_F(MessageHubTest, AFullConsumerDropsAndCounts) {
  Stream stream(hub);
  stream.Start();
  for (size_t i = 0; i < Consumer::kPendingMessagesMax + 3; ++i) Say(1, "x");
  EXPECT_EQ(Dropped(InboundDrop::kConsumerFull), 3u);
}

TEST_F(MessageHubTest, WhatABatchLosesIsNamedByItsPlace) {
  EXPECT_THAT(Say(1, "x"), ElementsAre(InboundRefusal{0, InboundDrop::kNoConsumer}));
  Stream stream(hub);
  stream.Start();
  std::vector<InboundMessage> batch;
  for (size_t i = 0; i < Consumer::kPendingMessagesMax + 2; ++i) {
    batch.push_back({.session = {.incarnation = 1, .shard = 0, .slot = {1, 1}}, .payload = "x"});
  }
  EXPECT_THAT(
      hub.Deliver(batch),
      ElementsAre(InboundRefusal{Consumer::kPendingMessagesMax, InboundDrop::kConsumerFull},
                  InboundRefusal{Consumer::kPendingMessagesMax + 1, InboundDrop::kConsumerFull}));
  EXPECT_EQ(stream.Read().size(), 256u);
  ASSERT_TRUE(stream.Acknowledge(256));
  EXPECT_THAT(Say(1, "y"), ElementsAre()) << "there is room again";
}

TEST_F(MessageHubTest, SessionsAreSharedAndStick) {
  constexpr uint32_t kSessions = 3'000;
  std::vector<std::unique_ptr<Stream>> streams;
  for (int i = 0; i < 3; ++i) streams.push_back(std::make_unique<Stream>(hub));
  for (auto& stream : streams) stream->Start();
  std::map<std::string, size_t> home;
  std::array<uint64_t, 3> acknowledged{};
  for (int round = 0; round < 2; ++round) {
    for (uint32_t session = 0; session < kSessions; ++session) {
      Say(session, std::to_string(session));
    }
    for (size_t i = 0; i < streams.size(); ++i) {
      uint64_t read = 0;
      for (;;) {
        const std::vector<std::string> payloads = streams[i]->Read();
        if (payloads.empty()) break;
        for (const std::string& payload : payloads) {
          EXPECT_EQ(home.emplace(payload, i).first->second, i) << "session " << payload;
        }
        read += payloads.size();
        acknowledged[i] += payloads.size();
        ASSERT_TRUE(streams[i]->Acknowledge(acknowledged[i]));
      }
      EXPECT_NEAR(static_cast<double>(read), kSessions / 3.0, kSessions / 10.0);
    }
  }
  EXPECT_EQ(home.size(), kSessions);
}

TEST_F(MessageHubTest, WhoLeavesPassesOnWhatIsNotAcknowledgedInOrder) {
  Stream first(hub);
  first.Start();
  for (const char* payload : {"a", "b", "c", "d"}) Say(1, payload);
  Stream second(hub);
  second.Start();
  EXPECT_EQ(first.Read().size(), 4u);
  Say(1, "e");
  EXPECT_TRUE(first.Acknowledge(1));
  first.Leave();
  EXPECT_EQ(second.wake->count, 1);
  Say(1, "f");
  EXPECT_THAT(second.Read(), ElementsAre("b", "c", "d", "e", "f"));
  second.Leave();
  EXPECT_EQ(Dropped(InboundDrop::kConsumerGone), 5u);
}

TEST_F(MessageHubTest, ASessionWithSomethingOutstandingDoesNotMoveToANewcomer) {
  constexpr uint32_t kSessions = 100;
  Stream first(hub);
  first.Start();
  for (uint32_t session = 0; session < kSessions; ++session) Say(session, "1");
  EXPECT_EQ(first.Read().size(), kSessions);
  Stream second(hub);
  second.Start();
  for (uint32_t session = 0; session < kSessions; ++session) Say(session, "2");
  EXPECT_EQ(first.Read().size(), kSessions) << "the answers to 1 are still out";
  EXPECT_TRUE(first.Acknowledge(2 * kSessions));
  for (uint32_t session = 0; session < kSessions; ++session) Say(session, "3");
  const size_t moved = second.Read().size();
  EXPECT_GT(moved, 20u);
  EXPECT_EQ(first.Read().size() + moved, kSessions);
}

TEST_F(MessageHubTest, AStopWakesEveryStreamAndCountsWhatIsLeft) {
  Stream started(hub);
  started.Start();
  Stream waiting(hub);
  Say(1, "a");
  Say(1, "b");
  const int woken = started.wake->count;
  hub.Stop();
  EXPECT_TRUE(hub.stopped());
  EXPECT_EQ(started.wake->count, woken + 1);
  EXPECT_EQ(waiting.wake->count, 1);
  EXPECT_EQ(Dropped(InboundDrop::kConsumerGone), 2u);
  EXPECT_FALSE(hub.HasConsumer());
  waiting.Start();
  EXPECT_FALSE(hub.HasConsumer());
  started.Leave();
  waiting.Leave();
  EXPECT_EQ(Dropped(InboundDrop::kConsumerGone), 2u);
  EXPECT_EQ(hub.Attach(std::make_shared<CountedWake>()), nullptr);
}

TEST_F(MessageHubTest, StreamsAreBounded) {
  std::vector<std::unique_ptr<Stream>> streams;
  for (size_t i = 0; i < MessageHub::kStreamsMax; ++i) {
    streams.push_back(std::make_unique<Stream>(hub));
    ASSERT_NE(streams.back()->member, nullptr);
  }
  EXPECT_EQ(hub.Attach(std::make_shared<CountedWake>()), nullptr);
  streams.back()->Leave();
  EXPECT_NE(hub.Attach(std::make_shared<CountedWake>()), nullptr);
}

// Streams come, go, read and acknowledge at random; each message must be acknowledged or counted as
// dropped, and what one session said must be acknowledged in order. Messages may be read twice, by
// different streams.
TEST_F(MessageHubTest, RandomComingsAndGoingsLoseAndReorderNothing) {
  std::mt19937 random(20'240'607);
  struct Reader {
    Stream stream;
    std::vector<std::string> read;
    uint64_t acknowledged = 0;
  };
  std::vector<std::unique_ptr<Reader>> readers;
  std::map<uint32_t, int> said;
  std::map<std::string, int> last_done;
  uint64_t total = 0;
  uint64_t done = 0;
  const auto acknowledge = [&](Reader& reader, uint64_t number) {
    ASSERT_TRUE(reader.stream.Acknowledge(number));
    for (; reader.acknowledged < number; ++reader.acknowledged, ++done) {
      const std::string& payload = reader.read[reader.acknowledged];
      const size_t colon = payload.find(':');
      int& last = last_done[payload.substr(0, colon)];
      const int now = std::stoi(payload.substr(colon + 1));
      ASSERT_GT(now, last) << payload;
      last = now;
    }
  };
  for (int step = 0; step < 20'000; ++step) {
    const uint32_t what = random() % 100;
    if (what < 2 && readers.size() < 5) {
      readers.push_back(std::make_unique<Reader>(Reader{Stream(hub), {}, 0}));
      readers.back()->stream.Start();
    } else if (what < 3 && !readers.empty()) {
      const size_t leaver = random() % readers.size();
      readers[leaver]->stream.Leave();
      readers.erase(readers.begin() + static_cast<ptrdiff_t>(leaver));
    } else if (what < 40 && !readers.empty()) {
      Reader& reader = *readers[random() % readers.size()];
      for (std::string& payload : reader.stream.Read()) reader.read.push_back(std::move(payload));
    } else if (what < 60 && !readers.empty()) {
      Reader& reader = *readers[random() % readers.size()];
      const uint64_t open = reader.read.size() - reader.acknowledged;
      if (open > 0) acknowledge(reader, reader.acknowledged + 1 + random() % open);
    } else {
      const uint32_t session = random() % 20;
      Say(session, std::to_string(session) + ":" + std::to_string(++said[session]));
      ++total;
    }
  }
  for (auto& reader : readers) reader->stream.Leave();
  uint64_t dropped = 0;
  for (const auto& cell : stats.inbound_dropped) dropped += cell.Value();
  EXPECT_EQ(total, done + dropped);
  EXPECT_GT(done, total / 4);
}

TEST_F(MessageHubTest, EachGroupGetsEverythingAndSharesItAmongItsOwn) {
  Stream a(hub);
  Stream b1(hub);
  Stream b2(hub);
  a.Start("a");
  b1.Start("b");
  b2.Start("b");
  EXPECT_EQ(hub.consumers(), 3u);
  for (uint32_t session = 0; session < 50; ++session) Say(session, std::to_string(session));
  EXPECT_EQ(a.Read().size(), 50u);
  std::vector<std::string> shared = b1.Read();
  EXPECT_LT(shared.size(), 50u);
  for (std::string& text : b2.Read()) shared.push_back(std::move(text));
  EXPECT_EQ(std::set<std::string>(shared.begin(), shared.end()).size(), 50u);
  EXPECT_EQ(shared.size(), 50u);
}

TEST_F(MessageHubTest, WhatIsLeftOfAGroupGoesToItsNextStreamAndToNoOther) {
  Stream a(hub);
  auto b1 = std::make_unique<Stream>(hub);
  Stream b2(hub);
  a.Start("a");
  b1->Start("b");
  Say(1, "one");
  Say(1, "two");
  EXPECT_THAT(a.Read(), ElementsAre("one", "two"));
  EXPECT_TRUE(a.Acknowledge(2)) << "one group's acknowledgement is not another's";
  EXPECT_THAT(b1->Read(), ElementsAre("one", "two"));
  b2.Start("b");
  b1->Leave();
  EXPECT_THAT(b2.Read(), ElementsAre("one", "two"));
  EXPECT_TRUE(a.Read().empty());
  EXPECT_EQ(Dropped(InboundDrop::kConsumerGone), 0u);
  b2.Leave();
  EXPECT_EQ(Dropped(InboundDrop::kConsumerGone), 2u) << "the last of its group";
  Say(1, "three");
  EXPECT_THAT(a.Read(), ElementsAre("three")) << "the other group goes on";
  a.Leave();
  EXPECT_FALSE(hub.HasConsumer());
}

TEST_F(MessageHubTest, AMessageIsRefusedOnlyWhereNoGroupTookIt) {
  Stream full(hub);
  Stream free(hub);
  full.Start("full");
  for (size_t i = 0; i < Consumer::kPendingMessagesMax; ++i) Say(1, "x");
  EXPECT_EQ(Say(1, "x").size(), 1u);
  free.Start("free");
  EXPECT_TRUE(Say(1, "y").empty());
  EXPECT_EQ(Dropped(InboundDrop::kConsumerFull), 2u) << "each copy that is lost counts";
  EXPECT_THAT(free.Read(), ElementsAre("y"));
}

TEST_F(MessageHubTest, ThereIsABoundOnGroups) {
  std::vector<std::unique_ptr<Stream>> streams;
  for (size_t i = 0; i < MessageHub::kGroupsMax; ++i) {
    streams.push_back(std::make_unique<Stream>(hub));
    streams.back()->Start("g" + std::to_string(i));
  }
  Stream another(hub);
  EXPECT_FALSE(hub.Start(*another.member, "one more"));
  EXPECT_TRUE(hub.Start(*another.member, "g0")) << "there is room in every group";
  Stream late(hub);
  streams.back()->Leave();
  EXPECT_TRUE(hub.Start(*late.member, "one more")) << "a group without streams is no more";
}

}  // namespace
}  // namespace wsgate
