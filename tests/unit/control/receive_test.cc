// ReceiveMessages over real gRPC.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/control/decode.h"
#include "tests/unit/control/server_fixture.h"

namespace wsgate {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::Key;
using Stream = grpc::ClientReaderWriter<v1::ReceiveMessagesRequest, v1::ReceiveMessagesResponse>;

TEST_F(ServerTest, AConsumerReceivesNumberedMessages) {
  const auto context = Context();
  const std::unique_ptr<Stream> stream = stub->ReceiveMessages(context.get());
  ASSERT_TRUE(stream->Write(Start("default")));
  WaitForConsumers(1);
  EXPECT_EQ(stats.rpc_streams.Value(), 1);
  Say("one");
  Say("two");
  v1::ReceiveMessagesResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.number(), 1u);
  EXPECT_EQ(response.message().binary(), "one");
  EXPECT_EQ(response.user_id(), "ada");
  EXPECT_EQ(SessionId::Parse(response.session_id())->incarnation, 7u);
  EXPECT_EQ(response.receive_time().seconds(), 1);
  EXPECT_EQ(response.receive_time().nanos(), 1'000);
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.number(), 2u);
  ASSERT_TRUE(stream->Write(Ack(2)));
  ASSERT_TRUE(stream->WritesDone());
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok()) << "closing the request side is leaving";
  WaitForConsumers(0);
  EXPECT_EQ(stats.inbound_dropped[static_cast<size_t>(InboundDrop::kConsumerGone)].Value(), 0u);
  EXPECT_EQ(Handled(ControlRpc::kReceiveMessages, grpc::OK), 1u);
}

TEST_F(ServerTest, TheWindowStopsAt256AndGoesOnWithAnAcknowledgement) {
  const auto context = Context();
  const std::unique_ptr<Stream> stream = stub->ReceiveMessages(context.get());
  ASSERT_TRUE(stream->Write(Start()));
  WaitForConsumers(1);
  for (int i = 1; i <= 300; ++i) Say(std::to_string(i));
  v1::ReceiveMessagesResponse response;
  for (uint64_t i = 1; i <= 256; ++i) {
    ASSERT_TRUE(stream->Read(&response));
    ASSERT_EQ(response.number(), i);
  }
  ASSERT_TRUE(stream->Write(Ack(44)));
  for (uint64_t i = 257; i <= 300; ++i) {
    ASSERT_TRUE(stream->Read(&response));
    ASSERT_EQ(response.number(), i);
    ASSERT_EQ(response.message().binary(), std::to_string(i));
  }
  context->TryCancel();
  EXPECT_EQ(stream->Finish().error_code(), grpc::CANCELLED);
  WaitForConsumers(0);
  EXPECT_EQ(stats.inbound_dropped[static_cast<size_t>(InboundDrop::kConsumerGone)].Value(), 256u);
}

TEST_F(ServerTest, WhatAVanishedConsumerLeavesGoesToTheNext) {
  const auto context = Context();
  const std::unique_ptr<Stream> first = stub->ReceiveMessages(context.get());
  ASSERT_TRUE(first->Write(Start()));
  WaitForConsumers(1);
  Say("one");
  Say("two");
  v1::ReceiveMessagesResponse response;
  ASSERT_TRUE(first->Read(&response));
  const auto second_context = Context();
  const std::unique_ptr<Stream> second = stub->ReceiveMessages(second_context.get());
  ASSERT_TRUE(second->Write(Start()));
  WaitForConsumers(2);
  context->TryCancel();
  (void)first->Finish();
  ASSERT_TRUE(second->Read(&response));
  EXPECT_EQ(response.number(), 1u);
  EXPECT_EQ(response.message().binary(), "one");
  ASSERT_TRUE(second->Read(&response));
  EXPECT_EQ(response.message().binary(), "two");
}

class BadStreamTest : public ServerTest {
 protected:
  grpc::Status Send(const std::vector<v1::ReceiveMessagesRequest>& requests) {
    const auto context = Context();
    const std::unique_ptr<Stream> stream = stub->ReceiveMessages(context.get());
    for (const auto& request : requests) stream->Write(request);
    v1::ReceiveMessagesResponse response;
    EXPECT_FALSE(stream->Read(&response));
    return stream->Finish();
  }
};

TEST_F(BadStreamTest, StartComesFirstAndOnce) {
  for (const auto& requests :
       std::vector<std::vector<v1::ReceiveMessagesRequest>>{{Ack(0)}, {{}}, {Start(), Start()}}) {
    const grpc::Status status = Send(requests);
    EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
    EXPECT_EQ(ReasonOf(status), "START_EXPECTED");
    EXPECT_THAT(BadFieldsOf(status), ElementsAre(Key("start")));
  }
}

TEST_F(BadStreamTest, AGroupsNameHasItsRules) {
  for (const std::string& name :
       {std::string("a b"), std::string("\xc3\xa4"), std::string("a/b"), std::string(65, 'x')}) {
    const grpc::Status status = Send({Start(name)});
    EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
    EXPECT_EQ(ReasonOf(status), "BAD_FIELD");
    EXPECT_THAT(BadFieldsOf(status), ElementsAre(Key("start.group")));
  }
}

TEST_F(ServerTest, EachGroupGetsItsCopy) {
  const std::string longest(64, 'x');
  const auto first_context = Context();
  const auto second_context = Context();
  const std::unique_ptr<Stream> first = stub->ReceiveMessages(first_context.get());
  const std::unique_ptr<Stream> second = stub->ReceiveMessages(second_context.get());
  ASSERT_TRUE(first->Write(Start("Work-1_a.b")));
  ASSERT_TRUE(second->Write(Start(longest)));
  WaitForConsumers(2);
  Say("to both");
  for (Stream* const stream : {first.get(), second.get()}) {
    v1::ReceiveMessagesResponse response;
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_EQ(response.number(), 1u);
    EXPECT_EQ(response.message().binary(), "to both");
  }
}

TEST_F(ServerTest, TooManyGroupsAreRefusedWithAHint) {
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<Stream>> streams;
  for (size_t i = 0; i <= MessageHub::kGroupsMax; ++i) {
    contexts.push_back(Context());
    streams.push_back(stub->ReceiveMessages(contexts.back().get()));
    if (i == MessageHub::kGroupsMax) WaitForConsumers(i);
    ASSERT_TRUE(streams.back()->Write(Start("g" + std::to_string(i))));
  }
  v1::ReceiveMessagesResponse response;
  EXPECT_FALSE(streams.back()->Read(&response));
  const grpc::Status status = streams.back()->Finish();
  EXPECT_EQ(status.error_code(), grpc::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(status), "GROUPS_FULL");
  EXPECT_TRUE(DetailOf<google::rpc::RetryInfo>(status));
  for (const auto& context : contexts) context->TryCancel();
}

TEST_F(BadStreamTest, WhatWasNotSentCannotBeAcknowledged) {
  const grpc::Status status = Send({Start(), Ack(1)});
  EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "ACK_UNKNOWN");
  EXPECT_THAT(BadFieldsOf(status), ElementsAre(Key("ack.number")));
}

TEST_F(ServerTest, AStopEndsStreamsWithAHintAndWithoutWaitingForThem) {
  const auto context = Context();
  const std::unique_ptr<Stream> started = stub->ReceiveMessages(context.get());
  ASSERT_TRUE(started->Write(Start()));
  WaitForConsumers(1);
  const auto silent_context = Context();
  const std::unique_ptr<Stream> silent = stub->ReceiveMessages(silent_context.get());
  while (stats.rpc_streams.Value() != 2) std::this_thread::yield();

  server->Stop(seconds(60));  // Would be seen: both streams end at once.
  for (const auto& stream : {started.get(), silent.get()}) {
    v1::ReceiveMessagesResponse response;
    EXPECT_FALSE(stream->Read(&response));
    const grpc::Status status = stream->Finish();
    EXPECT_EQ(status.error_code(), grpc::UNAVAILABLE);
    EXPECT_EQ(ReasonOf(status), "STOPPING");
    EXPECT_TRUE(DetailOf<google::rpc::RetryInfo>(status));
  }
  EXPECT_EQ(stats.rpc_streams.Value(), 0);
}

}  // namespace
}  // namespace wsgate
