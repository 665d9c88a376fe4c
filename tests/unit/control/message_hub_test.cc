#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/control/hub_fixture.h"

namespace wsgate {
namespace {

using testing::ElementsAre;

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

}  // namespace
}  // namespace wsgate
