// Broadcasts, direct sends, disconnects, joins and departures in any order, over slices of three
// sessions: each session gets what was accepted for it, in that order, exactly once.
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/support/seed.h"
#include "tests/support/session_engine.h"

namespace wsgate {
namespace {

enum class Fate { kStays, kKicked, kVanished };

// A session as the model sees it.
struct Modelled {
  Connected session;
  std::string user;
  bool even = false;  // Of the audience of `/ws/even`.
  Fate fate = Fate::kStays;
  std::vector<std::string> expected;
  std::vector<std::string> got;
  bool closed = false;  // Has seen a Close frame.
};

struct Accepted {
  AnswerPtr answer;
  uint32_t matched = 0;
};

class OrderModel {
 public:
  explicit OrderModel(uint64_t seed) : random_(seed) {
    auto even = std::make_shared<Audience>();
    even->filter.path_prefix = "/ws/even";
    even_ = std::move(even);
    for (int i = 0; i < 10; ++i) Join();
  }

  void Step() {
    switch (Random(16)) {
      case 0:
      case 1:
        return Join();
      case 2:
        return Kick();
      case 3:
        return Vanish();
      case 4:
      case 5:
      case 6:
        return SendDirect();
      case 7:
        return SendToUser();
      case 8:
      case 9:
        return Broadcast(even_);
      case 10:
      case 11:
      case 12:
        return Broadcast(nullptr);
      default:
        engine_.NextTurn();
        return Drink();
    }
  }

  void Check() {
    engine_.Finish();
    Drink();
    uint64_t queued = direct_queued_;
    uint64_t received = 0;
    for (const Accepted& send : sends_) {
      ASSERT_EQ(send.answer->times, 1);
      const Outcome& outcome = send.answer->outcome;
      EXPECT_EQ(outcome.matched, send.matched);
      EXPECT_EQ(outcome.matched,
                outcome.queued + outcome.dropped[0] + outcome.dropped[1] + outcome.dropped[2]);
      queued += outcome.queued;
    }
    for (const std::unique_ptr<Modelled>& it : all_) {
      received += it->got.size();
      if (it->fate == Fate::kVanished) {
        ASSERT_LE(it->got.size(), it->expected.size());
        it->expected.resize(it->got.size());
      }
      ASSERT_EQ(it->got, it->expected);
      EXPECT_EQ(it->closed, it->fate == Fate::kKicked);
    }
    EXPECT_EQ(engine_.Stats().messages_sent, queued);
    EXPECT_EQ(queued, received);
  }

 private:
  uint64_t Random(uint64_t below) { return random_() % below; }
  Modelled* Open() {
    std::vector<Modelled*> open;
    for (const auto& it : all_) {
      if (it->fate == Fate::kStays) open.push_back(it.get());
    }
    return open.empty() ? nullptr : open[Random(open.size())];
  }
  std::string NewText() { return std::to_string(++texts_); }

  void Join() {
    auto it = std::make_unique<Modelled>();
    it->user = "u" + std::to_string(Random(6));
    it->even = Random(2) == 0;
    it->session = engine_.Connect({.user_id = it->user, .path = it->even ? "/ws/even" : "/ws/odd"});
    all_.push_back(std::move(it));
  }
  void Kick() {
    Modelled* it = Open();
    if (it == nullptr) return;
    EXPECT_EQ(engine_.sessions().KickSession(it->session.slot, {}), 1u);
    it->fate = Fate::kKicked;
  }
  void Vanish() {
    Modelled* it = Open();
    if (it == nullptr) return;
    DrinkOne(*it);
    it->fate = Fate::kVanished;
    it->session.client.HangUp();
    engine_.HungUp(it->session.slot);
  }
  void SendDirect() {
    Modelled* it = Open();
    if (it == nullptr) return;
    const std::string text = NewText();
    const Outcome outcome = engine_.SendToSession(it->session.slot, text);
    EXPECT_EQ(outcome.queued, 1u);
    direct_queued_ += outcome.queued;
    it->expected.push_back(text);
  }
  void SendToUser() {
    const std::string user = "u" + std::to_string(Random(6));
    const std::string text = NewText();
    const Outcome outcome = engine_.SendToUser(user, text);
    uint32_t matched = 0;
    for (const auto& it : all_) {
      if (it->fate != Fate::kStays || it->user != user) continue;
      it->expected.push_back(text);
      ++matched;
    }
    EXPECT_EQ(outcome.queued, matched);
    EXPECT_EQ(outcome.offline, matched == 0 ? 1u : 0u);
    direct_queued_ += outcome.queued;
  }
  void Broadcast(const AudiencePtr& audience) {
    const std::string text = NewText();
    const AnswerPtr answer = engine_.Send(audience, text);
    if (answer == nullptr) return;  // As many fan-outs as may be: nothing was taken.
    uint32_t matched = 0;
    for (const auto& it : all_) {
      if (it->fate != Fate::kStays || (audience != nullptr && !it->even)) continue;
      it->expected.push_back(text);
      ++matched;
    }
    sends_.push_back({answer, matched});
  }

  static void DrinkOne(Modelled& it) {
    if (it.fate == Fate::kVanished) return;
    it.session.client.TakeAvailable();
    while (const std::optional<RawFrame> frame =
               it.session.client.ReadFrame(std::chrono::milliseconds(0))) {
      if (frame->opcode == Opcode::kText) {
        EXPECT_FALSE(it.closed) << "a message after the Close frame";
        it.got.push_back(frame->payload);
      } else if (frame->opcode == Opcode::kClose) {
        it.closed = true;
      }
    }
  }
  void Drink() {
    for (const auto& it : all_) DrinkOne(*it);
  }

  std::mt19937_64 random_;
  SessionEngine engine_{Limits{}, SessionSettings{.visits_per_slice_max = 3}};
  AudiencePtr even_;
  std::vector<std::unique_ptr<Modelled>> all_;
  std::vector<Accepted> sends_;
  uint64_t direct_queued_ = 0;
  int texts_ = 0;
};

TEST(OrderPropertyTest, EachSessionGetsWhatWasAcceptedForItInOrderOnce) {
  const uint64_t seed = TestSeed();
  for (uint64_t round = 0; round < 200; ++round) {
    SCOPED_TRACE(testing::Message() << "seed " << seed << ", round " << round);
    OrderModel model(seed + round);
    for (int step = 0; step < 600; ++step) model.Step();
    model.Check();
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace wsgate
