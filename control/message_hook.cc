#include "control/message_hook.h"

#include <spdlog/spdlog.h>

#include <string>
#include <utility>

#include "control/convert.h"
#include "control/parse.h"
#include "control/run_later.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

constexpr int kSendsMax = 64;

v1::OnMessageRequest RequestOf(const InboundMessage& message) {
  v1::OnMessageRequest request;
  request.set_session_id(message.session.ToString());
  request.set_user_id(message.user_id);
  request.set_tenant(message.tenant);
  request.set_number(message.number);
  Fill(message.kind, message.payload, *request.mutable_message());
  Fill(message.received_at_us, *request.mutable_receive_time());
  return request;
}

void LogBadAnswer(const BadFields& bad) {
  spdlog::error("hook OnMessage: the answer is left out: {}", bad.ToStatus().error_message());
}

}  // namespace

MessageHook::MessageHook(HookSettings settings, uint32_t window, uint64_t send_bytes_max,
                         Router& router, CompletionQueue& completions, NodeStats& stats)
    : window_(window),
      send_bytes_max_(send_bytes_max),
      // A full window moves on at every answer or failure, each within the timeout.
      patience_(2 * settings.timeout),
      closed_(settings.closed),
      router_(router),
      completions_(completions),
      stats_(stats),
      caller_(std::move(settings), &v1::HookService::StubInterface::async_interface::OnMessage,
              stats) {}

InboundRefusals MessageHook::Deliver(std::vector<InboundMessage>& batch) {
  InboundRefusals refusals;
  std::vector<SessionId> first;    // Whose lanes were empty.
  std::vector<SessionId> refused;  // Whose message found no room.
  {
    MutexLock lock(mutex_);
    for (size_t i = 0; i < batch.size(); ++i) {
      InboundMessage& message = batch[i];
      const SessionId session = message.session;
      if (stopped_ || bytes_ + message.payload.size() > kBytesMax) {
        refused.push_back(session);
        refusals.push_back({.index = i, .reason = InboundDrop::kBackendFull});
        continue;
      }
      bytes_ += message.payload.size();
      Lane& lane = lanes_[session];
      lane.push_back(std::move(message));
      if (lane.size() == 1) first.push_back(session);
    }
  }
  batch.clear();
  if (first.empty() && refused.empty()) return refusals;
  RunLater(completions_, [this, first = std::move(first), refused = std::move(refused)] {
    for (const SessionId session : first) Ask(session);
    for (const SessionId session : refused) {
      stats_.InboundDropped(InboundDrop::kBackendFull);
      OnFailure(session, HookResult::kOverload);
    }
  });
  return refusals;
}

void MessageHook::Ask(SessionId session) {
  v1::OnMessageRequest request;
  {
    MutexLock lock(mutex_);
    const auto lane = lanes_.find(session);
    if (lane == lanes_.end()) return;  // Stopped meanwhile.
    request = RequestOf(lane->second.front());
  }
  caller_.Call(std::move(request),
               [this, session](HookResult result, v1::OnMessageResponse& response) {
                 OnAnswer(session, result, response);
               });
}

void MessageHook::OnAnswer(SessionId session, HookResult result,
                           const v1::OnMessageResponse& response) {
  if (result == HookResult::kStopped) return;  // Stop() counts what is left.
  if (result == HookResult::kOk) {
    router_.AnswerMessage(session, ReplyOf(response), std::nullopt);
    SendAll(response);
  } else {
    stats_.InboundDropped(InboundDrop::kBackendFailed);
    OnFailure(session, result);
    if (closed_) return stats_.InboundDropped(InboundDrop::kBackendFailed, DropLane(session) - 1);
  }
  if (Advance(session)) Ask(session);
}

void MessageHook::OnFailure(SessionId session, HookResult result) {
  std::optional<CloseReason> end;
  if (closed_) {
    end = result == HookResult::kTimeout ? CloseReason::kBackendSlow
                                         : CloseReason::kBackendUnavailable;
  }
  router_.AnswerMessage(session, nullptr, end);
}

MessagePtr MessageHook::ReplyOf(const v1::OnMessageResponse& response) {
  if (!response.has_reply()) return nullptr;
  BadFields bad;
  MessagePtr reply = ParseMessage(response.reply(), send_bytes_max_, SteadyNow(), bad);
  if (!bad.empty()) LogBadAnswer(bad);
  return reply;
}

void MessageHook::SendAll(const v1::OnMessageResponse& response) {
  for (int i = 0; i < response.sends_size(); ++i) {
    const v1::OnMessageResponse::Send& send = response.sends(i);
    BadFields bad;
    if (i == kSendsMax) {
      bad.Add("sends",
              Cat("has ", response.sends_size(), " entries, at most ", kSendsMax, " are allowed"));
      LogBadAnswer(bad);
      return;
    }
    std::optional<Destination> to =
        ParseTarget(send.target(),
                    ParseExclusions(send.options().exclude_session_ids(),
                                    send.options().exclude_user_ids(), "sends.options.", bad),
                    router_.incarnation(), bad);
    MessagePtr message = ParseMessage(send.message(), send_bytes_max_, SteadyNow(), bad);
    if (!bad.empty()) {
      stats_.HookSent(false);
      LogBadAnswer(bad);
      continue;
    }
    if (!to) continue;  // Names nobody.
    router_.Publish(*std::move(to), std::move(message),
                    [this](const absl::StatusOr<Outcome>& outcome) {
                      stats_.HookSent(outcome.ok() || absl::IsNotFound(outcome.status()));
                    });
  }
}

bool MessageHook::Advance(SessionId session) {
  MutexLock lock(mutex_);
  const auto lane = lanes_.find(session);
  if (lane == lanes_.end()) return false;
  bytes_ -= lane->second.front().payload.size();
  lane->second.pop_front();
  if (!lane->second.empty()) return true;
  lanes_.erase(lane);
  return false;
}

size_t MessageHook::DropLane(SessionId session) {
  MutexLock lock(mutex_);
  const auto lane = lanes_.find(session);
  if (lane == lanes_.end()) return 1;
  const size_t messages = lane->second.size();
  for (const InboundMessage& message : lane->second) bytes_ -= message.payload.size();
  lanes_.erase(lane);
  return messages;
}

void MessageHook::Stop() {
  {
    MutexLock lock(mutex_);
    stopped_ = true;
  }
  caller_.Stop();
  MutexLock lock(mutex_);
  for (const auto& [session, lane] : lanes_) {
    stats_.InboundDropped(InboundDrop::kBackendFailed, lane.size());
  }
  lanes_.clear();
  bytes_ = 0;
}

}  // namespace wsgate
