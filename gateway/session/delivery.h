// Sends to many sessions of one shard, worked off in slices, in the order in which the shard
// accepted them.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "gateway/message/completion.h"
#include "gateway/message/message.h"
#include "gateway/message/outcome.h"
#include "gateway/message/target.h"
#include "gateway/session/audience.h"
#include "gateway/session/encoder.h"
#include "gateway/session/session_table.h"
#include "gateway/session/session_writer.h"
#include "gateway/session/slot_set.h"

namespace wsgate {

// What Delivery asks for when a session cannot take a message.
class SessionEnder {
 public:
  virtual ~SessionEnder() = default;
  virtual void End(Session& session, CloseReason reason) = 0;
};

// Lets a session live as long as its new token.
class SessionRenewer {
 public:
  virtual ~SessionRenewer() = default;
  virtual void Renew(Session& session, const TokenMark& token) = 0;
};

// A fan-out owes its message to a set of slots and works it off. A visit pays a session everything
// that any fan-out owes it, in order, in one write; so does a direct send before it appends itself.
// That keeps the order of acceptance for every session while a million-session broadcast is under
// way.
//
// Flow:    Sessions → Delivery → SessionWriter.
// Owner:   Sessions of one shard.   Threads: that shard's only.
// Bounds:  kFanOutsMax open; one bit a session each; a slice of about a millisecond a turn.
class Delivery {
 public:
  static constexpr size_t kFanOutsMax = 64;
  static constexpr uint64_t kJoinedBytesMax = 64 * 1024;

  Delivery(SessionTable& table, SessionContext& context, SessionWriter& writer, Encoder& encoder,
           SessionEnder& ender)
      : table_(table),
        context_(context),
        finder_(table, context),
        writer_(writer),
        encoder_(encoder),
        ender_(ender) {}

  // Accepts a send to an audience (null: everyone). It joins the newest fan-out where that has the
  // same audience and has not begun. False: kFanOutsMax are open; nothing was taken.
  [[nodiscard]] bool Accept(const AudiencePtr& audience, const MessagePtr& message,
                            Ticket<Outcome>& ticket);

  // Sends to one session now, after what fan-outs owe it; adds what became of it to `outcome`.
  // `encodings`: of this message, kept by who sends it to several.
  void SendDirect(Session& session, const MessagePtr& message, Encodings& encodings,
                  Outcome& outcome);

  // Pays a session what it is owed, for example before its Close frame.
  void Settle(Session& session);

  // The session is no longer open: what is owed to it is dropped.
  void OnLeaving(const Session& session);

  // Goes on for about `budget`. False: nothing is left.
  bool WorkSlice(Duration budget);
  [[nodiscard]] bool idle() const { return fan_outs_.empty(); }
  // The newest fan-out has not begun: sends to the same audience still join it.
  [[nodiscard]] bool joinable() const { return !idle() && !fan_outs_.back()->begun; }

 private:
  struct FanOut {
    SlotSet owed;
    uint32_t cursor = 0;  // Nobody below it is owed.
    bool begun = false;
    uint64_t bytes = 0;
    absl::InlinedVector<MessagePtr, 1> messages;
    absl::InlinedVector<Ticket<Outcome>, 1> tickets;  // One for each message.
    Encodings encodings;                              // The frames of all messages in a row.
    Outcome outcome;                                  // The same for every send in it.
  };

  void Visit(Session& session);
  void CountDropped(SendResult result, uint32_t messages, Outcome& outcome);
  void EndUnlessQueued(Session& session, SendResult result);
  void FinishEmpty();

  SessionTable& table_;
  SessionContext& context_;
  AudienceFinder finder_;
  SessionWriter& writer_;
  Encoder& encoder_;
  SessionEnder& ender_;
  std::deque<std::unique_ptr<FanOut>> fan_outs_;  // In order of acceptance.
};

}  // namespace wsgate
