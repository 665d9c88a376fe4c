// One shard's session engine without its shard: sessions over socket pairs, turns made by hand.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/session/sessions.h"
#include "tests/support/raw_client.h"

namespace wsgate {

// Keeps what clients said, as long as it has room.
class CollectingSink final : public InboundSink {
 public:
  bool HasConsumer() const override { return listening; }
  InboundRefusals Deliver(std::vector<InboundMessage>& batch) override {
    InboundRefusals refusals;
    for (size_t i = 0; i < batch.size(); ++i) {
      if (messages.size() < room) {
        messages.push_back(std::move(batch[i]));
      } else {
        refusals.push_back({.index = i, .reason = InboundDrop::kConsumerFull});
      }
    }
    batch.clear();
    return refusals;
  }
  [[nodiscard]] uint32_t window() const override { return answers_window; }
  [[nodiscard]] Duration patience() const override { return std::chrono::seconds(1); }
  bool listening = true;
  uint32_t answers_window = 0;  // Before the sessions are made.
  size_t room = ~size_t{0};
  std::vector<InboundMessage> messages;
};

// Keeps who came and went.
class CollectingEvents final : public SessionEventSink {
 public:
  bool wants_events() const override { return listening; }
  void Deliver(std::vector<SessionEvent>& batch) override {
    ++batches;
    for (SessionEvent& event : batch) events.push_back(std::move(event));
    batch.clear();
  }
  bool listening = false;
  size_t batches = 0;
  std::vector<SessionEvent> events;
};

// Runs completions where they are posted.
class InlineCompletions final : public CompletionQueue {
 public:
  void Post(CompletionBatch& batch) override {
    for (const CompletionPtr& completion : batch) completion->Run();
    batch.clear();
  }
};

// An answer that may not have come yet.
struct Answer {
  int times = 0;
  bool dropped = false;  // The last one was "nobody answered".
  Outcome outcome;
};
using AnswerPtr = std::shared_ptr<Answer>;

// What SessionEngine::Connect() knows of a session.
struct Peer {
  std::string user_id;
  std::string path = "/ws";
  Subprotocol subprotocol = Subprotocol::kNone;
  SessionFacts::Metadata metadata;
  SessionLimits limits;
  uint8_t deflate_bits = 0;
  std::optional<TokenMark> token;
};
struct Connected {
  SessionSlot slot;
  RawClient client;  // The other end.
};

// Owner:   a test.   Threads: one.
class SessionEngine {
 public:
  // `window`: messages of a session that may wait for answers; 0: none are answered.
  explicit SessionEngine(const Limits& limits = {}, SessionSettings settings = {},
                         uint32_t window = 0);
  ~SessionEngine();

  // `send_buffer`: of the gateway's end, in bytes; 0: the system's.
  [[nodiscard]] Connected Connect(const Peer& peer, int send_buffer = 0);
  // Accepts a send to an audience (null: all). Null: too many fan-outs are open.
  [[nodiscard]] AnswerPtr Send(const AudiencePtr& audience, std::string_view text);
  [[nodiscard]] Outcome SendToUser(std::string_view user, std::string_view text);
  [[nodiscard]] Outcome SendToSession(SessionSlot slot, std::string_view text);
  [[nodiscard]] Outcome SendToSession(SessionSlot slot, const MessagePtr& message);

  // Ends a turn and begins the next, `by` later.
  void NextTurn(Duration by = Duration::zero());
  // Turns until no work is left.
  void Finish();
  // What the poller would say of a session whose peer has sent something, or hung up.
  void Readable(SessionSlot slot) { sessions_->OnEvent(slot, {.readable = true}); }
  void Writable(SessionSlot slot) { sessions_->OnEvent(slot, {.writable = true}); }
  void HungUp(SessionSlot slot) { sessions_->OnEvent(slot, {.readable = true, .hung_up = true}); }

  [[nodiscard]] Sessions& sessions() { return *sessions_; }
  [[nodiscard]] StatsValues Stats() const { return ReadStats(stats_, now_); }
  [[nodiscard]] CollectingSink& inbound() { return inbound_; }
  [[nodiscard]] CollectingEvents& events() { return events_; }
  [[nodiscard]] Admission& admission() { return admission_; }
  void EndAll() { sessions_.reset(); }  // As the shard does at its end.

 private:
  Time now_ = ManualClock().Now();
  ShardStats stats_;
  Admission admission_{1'000'000};
  CollectingSink inbound_;
  CollectingEvents events_;
  InlineCompletions completions_;
  std::unique_ptr<Sessions> sessions_;
};

[[nodiscard]] MessagePtr TextMessage(std::string_view text);

}  // namespace wsgate
