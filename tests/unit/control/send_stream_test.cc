// SendStream over real gRPC; the one shard is never run: a test answers in its place.
#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/closed_door.h"
#include "tests/support/session_engine.h"
#include "tests/support/wait_for.h"
#include "tests/unit/control/decode.h"
#include "tests/unit/control/server_fixture.h"

namespace wsgate {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::Key;
using Stream = grpc::ClientReaderWriter<v1::SendStreamRequest, v1::SendStreamResponse>;
using Result = v1::SendStreamResponse::Result;

v1::SendStreamRequest Item(uint64_t id, const std::string& user = "ada",
                           const std::string& text = "hi") {
  v1::SendStreamRequest item;
  item.set_item_id(id);
  item.mutable_to_user()->set_user_id(user);
  item.mutable_to_user()->mutable_message()->set_text(text);
  return item;
}

class SendStreamTest : public ServerTest {
 protected:
  SendStreamTest() : ServerTest(1) {
    auto shard = std::make_unique<Shard>(
        SessionSettings{.incarnation = 7}, shard_stats_, admission_, inbound_, events_, completions,
        std::make_shared<const Limits>(), [](ShardCore) { return std::make_unique<ClosedDoor>(); });
    shard_ = shard.get();
    shards.Add(std::move(shard));
    stream = stub->SendStream(context.get());
  }
  ~SendStreamTest() override {
    context->TryCancel();
    sends.clear();
    server->Stop(seconds(5));
    shards.Clear();
  }

  // Takes from the shard's mailbox until `count` sends have been posted.
  [[nodiscard]] bool WaitForPosted(size_t count) {
    return WaitFor([&] {
      TakePosted();
      return sends.size() >= count;
    });
  }
  void TakePosted() {
    std::vector<ControlCommand> control;
    std::vector<SendCommand> taken;
    shard_->mailbox().Take(control, taken);
    for (SendCommand& send : taken) sends.push_back(std::move(std::get<SendToUserCommand>(send)));
  }
  // Answers sends [from, to) as the shard would in one turn.
  void AnswerPosted(size_t from, size_t to) {
    CompletionBatch batch;
    for (size_t i = from; i < to; ++i) {
      Outcome outcome{.shards_asked = 1};
      outcome.Queued();
      sends[i].ticket.Answer(std::move(outcome), batch);
    }
    completions.Post(batch);
  }
  // The results of so many answers, by item.
  std::map<uint64_t, Result> Read(size_t count) {
    std::map<uint64_t, Result> results;
    v1::SendStreamResponse response;
    while (results.size() < count && stream->Read(&response)) {
      EXPECT_LE(response.results_size(), 256);
      EXPECT_GE(response.results_size(), 1);
      for (const Result& result : response.results()) {
        EXPECT_TRUE(results.emplace(result.item_id(), result).second) << "answered twice";
      }
    }
    return results;
  }

  ShardStats shard_stats_;
  Admission admission_{1000};
  CollectingSink inbound_;
  CollectingEvents events_;
  Shard* shard_ = nullptr;
  std::vector<SendToUserCommand> sends;
  std::unique_ptr<grpc::ClientContext> context = Context();
  std::unique_ptr<Stream> stream;
};

TEST_F(SendStreamTest, ItemsArePostedInOrderAndAnsweredInAnyByTheirIds) {
  for (uint64_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(stream->Write(Item(100 + i, "user" + std::to_string(i))));
  }
  ASSERT_TRUE(WaitForPosted(3));
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(sends[i].user_id, "user" + std::to_string(i));
  AnswerPosted(2, 3);
  EXPECT_THAT(Read(1), ElementsAre(Key(102)));
  AnswerPosted(0, 2);
  const std::map<uint64_t, Result> results = Read(2);
  EXPECT_THAT(results, ElementsAre(Key(100), Key(101)));
  EXPECT_EQ(results.at(100).outcome().queued(), 1u);
  EXPECT_FALSE(results.at(100).has_error());
  EXPECT_EQ(stats.rpc_streams.Value(), 1);
  ASSERT_TRUE(stream->WritesDone());
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(stats.rpc_streams.Value(), 0);
  EXPECT_EQ(Handled(ControlRpc::kSendStream, grpc::OK), 1u);
}

TEST_F(SendStreamTest, AHalfCloseWaitsForTheAnswersOfAllItems) {
  for (uint64_t i = 0; i < 10; ++i) ASSERT_TRUE(stream->Write(Item(i)));
  ASSERT_TRUE(stream->WritesDone());
  ASSERT_TRUE(WaitForPosted(10));
  EXPECT_EQ(Handled(ControlRpc::kSendStream, grpc::OK), 0u);
  AnswerPosted(0, 10);
  EXPECT_EQ(Read(10).size(), 10u);
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(SendStreamTest, AnEmptyStreamEndsWell) {
  ASSERT_TRUE(stream->WritesDone());
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(SendStreamTest, With1024ItemsUnansweredNothingMoreIsReadUntilAnswersWentOut) {
  constexpr size_t kItems = 2'000;
  std::future<bool> writer = std::async(std::launch::async, [&] {
    for (uint64_t i = 0; i < kItems; ++i) {
      if (!stream->Write(Item(i))) return false;
    }
    return stream->WritesDone();
  });
  ASSERT_TRUE(WaitForPosted(1'024));
  // Other calls go on, and while they do nothing more of the stream is taken.
  for (int i = 0; i < 50; ++i) {
    v1::GetLimitsResponse limits;
    ASSERT_TRUE(stub->GetLimits(Context().get(), {}, &limits).ok());
  }
  TakePosted();
  ASSERT_EQ(sends.size(), 1'024u);

  AnswerPosted(0, 300);
  std::map<uint64_t, Result> results = Read(300);
  ASSERT_TRUE(WaitForPosted(1'324));
  TakePosted();
  EXPECT_EQ(sends.size(), 1'324u) << "as many as were answered";
  AnswerPosted(300, 1'324);
  results.merge(Read(1'024));
  ASSERT_TRUE(WaitForPosted(kItems));
  AnswerPosted(1'324, kItems);
  results.merge(Read(kItems - 1'324));
  EXPECT_EQ(results.size(), kItems);
  EXPECT_TRUE(writer.get());
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(SendStreamTest, ABadItemIsToldInItsResultAndTheStreamGoesOn) {
  v1::SendStreamRequest nothing;
  nothing.set_item_id(1);
  ASSERT_TRUE(stream->Write(nothing));
  ASSERT_TRUE(stream->Write(Item(2, "")));
  v1::SendStreamRequest unknown;
  unknown.set_item_id(3);
  unknown.mutable_to_session()->set_session_id("nonsense");
  unknown.mutable_to_session()->mutable_message()->set_text("hi");
  ASSERT_TRUE(stream->Write(unknown));
  ASSERT_TRUE(stream->Write(Item(4)));
  const std::map<uint64_t, Result> bad = Read(3);
  ASSERT_THAT(bad, ElementsAre(Key(1), Key(2), Key(3)));

  // The same status as the unary call's, details included.
  v1::SendToUserResponse response;
  const grpc::Status unary = stub->SendToUser(Context().get(), Item(2, "").to_user(), &response);
  EXPECT_FALSE(bad.at(2).has_outcome());
  const auto status_of = [&](uint64_t id) {
    const google::rpc::Status& error = bad.at(id).error();
    return grpc::Status(static_cast<grpc::StatusCode>(error.code()), error.message(),
                        error.SerializeAsString());
  };
  EXPECT_THAT(BadFieldsOf(status_of(1)), ElementsAre(Key("send")));
  EXPECT_EQ(status_of(2).error_code(), unary.error_code());
  EXPECT_EQ(status_of(2).error_message(), unary.error_message());
  EXPECT_EQ(ReasonOf(status_of(2)), ReasonOf(unary));
  EXPECT_EQ(BadFieldsOf(status_of(2)), BadFieldsOf(unary));
  EXPECT_EQ(ReasonOf(status_of(3)), "SESSION_NOT_FOUND");

  ASSERT_TRUE(WaitForPosted(1));
  AnswerPosted(0, 1);
  EXPECT_THAT(Read(1), ElementsAre(Key(4)));
  ASSERT_TRUE(stream->WritesDone());
  EXPECT_TRUE(stream->Finish().ok());
}

// A caller who writes bytes.
class RawCaller final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  RawCaller(const std::shared_ptr<grpc::Channel>& channel, std::vector<std::string> items)
      : generic_(channel), items_(std::move(items)) {
    generic_.PrepareBidiStreamingCall(&context_, "/wsgate.v1.ControlService/SendStream", {}, this);
    StartRead(&response_);
    Write();
    StartCall();
  }
  grpc::Status Wait() { return done_.get_future().get(); }
  [[nodiscard]] int responses() const { return responses_; }

 private:
  void Write() {
    const grpc::Slice slice(items_[written_++]);
    request_ = grpc::ByteBuffer(&slice, 1);
    StartWrite(&request_);
  }
  void OnWriteDone(bool ok) override {
    if (ok && written_ < items_.size()) return Write();
    StartWritesDone();
  }
  void OnReadDone(bool ok) override {
    if (!ok) return;
    ++responses_;
    StartRead(&response_);
  }
  void OnDone(const grpc::Status& status) override { done_.set_value(status); }

  grpc::GenericStub generic_;
  grpc::ClientContext context_;
  const std::vector<std::string> items_;
  size_t written_ = 0;
  std::atomic<int> responses_ = 0;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
  std::promise<grpc::Status> done_;
};

TEST_F(SendStreamTest, AnItemThatCannotBeParsedEndsTheStreamAfterThoseBeforeIt) {
  std::string good = Item(1, "").SerializeAsString();        // Answered at once: no user.
  const std::string bad("\x08\x02\x12\x03\x0a\x01\xff", 7);  // Its user_id is the byte 0xff.
  RawCaller caller(channel, {good, bad, good});
  const grpc::Status status = caller.Wait();
  EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "ITEM_UNREADABLE");
  EXPECT_EQ(caller.responses(), 1);

  RawCaller well(channel, {good, good});
  EXPECT_TRUE(well.Wait().ok());
}

TEST_F(SendStreamTest, WhatWasPostedBeforeACancelStands) {
  ASSERT_TRUE(stream->Write(Item(1)));
  ASSERT_TRUE(WaitForPosted(1));
  context->TryCancel();
  EXPECT_EQ(stream->Finish().error_code(), grpc::CANCELLED);
  ASSERT_TRUE(WaitFor([&] { return stats.rpc_streams.Value() == 0; }));
  EXPECT_EQ(Handled(ControlRpc::kSendStream, grpc::CANCELLED), 1u);
  EXPECT_EQ(sends[0].user_id, "ada");
  AnswerPosted(0, 1);  // Nobody hears it, and nobody minds.
}

TEST_F(SendStreamTest, AStopAnswersWhatWasReadAndEndsWithAHint) {
  ASSERT_TRUE(stream->Write(Item(1)));
  ASSERT_TRUE(WaitForPosted(1));
  std::future<void> stopped = std::async(std::launch::async, [&] { server->Stop(seconds(20)); });
  ASSERT_TRUE(WaitFor([&] {  // A stop has begun where no new stream is taken.
    const auto late = Context();
    return !stub->SendStream(late.get())->Finish().ok();
  }));
  AnswerPosted(0, 1);
  EXPECT_EQ(Read(1).size(), 1u);
  v1::SendStreamResponse response;
  EXPECT_FALSE(stream->Read(&response));
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(status), "STOPPING");
  EXPECT_TRUE(DetailOf<google::rpc::RetryInfo>(status));
  stopped.get();
}

}  // namespace
}  // namespace wsgate
