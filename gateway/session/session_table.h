// All sessions of one shard, by slot and by user.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "gateway/session/session.h"
#include "gateway/session/slot_set.h"

namespace wsgate {

// Flow:    Sessions → SessionTable.
// Owner:   Sessions of one shard.   Threads: that shard's only.
// Bounds:  kSlotsPerShardMax sessions; chunks of 256 that never move; an entry of 4 bytes a user.
class SessionTable {
 public:
  SessionTable() : by_user_(0, UserHash{this}, UserEqual{this}) {}
  SessionTable(const SessionTable&) = delete;
  SessionTable& operator=(const SessionTable&) = delete;

  // A free slot becomes an open session; null: every slot is taken.
  [[nodiscard]] Session* Open(int fd, SessionFacts facts);
  // An open session is no longer counted or found, but keeps its slot.
  void MarkClosing(Session& session);
  // A closing session's slot becomes free; its id names nobody any more.
  void Free(Session& session);

  // By index; the slot must have been used at least once.
  [[nodiscard]] Session& operator[](uint32_t index) {
    return chunks_[index / kChunk][index % kChunk];
  }
  // Null: that session has ended, or is closing where `open_only`.
  [[nodiscard]] Session* Find(SessionSlot slot, bool open_only = true);

  // The user's newest session; the others follow by user_next, a ring. Null: not connected.
  [[nodiscard]] Session* FirstOf(std::string_view user_id);
  [[nodiscard]] uint32_t CountOf(std::string_view user_id);

  [[nodiscard]] const SlotSet& open() const { return open_; }
  [[nodiscard]] uint32_t users() const { return static_cast<uint32_t>(by_user_.size()); }
  [[nodiscard]] uint32_t used_slots() const {
    return used_slots_;
  }  // Slots from here on were never used.

 private:
  static constexpr uint32_t kChunk = 256;

  // A user is entered as the index of its newest session and looked up by name: the name stands in
  // the session.
  struct UserHash {
    using is_transparent = void;
    SessionTable* table;
    size_t operator()(std::string_view user) const { return std::hash<std::string_view>{}(user); }
    size_t operator()(uint32_t index) const { return (*this)((*table)[index].facts.user_id()); }
  };
  struct UserEqual {
    using is_transparent = void;
    SessionTable* table;
    std::string_view Name(std::string_view user) const { return user; }
    std::string_view Name(uint32_t index) const { return (*table)[index].facts.user_id(); }
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return Name(a) == Name(b);
    }
  };

  void LinkUser(Session& session);
  void UnlinkUser(Session& session);

  std::vector<std::unique_ptr<Session[]>> chunks_;
  std::vector<uint32_t> free_;
  uint32_t used_slots_ = 0;
  SlotSet open_;
  absl::flat_hash_set<uint32_t, UserHash, UserEqual> by_user_;
};

}  // namespace wsgate
