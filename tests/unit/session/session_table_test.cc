#include "gateway/session/session_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>

namespace wsgate {
namespace {

class SessionTableTest : public testing::Test {
 protected:
  Session& Open(const std::string& user) {
    return *table_.Open(1, SessionFacts({.user_id = user, .path = "/ws"}));
  }
  void End(Session& session) {
    table_.MarkClosing(session);
    table_.Free(session);
  }
  std::set<uint32_t> Ring(const std::string& user) {
    std::set<uint32_t> ring;
    const Session* first = table_.FirstOf(user);
    for (const Session* at = first; at != nullptr;) {
      EXPECT_TRUE(ring.insert(at->slot.index).second);
      EXPECT_EQ(table_[at->user_next].user_previous, at->slot.index);
      at = at->user_next == first->slot.index ? nullptr : &table_[at->user_next];
    }
    return ring;
  }

  SessionTable table_;
};

TEST_F(SessionTableTest, AnEndedSessionIsNotFoundUnderItsOldSlot) {
  Session& session = Open("ada");
  const SessionSlot slot = session.slot;
  EXPECT_EQ(table_.Find(slot), &session);
  table_.MarkClosing(session);
  EXPECT_EQ(table_.Find(slot), nullptr) << "closing sessions are not found";
  EXPECT_EQ(table_.Find(slot, /*open_only=*/false), &session);
  table_.Free(session);
  EXPECT_EQ(table_.Find(slot, /*open_only=*/false), nullptr);

  Session& next = Open("bob");
  EXPECT_EQ(next.slot.index, slot.index) << "the slot is used again";
  EXPECT_NE(next.slot.generation, slot.generation);
  EXPECT_EQ(table_.Find(slot), nullptr);
  EXPECT_EQ(table_.Find({.index = 12'345, .generation = 1}), nullptr);
}

TEST_F(SessionTableTest, AClosingSessionsSlotIsNotUsedAgain) {
  Session& session = Open("ada");
  table_.MarkClosing(session);
  EXPECT_NE(Open("bob").slot.index, session.slot.index);
}

TEST_F(SessionTableTest, AUsersSessionsAreARing) {
  Session& one = Open("ada");
  Session& two = Open("ada");
  Session& three = Open("ada");
  Open("bob");
  EXPECT_EQ(table_.CountOf("ada"), 3u);
  EXPECT_EQ(table_.users(), 2u);
  EXPECT_EQ(Ring("ada").size(), 3u);
  End(one);  // The one under which the user is entered.
  EXPECT_EQ(Ring("ada"), (std::set<uint32_t>{two.slot.index, three.slot.index}));
  End(three);
  EXPECT_EQ(table_.CountOf("ada"), 1u);
  End(two);
  EXPECT_EQ(table_.CountOf("ada"), 0u);
  EXPECT_EQ(table_.FirstOf("ada"), nullptr);
  EXPECT_EQ(table_.users(), 1u);
}

TEST_F(SessionTableTest, AnonymousSessionsAreNobodys) {
  Session& session = Open("");
  EXPECT_EQ(table_.users(), 0u);
  EXPECT_EQ(table_.FirstOf(""), nullptr);
  EXPECT_TRUE(table_.open().Has(session.slot.index));
  End(session);
  EXPECT_TRUE(table_.open().empty());
}

TEST_F(SessionTableTest, SessionsDoNotMoveWhileOthersCome) {
  Session* first = &Open("first");
  for (int i = 0; i < 2000; ++i) Open("u" + std::to_string(i));
  EXPECT_EQ(&table_[first->slot.index], first);
  EXPECT_EQ(table_.used_slots(), 2001u);
}

TEST_F(SessionTableTest, AgreesWithAMapOfUsers) {
  std::mt19937 random(3);
  std::map<std::string, std::set<uint32_t>> model;
  std::vector<std::pair<std::string, SessionSlot>> open;
  for (int step = 0; step < 5000; ++step) {
    if (open.empty() || random() % 2 == 0) {
      const std::string user = "u" + std::to_string(random() % 20);
      Session& session = Open(user);
      open.emplace_back(user, session.slot);
      model[user].insert(session.slot.index);
    } else {
      const size_t at = random() % open.size();
      const auto [user, slot] = open[at];
      open.erase(open.begin() + static_cast<ptrdiff_t>(at));
      ASSERT_NE(table_.Find(slot), nullptr);
      End(*table_.Find(slot));
      model[user].erase(slot.index);
    }
    const std::string user = "u" + std::to_string(random() % 20);
    ASSERT_EQ(Ring(user), model[user]);
    ASSERT_EQ(table_.CountOf(user), model[user].size());
  }
  EXPECT_EQ(table_.open().count(), open.size());
}

}  // namespace
}  // namespace wsgate
