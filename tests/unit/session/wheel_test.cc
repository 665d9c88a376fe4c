#include "gateway/session/wheel.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace wsgate {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class WheelTest : public testing::Test {
 protected:
  Session& Open() { return *table_.Open(-1, SessionFacts({.path = "/ws"})); }
  std::vector<uint32_t> Due(Time now) {
    std::vector<uint32_t> due;
    wheel_.Advance(now, due);
    return due;
  }

  const Time start_ = ManualClock().Now();
  SessionTable table_;
  Wheel wheel_{table_, start_};
};

TEST_F(WheelTest, ADeadlineComesOnceAndNotEarly) {
  Session& session = Open();
  wheel_.Set(session, start_ + milliseconds(500));
  EXPECT_TRUE(Due(start_ + milliseconds(499)).empty());
  EXPECT_EQ(Due(start_ + milliseconds(500)), std::vector<uint32_t>{session.slot.index});
  EXPECT_TRUE(Due(start_ + seconds(10)).empty());
}

TEST_F(WheelTest, ANewDeadlineReplacesTheOld) {
  Session& session = Open();
  wheel_.Set(session, start_ + milliseconds(100));
  wheel_.Set(session, start_ + seconds(5));
  EXPECT_TRUE(Due(start_ + seconds(4)).empty());
  EXPECT_EQ(Due(start_ + seconds(5)).size(), 1u);
}

TEST_F(WheelTest, ACancelledDeadlineNeverComes) {
  Session& session = Open();
  wheel_.Set(session, start_ + milliseconds(100));
  wheel_.Cancel(session);
  wheel_.Cancel(session);
  EXPECT_TRUE(Due(start_ + seconds(200)).empty());
}

TEST_F(WheelTest, ADeadlineBeyondOneRoundWaitsForItsOwn) {
  Session& session = Open();
  const Duration round = 1024 * Wheel::kTick;
  wheel_.Set(session, start_ + 2 * round + milliseconds(100));
  EXPECT_TRUE(Due(start_ + round + milliseconds(100)).empty());
  EXPECT_TRUE(Due(start_ + 2 * round).empty());
  EXPECT_EQ(Due(start_ + 2 * round + milliseconds(100)).size(), 1u);
}

TEST_F(WheelTest, ADeadlineInThePastComesWithTheNextTick) {
  Session& session = Open();
  EXPECT_TRUE(Due(start_ + seconds(1)).empty());
  wheel_.Set(session, start_);
  EXPECT_EQ(wheel_.NextTick(), start_ + seconds(1) + Wheel::kTick);
  EXPECT_EQ(Due(wheel_.NextTick()).size(), 1u);
}

TEST_F(WheelTest, AfterALongPauseEverythingIsDueOnce) {
  std::vector<Session*> sessions;
  for (int i = 0; i < 100; ++i) {
    sessions.push_back(&Open());
    wheel_.Set(*sessions.back(), start_ + seconds(i));
  }
  EXPECT_EQ(Due(start_ + std::chrono::hours(5)).size(), 100u);
  EXPECT_TRUE(Due(start_ + std::chrono::hours(6)).empty());
}

TEST_F(WheelTest, AgreesWithAMap) {
  std::mt19937 random(7);
  std::vector<Session*> sessions;
  for (int i = 0; i < 50; ++i) sessions.push_back(&Open());
  std::map<uint32_t, uint32_t> model;  // Index to tick.
  uint32_t tick = 0;
  for (int step = 0; step < 20'000; ++step) {
    Session& session = *sessions[random() % sessions.size()];
    switch (random() % 4) {
      case 0:
      case 1: {
        const uint32_t at = tick + 1 + random() % 3000;
        wheel_.Set(session, start_ + at * Wheel::kTick);
        model[session.slot.index] = at;
        break;
      }
      case 2:
        wheel_.Cancel(session);
        model.erase(session.slot.index);
        break;
      default:
        tick += random() % 40;
        for (const uint32_t index : Due(start_ + tick * Wheel::kTick)) {
          ASSERT_TRUE(model.contains(index));
          EXPECT_LE(model[index], tick);
          model.erase(index);
        }
        for (const auto& [index, at] : model) EXPECT_GT(at, tick);
    }
  }
}

}  // namespace
}  // namespace wsgate
