#include "gateway/session/session_table.h"

#include <utility>

#include "gateway/base/check.h"

namespace wsgate {

Session* SessionTable::Open(int fd, SessionFacts facts) {
  uint32_t index = used_slots_;
  if (!free_.empty()) {
    index = free_.back();
    free_.pop_back();
  } else {
    if (used_slots_ == kSlotsPerShardMax) return nullptr;
    if (index % kChunk == 0) chunks_.push_back(std::make_unique<Session[]>(kChunk));
    ++used_slots_;
  }
  Session& session = (*this)[index];
  const uint32_t generation = session.slot.generation + 1;
  session = Session{};
  session.fd = fd;
  session.slot = {.index = index, .generation = generation};
  session.state = SessionState::kOpen;
  session.facts = std::move(facts);
  session.own_limits = session.facts.has_limits();
  session.has_token = session.facts.has_token();
  session.encoding = EncodingOf(session.facts.subprotocol());
  session.deflate_bits = session.facts.deflate_bits();
  open_.Insert(index);
  if (!session.facts.user_id().empty()) LinkUser(session);
  return &session;
}

void SessionTable::MarkClosing(Session& session) {
  WSGATE_CHECK(session.state == SessionState::kOpen);
  session.state = SessionState::kClosing;
  open_.Remove(session.slot.index);
  if (!session.facts.user_id().empty()) UnlinkUser(session);
}

void SessionTable::Free(Session& session) {
  WSGATE_CHECK(session.state == SessionState::kClosing);
  session.state = SessionState::kFree;
  session.fd = -1;
  session.facts = SessionFacts();
  session.queue.reset();
  session.reader.reset();
  free_.push_back(session.slot.index);
}

Session* SessionTable::Find(SessionSlot slot, bool open_only) {
  if (slot.index >= used_slots_) return nullptr;
  Session& session = (*this)[slot.index];
  if (session.slot.generation != slot.generation || session.state == SessionState::kFree)
    return nullptr;
  return open_only && session.state != SessionState::kOpen ? nullptr : &session;
}

Session* SessionTable::FirstOf(std::string_view user_id) {
  const auto found = by_user_.find(user_id);
  return found == by_user_.end() ? nullptr : &(*this)[*found];
}

uint32_t SessionTable::CountOf(std::string_view user_id) {
  const Session* first = FirstOf(user_id);
  if (first == nullptr) return 0;
  uint32_t count = 1;
  for (uint32_t at = first->user_next; at != first->slot.index; at = (*this)[at].user_next) ++count;
  return count;
}

void SessionTable::LinkUser(Session& session) {
  const uint32_t index = session.slot.index;
  const auto [found, inserted] = by_user_.insert(index);
  if (inserted) {
    session.user_next = session.user_previous = index;
    return;
  }
  Session& first = (*this)[*found];
  session.user_next = first.slot.index;
  session.user_previous = first.user_previous;
  (*this)[session.user_previous].user_next = index;
  first.user_previous = index;
}

void SessionTable::UnlinkUser(Session& session) {
  const uint32_t index = session.slot.index;
  const auto found = by_user_.find(session.facts.user_id());
  WSGATE_CHECK(found != by_user_.end());
  const bool entered = *found == index;
  if (entered) by_user_.erase(found);
  const uint32_t next = session.user_next;
  if (next != index) {
    (*this)[session.user_previous].user_next = next;
    (*this)[next].user_previous = session.user_previous;
    if (entered) by_user_.insert(next);
  }
  session.user_next = session.user_previous = kNoSlot;
}

}  // namespace wsgate
