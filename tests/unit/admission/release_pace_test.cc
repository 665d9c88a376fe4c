// A node's shards that share one pace, on a clock of the test's own.
#include "gateway/admission/release_pace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/seed.h"

namespace wsgate {
namespace {

using namespace std::chrono_literals;

const Time kStart = ManualClock().Now();

// The most moments within any second.
size_t Busiest(std::vector<Time> moments) {
  std::sort(moments.begin(), moments.end());
  size_t most = 0;
  for (size_t first = 0, end = 0; first < moments.size(); ++first) {
    while (end < moments.size() && moments[end] - moments[first] < 1s) ++end;
    most = std::max(most, end - first);
  }
  return most;
}

struct Node {
  std::string name;
  double per_second;
  std::vector<uint64_t> fills;  // Sessions of each shard.
  Duration late_max = 2ms;      // How late a shard looks.
  bool stalls = false;          // Now and then one does not look for up to a second.

  [[nodiscard]] uint64_t sessions() const {
    return std::accumulate(fills.begin(), fills.end(), uint64_t{0});
  }
};

struct Moments {
  std::vector<Time> released, back;

  [[nodiscard]] Duration ReleasedIn() const { return released.back() - kStart; }
};

// Every shard looks when something is due, as Shard::WaitUntil has it, and somewhat later.
Moments Drain(const Node& node, std::mt19937_64& random) {
  ReleasePace pace(node.per_second, node.sessions(), kStart);
  std::vector<uint64_t> left = node.fills;
  std::vector<Time> looks(left.size(), kStart);
  Moments moments;
  const auto below = [&](Duration most) {
    return Duration(static_cast<int64_t>(random() % static_cast<uint64_t>(most.count() + 1)));
  };
  while (moments.released.size() < node.sessions()) {
    const auto shard =
        static_cast<size_t>(std::min_element(looks.begin(), looks.end()) - looks.begin());
    const Time now = looks[shard];
    for (; left[shard] > 0; --left[shard]) {
      const std::optional<std::chrono::milliseconds> away = pace.TryTake(now);
      if (!away) break;
      EXPECT_GE(*away, 0ms);
      EXPECT_LE(*away, 5000ms);
      moments.released.push_back(now);
      moments.back.push_back(now + *away);
    }
    looks[shard] = std::max(pace.next_due(), now + ReleasePace::kLateness / 2) +
                   below(node.late_max) + (node.stalls && random() % 50 == 0 ? below(1s) : 0ns);
    if (left[shard] == 0) looks[shard] = Time::max();
  }
  return moments;
}

class ReleasePaceTest : public testing::TestWithParam<Node> {
 protected:
  std::mt19937_64 random_{TestSeed()};
};

TEST_P(ReleasePaceTest, NoSecondSeesMoreReleasesOrReturnsThanTheBound) {
  const Node& node = GetParam();
  const Moments moments = Drain(node, random_);
  const auto bound = static_cast<size_t>(node.per_second);
  EXPECT_LE(Busiest(moments.released), bound);
  EXPECT_LE(Busiest(moments.back), bound);
}

TEST_P(ReleasePaceTest, TheDrainTakesItsTimeHoweverTheShardsAreFilled) {
  const Node& node = GetParam();
  const Moments moments = Drain(node, random_);
  const auto sessions = static_cast<double>(node.sessions());
  const double seconds = std::chrono::duration<double>(moments.ReleasedIn()).count();
  EXPECT_GE(seconds, (sessions - 1) / node.per_second);
  if (node.stalls) return;
  EXPECT_LE(seconds, 0.01 + sessions * 1.011 / node.per_second);
}

TEST_P(ReleasePaceTest, AShortDrainComesBackEvenlyOverTheSpread) {
  const Node& node = GetParam();
  const Moments moments = Drain(node, random_);
  const auto back = std::minmax_element(moments.back.begin(), moments.back.end());
  const auto sessions = static_cast<double>(node.sessions());
  if (sessions * 1.01 > node.per_second * 5 || node.stalls) {
    EXPECT_LE(Busiest(moments.back), static_cast<size_t>(node.per_second));
    return;
  }
  EXPECT_LE(Busiest(moments.back), static_cast<size_t>(sessions / 5 * 1.01) + 2);
  EXPECT_LE(*back.second - kStart, 5s + 1ms);
  EXPECT_GE(*back.second - kStart, Duration(5s) * (sessions - 1) / sessions - 1ms);
}

INSTANTIATE_TEST_SUITE_P(
    Nodes, ReleasePaceTest,
    testing::Values(Node{"OneShard", 50, {500}}, Node{"TwoShards", 50, {250, 250}},
                    Node{"TwoShardsOneNearlyEmpty", 50, {497, 3}},
                    Node{"EightShardsOneFilled", 50, {0, 0, 0, 400, 0, 0, 0, 0}},
                    Node{"Uneven", 83, {10, 700, 150, 1}}, Node{"OneASecond", 1, {5, 4, 3}},
                    Node{"Seven", 7, {40, 1, 30}}, Node{"Thousands", 5000, {20'000, 19'000, 1'000}},
                    Node{"ManyThousands", 60'000, {400'000, 1}}, Node{"Late", 50, {250, 250}, 9ms},
                    Node{"Stalled", 50, {250, 250}, 9ms, true},
                    Node{"StalledThousands", 3000, {9'000, 9'000, 2'000}, 4ms, true},
                    Node{"Short", 200, {100, 150}}, Node{"ShortAndFast", 20'000, {30'000, 1'000}},
                    Node{"AtTheEdge", 50, {125, 124}},
                    Node{"StalledShort", 100, {200, 250}, 9ms, true}),
    [](const testing::TestParamInfo<Node>& node) { return node.param.name; });

TEST(ReleasePaceAtOnceTest, EverybodyLeavesNowAndComesBackEvenlyOverTheSpread) {
  constexpr uint64_t kSessions = 10'000;
  ReleasePace pace(ReleasePace::kAtOnce, kSessions, kStart);
  std::vector<Time> back;
  for (uint64_t i = 0; i < kSessions; ++i) {
    const std::optional<std::chrono::milliseconds> away = pace.TryTake(kStart);
    ASSERT_TRUE(away);
    back.push_back(kStart + *away);
  }
  EXPECT_EQ(back.front(), kStart);
  EXPECT_EQ(back.back(), kStart + 5s);
  EXPECT_LE(Busiest(back), kSessions / 5 + 2);
}

TEST(ReleasePaceAtOnceTest, WhoWasNotCountedIsSentAwayForTheLongestTime) {
  ReleasePace pace(ReleasePace::kAtOnce, 1, kStart);
  EXPECT_EQ(pace.TryTake(kStart), 0ms);
  EXPECT_EQ(pace.TryTake(kStart), 5000ms);
  EXPECT_EQ(pace.TryTake(kStart), 5000ms);
}

TEST(ReleasePaceThreadsTest, ShardsThatAskTogetherTakeEachPlaceOnce) {
  constexpr uint64_t kSessions = 4000;
  ReleasePace pace(1000, kSessions, kStart);
  std::atomic<uint64_t> taken{0};
  std::vector<std::thread> shards;
  for (int i = 0; i < 4; ++i) {
    shards.emplace_back([&] {
      for (Time now = kStart; now < kStart + 2s; now += 100us) {
        while (pace.TryTake(now)) ++taken;
      }
    });
  }
  for (std::thread& shard : shards) shard.join();
  EXPECT_LE(taken, 2000u);
  EXPECT_GE(taken, 1900u);
}

}  // namespace
}  // namespace wsgate
