// SendStream to real sessions.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/control_stub.h"
#include "tests/support/test_gateway.h"
#include "tests/support/ws_client.h"

namespace wsgate {
namespace {

using Stream = grpc::ClientReaderWriter<v1::SendStreamRequest, v1::SendStreamResponse>;

v1::SendStreamRequest ToUser(uint64_t id, const std::string& user, const std::string& text) {
  v1::SendStreamRequest item;
  item.set_item_id(id);
  item.mutable_to_user()->set_user_id(user);
  *item.mutable_to_user()->mutable_message() = Text(text);
  return item;
}

class SendStreamTest : public testing::Test {
 protected:
  explicit SendStreamTest(const Config& config = TestConfig(3)) : gateway_(config) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    stream_ = stub_->SendStream(&context_);
  }
  // Reads until so many items were answered. False: the stream ended.
  bool ReadResults(size_t count) {
    v1::SendStreamResponse response;
    for (size_t read = 0; read < count; read += static_cast<size_t>(response.results_size())) {
      if (!stream_->Read(&response)) return false;
      for (const auto& result : response.results()) results_.push_back(result);
    }
    return true;
  }

  TestGateway gateway_;
  std::unique_ptr<v1::ControlService::Stub> stub_ = MakeControlStub(gateway_.control());
  grpc::ClientContext context_;
  std::unique_ptr<Stream> stream_;
  std::vector<v1::SendStreamResponse::Result> results_;
};

TEST_F(SendStreamTest, WhatOneStreamSendsArrivesInItsOrderWhateverItsKind) {
  constexpr uint64_t kItems = 3'000;
  WsClient client;
  ASSERT_TRUE(client.Connect(gateway_.client(), "/ws?user=ada"));
  const std::string session = gateway_.SessionOf("ada");
  std::future<bool> writer = std::async(std::launch::async, [&] {
    for (uint64_t i = 0; i < kItems; ++i) {
      v1::SendStreamRequest item;
      item.set_item_id(i);
      const v1::Message message = Text(std::to_string(i));
      switch (i % 4) {
        case 0:
          *item.mutable_to_user()->mutable_message() = message;
          item.mutable_to_user()->set_user_id("ada");
          break;
        case 1:
          *item.mutable_to_users()->mutable_message() = message;
          item.mutable_to_users()->add_user_ids("ada");
          item.mutable_to_users()->add_user_ids("nobody");
          break;
        case 2:
          *item.mutable_to_session()->mutable_message() = message;
          item.mutable_to_session()->set_session_id(session);
          break;
        default:
          *item.mutable_broadcast()->mutable_message() = message;
      }
      if (!stream_->Write(item)) return false;
    }
    return stream_->WritesDone();
  });
  std::future<bool> reader = std::async(std::launch::async, [&] { return ReadResults(kItems); });
  for (uint64_t i = 0; i < kItems; ++i) {
    const auto message = client.Read();
    ASSERT_TRUE(message) << i;
    ASSERT_EQ(message->payload, std::to_string(i));
  }
  EXPECT_TRUE(writer.get());
  ASSERT_TRUE(reader.get());
  EXPECT_TRUE(stream_->Finish().ok());
  for (const auto& result : results_) {
    ASSERT_FALSE(result.has_error()) << result.error().message();
    CheckOutcome(result.outcome());
    EXPECT_EQ(result.outcome().queued(), 1u);
    EXPECT_EQ(result.offline_user_ids_size(), result.item_id() % 4 == 1 ? 1 : 0);
  }
}

TEST_F(SendStreamTest, ACallerThatNeverReadsItsAnswersIsHeldAndNobodyElseNotices) {
  constexpr uint64_t kItems = 20'000;  // Each answer names 20 users: 80 MB together.
  WsClient other;
  ASSERT_TRUE(other.Connect(gateway_.client(), "/ws?user=other"));
  std::atomic<uint64_t> written{0};
  std::future<bool> writer = std::async(std::launch::async, [&] {
    v1::SendStreamRequest item;
    *item.mutable_to_users()->mutable_message() = Text("x");
    for (int i = 0; i < 20; ++i) {
      item.mutable_to_users()->add_user_ids(std::to_string(i) + std::string(200, 'u'));
    }
    for (; written < kItems; ++written) {
      item.set_item_id(written);
      if (!stream_->Write(item)) return false;
    }
    return stream_->WritesDone();
  });
  // Others are served all the while, on the same connection and on another.
  uint64_t before = 0;
  int still = 0;
  const bool held = WaitFor([&] {
    EXPECT_EQ(gateway_.SendToUser("other", Text("same"))->queued(), 1u);
    v1::SendToUserResponse response;
    grpc::ClientContext context;
    EXPECT_TRUE(
        stub_->SendToUser(&context, ToUser(0, "other", "beside").to_user(), &response).ok());
    EXPECT_TRUE(other.Read());
    EXPECT_TRUE(other.Read());
    const uint64_t now = written;
    still = now > 1'024 && now == std::exchange(before, now) ? still + 1 : 0;
    return still == 50;
  });
  EXPECT_TRUE(held);
  EXPECT_LT(written, kItems) << "the writer is held";

  ASSERT_TRUE(ReadResults(kItems)) << "and goes on as soon as its answers are read";
  EXPECT_TRUE(writer.get());
  EXPECT_TRUE(stream_->Finish().ok());
  EXPECT_EQ(results_.back().outcome().offline(), 20u);
}

TEST_F(SendStreamTest, ADrainEndsItWithAHint) {
  ASSERT_TRUE(stream_->Write(ToUser(1, "offline", "x")));
  ASSERT_TRUE(ReadResults(1));
  gateway_.app().BeginDrain();
  v1::SendStreamResponse response;
  EXPECT_FALSE(stream_->Read(&response));
  EXPECT_EQ(stream_->Finish().error_code(), grpc::UNAVAILABLE);
}

}  // namespace
}  // namespace wsgate
