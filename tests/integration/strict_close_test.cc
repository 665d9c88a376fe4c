// RFC 6455 strictly: a message is answered before the connection fails for the bad frame that came
// in the same segment. The echo here is in the process itself and answers on the shard, in the same
// turn.
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string>
#include <vector>

#include "gateway/net/front_door.h"
#include "gateway/net/listen_socket.h"
#include "gateway/shard/shard_set.h"
#include "tests/support/raw_client.h"

namespace wsgate {
namespace {

// Sends back what a session says.
// Threads: the one shard's.
class Echo final : public InboundSink {
 public:
  bool HasConsumer() const override { return true; }
  InboundRefusals Deliver(std::vector<InboundMessage>& batch) override {
    for (const InboundMessage& message : batch) {
      Outcome outcome;
      sessions->SendToSession(message.session.slot,
                              MakeMessage(message.kind, message.payload, SteadyNow()), outcome);
      EXPECT_EQ(outcome.matched, 1u);
    }
    batch.clear();
    return {};
  }
  Sessions* sessions = nullptr;
};

class NobodyListens final : public SessionEventSink {
 public:
  bool wants_events() const override { return false; }
  void Deliver(std::vector<SessionEvent>& batch) override { batch.clear(); }
};

class NoCompletions final : public CompletionQueue {
 public:
  void Post(CompletionBatch& batch) override {
    for (const CompletionPtr& completion : batch) completion->Run();
    batch.clear();
  }
};

class StrictCloseTest : public testing::Test {
 public:
  ~StrictCloseTest() override { shards_.Clear(); }

 protected:
  StrictCloseTest() {
    spdlog::set_level(spdlog::level::warn);
    absl::StatusOr<ListenSockets> sockets = OpenListenSockets("127.0.0.1:0", 1);
    EXPECT_TRUE(sockets.ok());
    Limits limits;
    limits.sessions_per_node_max = 100;
    shards_.Add(std::make_unique<Shard>(
        SessionSettings{.incarnation = 7}, stats_, admission_, echo_, events_, completions_,
        std::make_shared<const Limits>(limits), [&](ShardCore core) {
          echo_.sessions = &core.sessions;
          return std::make_unique<FrontDoor>(core, shards_, door_settings_, sockets->fds[0]);
        }));
    shards_.Start();
    EXPECT_TRUE(client_.Open(sockets->address, "/ws"));
  }

  // One segment: `text` as a whole message or in the fragments given, then the bad frame, then
  // more.
  void ExpectEchoThenFailure(const std::string& good, const std::string& text,
                             const std::string& bad) {
    ASSERT_TRUE(client_.Send(good + bad + ClientFrameBytes(0x9, "")));
    const std::optional<RawFrame> echo = client_.ReadFrame();
    ASSERT_TRUE(echo) << "nothing came";
    EXPECT_EQ(echo->opcode, Opcode::kText);
    EXPECT_EQ(echo->payload, text);
    const std::optional<RawFrame> close = client_.ReadFrame();
    ASSERT_TRUE(close) << "no Close frame";
    EXPECT_EQ(close->opcode, Opcode::kClose);
    EXPECT_EQ(close->close_code(), 1002);
    EXPECT_FALSE(client_.ReadFrame()) << "nothing follows the Close frame";
  }

  const std::string hello_ = TextFrame("Hello, world!");
  ShardStats stats_;
  Admission admission_{1000};
  Echo echo_;
  NobodyListens events_;
  NoCompletions completions_;
  FrontDoorSettings door_settings_;
  ShardSet shards_{1};
  RawClient client_;
};

TEST_F(StrictCloseTest, Case3_2ReservedBits2) {
  ExpectEchoThenFailure(hello_, "Hello, world!", ClientFrameBytes(0x1, "Hello, world!", 0xa0));
}
TEST_F(StrictCloseTest, Case3_3ReservedBits3) {
  ExpectEchoThenFailure(hello_, "Hello, world!", ClientFrameBytes(0x1, "Hello, world!", 0xb0));
}
TEST_F(StrictCloseTest, Case3_4ReservedBits4) {
  ExpectEchoThenFailure(hello_, "Hello, world!", ClientFrameBytes(0x1, "Hello, world!", 0xc0));
}
TEST_F(StrictCloseTest, Case4_1_3ReservedOpcode5) {
  ExpectEchoThenFailure(hello_, "Hello, world!", ClientFrameBytes(0x5, ""));
}
TEST_F(StrictCloseTest, Case4_1_4ReservedOpcode6WithPayload) {
  ExpectEchoThenFailure(hello_, "Hello, world!", ClientFrameBytes(0x6, "Hello, world!"));
}
TEST_F(StrictCloseTest, Case4_1_5ReservedOpcode7WithPayload) {
  ExpectEchoThenFailure(hello_, "Hello, world!", ClientFrameBytes(0x7, "Hello, world!"));
}
TEST_F(StrictCloseTest, Case4_2_3ReservedOpcode13) {
  ExpectEchoThenFailure(hello_, "Hello, world!", ClientFrameBytes(0xd, ""));
}
TEST_F(StrictCloseTest, Case4_2_4ReservedOpcode14WithPayload) {
  ExpectEchoThenFailure(hello_, "Hello, world!", ClientFrameBytes(0xe, "Hello, world!"));
}
TEST_F(StrictCloseTest, Case4_2_5ReservedOpcode15WithPayload) {
  ExpectEchoThenFailure(hello_, "Hello, world!", ClientFrameBytes(0xf, "Hello, world!"));
}
TEST_F(StrictCloseTest, Case5_15ContinuationOfNothing) {
  const std::string fragments =
      ClientFrameBytes(0x1, "fragment1", 0x00) + ClientFrameBytes(0x0, "fragment2");
  ExpectEchoThenFailure(fragments, "fragment1fragment2",
                        ClientFrameBytes(0x0, "fragment3", 0x00) + TextFrame("fragment4"));
}

}  // namespace
}  // namespace wsgate
