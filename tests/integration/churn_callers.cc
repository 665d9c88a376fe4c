#include "tests/integration/churn_callers.h"

#include <gtest/gtest.h>

#include <utility>

#include "tests/support/control_stub.h"

namespace wsgate {

Caller::Caller(TestGateway& gateway, std::vector<std::string> crowds, std::string kicked,
               uint64_t seed)
    : gateway_(gateway),
      crowds_(std::move(crowds)),
      kicked_(std::move(kicked)),
      random_(seed),
      thread_([this] { Work(); }) {}

void Caller::Work() {
  while (!stop_) {
    Send(crowds_[Random(crowds_.size())]);
    if (Random(50) == 0) Kick();
  }
}

void Caller::Note(const std::string& crowd, size_t bytes, const v1::Outcome& outcome) {
  SendTally& tally = tally_.crowds[crowd];
  tally.queued += outcome.queued();
  tally.bytes_queued += outcome.queued() * bytes;
  for (const auto& [reason, count] : outcome.dropped()) tally_.dropped[reason] += count;
}

void Caller::Send(const std::string& crowd) {
  // Slow ones get more than they can take.
  const std::string text(Random(crowd == "slow" ? 30'000 : 1'500), 'c');
  const std::string user = crowd + std::to_string(Random(10));
  ++tally_.calls;
  switch (Random(4)) {
    case 0: {
      const auto outcome = gateway_.Broadcast(Text(text), PathFilter("/ws/" + crowd));
      ASSERT_TRUE(outcome.ok()) << outcome.status();
      return Note(crowd, text.size(), *outcome);
    }
    case 1: {
      v1::SendToUsersRequest request;
      for (const char* tail : {"1", "3", "5", "7", "x"}) request.add_user_ids(crowd + tail);
      *request.mutable_message() = Text(text);
      const auto response = gateway_.SendToUsers(request);
      ASSERT_TRUE(response.ok()) << response.status();
      return Note(crowd, text.size(), response->outcome());
    }
    case 2: {
      v1::ListSessionsRequest request;
      request.mutable_filter()->add_user_ids(user);
      const auto page = gateway_.ListSessions(request);
      ASSERT_TRUE(page.ok()) << page.status();
      if (page->sessions_size() == 0) return;
      const auto outcome = gateway_.SendToSession(page->sessions(0).session_id(), Binary(text));
      if (absl::IsNotFound(outcome.status())) return;  // It has left meanwhile.
      ASSERT_TRUE(outcome.ok()) << outcome.status();
      return Note(crowd, text.size(), *outcome);
    }
    default: {
      const auto outcome = gateway_.SendToUser(user, Text(text));
      ASSERT_TRUE(outcome.ok()) << outcome.status();
      return Note(crowd, text.size(), *outcome);
    }
  }
}

void Caller::Kick() {
  v1::DisconnectRequest request;
  request.mutable_target()->set_user_id(kicked_ + std::to_string(Random(10)));
  const auto response = gateway_.Disconnect(request);
  ASSERT_TRUE(response.ok()) << response.status();
  tally_.crowds[kicked_].disconnected += response->disconnected();
}

VanishingCallers::VanishingCallers(const std::string& control_address, std::string crowd,
                                   uint64_t seed)
    : crowd_(std::move(crowd)),
      threads_{std::thread([=, this] { Send(control_address, seed); }),
               std::thread([=, this] { Consume(control_address, seed + 1); })} {}

void VanishingCallers::Send(const std::string& address, uint64_t seed) {
  std::mt19937_64 random(seed);
  const std::unique_ptr<v1::ControlService::Stub> stub = MakeControlStub(address);
  v1::BroadcastRequest request;
  request.mutable_filter()->set_path_prefix("/ws/" + crowd_);
  request.mutable_message()->set_text(std::string(500, 'v'));
  while (!stop_) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::microseconds(random() % 2000));
    v1::BroadcastResponse response;
    (void)stub->Broadcast(&context, request, &response);
    ++calls_;
  }
}

void VanishingCallers::Consume(const std::string& address, uint64_t seed) {
  std::mt19937_64 random(seed);
  const std::unique_ptr<v1::ControlService::Stub> stub = MakeControlStub(address);
  while (!stop_) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::milliseconds(random() % 200));
    const auto stream = stub->ReceiveMessages(&context);
    v1::ReceiveMessagesRequest start;
    start.mutable_start();
    stream->Write(start);
    v1::ReceiveMessagesResponse message;
    for (uint64_t left = random() % 50; left > 0 && stream->Read(&message); --left) {
    }
    context.TryCancel();
    (void)stream->Finish();
    ++calls_;
  }
}

}  // namespace wsgate
