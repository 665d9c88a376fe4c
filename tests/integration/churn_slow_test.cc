// Random connects, sends, kicks, half-open peers, slow readers and vanishing callers; then the
// books of the gateway, of its callers and of its clients must agree.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <string>

#include "tests/integration/churn_callers.h"
#include "tests/integration/churn_crowd.h"
#include "tests/support/message_consumer.h"
#include "tests/support/seed.h"
#include "tests/support/test_gateway.h"

namespace wsgate {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// How long mute clients take at most to be given up.
constexpr seconds kMutePatience{8};

seconds ChurnTime() {
  const char* text = std::getenv("TEST_CHURN_SECONDS");
  return seconds(text != nullptr ? std::atoi(text) : CHURN_SECONDS);
}

Config ChurnConfig() {
  Config config = TestConfig(3);
  config.ping_interval = seconds(2);
  config.close_timeout = seconds(1);
  config.limits.handshake_timeout = seconds(1);
  config.limits.sessions_per_user_max = 0;
  config.limits.queued_bytes_per_session_max = 256 * kKiB;
  return config;
}

uint64_t Sum(const auto& map) {
  uint64_t sum = 0;
  for (const auto& [key, value] : map) sum += value;
  return sum;
}

uint64_t At(const auto& map, const auto& key) {
  const auto found = map.find(key);
  return found == map.end() ? 0 : found->second;
}

class ChurnTest : public testing::Test {
 protected:
  uint64_t Queued(const std::string& crowd) {
    uint64_t queued = 0;
    for (Caller* caller : callers_) {
      if (caller->tally().crowds.contains(crowd)) queued += caller->tally().crowds.at(crowd).queued;
    }
    return queued;
  }
  uint64_t BytesQueued(const std::string& crowd) {
    uint64_t bytes = 0;
    for (Caller* caller : callers_) {
      if (caller->tally().crowds.contains(crowd)) {
        bytes += caller->tally().crowds.at(crowd).bytes_queued;
      }
    }
    return bytes;
  }
  uint64_t Dropped(const std::string& reason) {
    uint64_t dropped = 0;
    for (Caller* caller : callers_) dropped += At(caller->tally().dropped, reason);
    return dropped;
  }

  // Lets everybody go, and waits until the gateway is empty.
  void Wind() {
    for (Caller* caller : callers_) caller->Join();
    vanishing_.Join();
    knockers_.Join();
    for (Crowd* crowd : crowds_) crowd->Stop();
    for (const char* path : {"/ws/slow", "/ws/mute"}) {
      v1::DisconnectRequest request;
      *request.mutable_target()->mutable_filter() = PathFilter(path);
      const auto ended = gateway_.Disconnect(request);
      ASSERT_TRUE(ended.ok());
      deaf_kicked_ += ended->disconnected();
    }
    for (Crowd* crowd : crowds_) crowd->Join();
    ASSERT_TRUE(gateway_.WaitForSessions(0));
    ASSERT_TRUE(WaitFor([&] { return gateway_.Metrics()["wsgate_handshakes"] == 0; }));
  }

  void CheckSent(const v1::Stats& stats) {
    // Politeness loses nothing.
    EXPECT_EQ(polite_.tally().received, Queued("polite"));
    EXPECT_EQ(polite_.tally().bytes_received, BytesQueued("polite"));
    EXPECT_EQ(talkers_.tally().received, Queued("talk"));
    EXPECT_EQ(talkers_.tally().bytes_received, BytesQueued("talk"));
    // What callers were told, and what those got whose callers did not wait to be told.
    const uint64_t known = Queued("polite") + Queued("talk") + Queued("slow") + Queued("vanish");
    EXPECT_EQ(stats.messages_out(), known + unheard_.tally().received);
    EXPECT_EQ(stats.bytes_out(), BytesQueued("polite") + BytesQueued("talk") + BytesQueued("slow") +
                                     BytesQueued("vanish") + unheard_.tally().bytes_received);
    // What waited for slow ones when they ended; of vanished ones some is nowhere.
    const uint64_t lost_by_slow = Queued("slow") - slow_.tally().received;
    const uint64_t lost_by_vanished = Queued("vanish") - vanishers_.tally().received;
    EXPECT_LE(slow_.tally().received, Queued("slow"));
    EXPECT_LE(vanishers_.tally().received, Queued("vanish"));
    const uint64_t ended_with = At(stats.dropped(), "session_ended");
    EXPECT_GE(ended_with, lost_by_slow);
    EXPECT_LE(ended_with, lost_by_slow + lost_by_vanished);
    for (const char* reason : {"queue_full", "closing"}) {
      EXPECT_EQ(At(stats.dropped(), reason), Dropped(reason)) << reason;
    }
    EXPECT_GE(At(stats.dropped(), "closed"), Dropped("closed"));
    std::cout << "messages out " << stats.messages_out() << ", ended with slow ones "
              << lost_by_slow << ", queue_full " << Dropped("queue_full") << std::endl;
  }

  void CheckReceived(const v1::Stats& stats) {
    const uint64_t in = stats.messages_in() - before_.messages_in();
    const uint64_t bytes = stats.bytes_in() - before_.bytes_in();
    EXPECT_GE(in, talkers_.tally().sent);
    EXPECT_LE(in, talkers_.tally().sent + vanishers_.tally().sent);
    EXPECT_GE(bytes, talkers_.tally().bytes_sent);
    EXPECT_LE(bytes, talkers_.tally().bytes_sent + vanishers_.tally().bytes_sent);
    uint64_t dropped = 0;
    for (const char* reason : {"no_consumer", "consumer_full", "consumer_gone"}) {
      dropped += At(stats.dropped(), reason) - At(before_.dropped(), reason);
    }
    uint64_t consumed = 0;
    while (consumed + dropped < in && consumer_.Next()) ++consumed;
    EXPECT_FALSE(consumer_.Next(milliseconds(200))) << "something came twice";
    EXPECT_EQ(consumed + dropped, in);
    std::cout << "messages in " << in << ", dropped " << dropped << std::endl;
  }

  void CheckSessions(const v1::Stats& stats) {
    uint64_t opened = 0;
    for (Crowd* crowd : crowds_) {
      opened += crowd->tally().connects;
    }
    const uint64_t accepted = stats.accepted() - before_.accepted();
    const uint64_t refused = Sum(stats.refused()) - Sum(before_.refused());
    EXPECT_GE(accepted, opened);
    EXPECT_EQ(accepted + refused, opened + knockers_.connects());
    EXPECT_EQ(Sum(stats.closed()), stats.accepted());
    uint64_t kicked = 0;
    for (Caller* caller : callers_) kicked += caller->tally().crowds.at("polite").disconnected;
    EXPECT_EQ(At(polite_.tally().closes, uint16_t{4500}), kicked);
    EXPECT_LE(At(stats.closed(), "kicked"), kicked + deaf_kicked_);
    EXPECT_GE(At(stats.closed(), "kicked"), kicked);
    const uint64_t unanswered = At(mute_.tally().closes, uint16_t{4004});
    EXPECT_GE(At(stats.closed(), "no_pong"), unanswered);
    EXPECT_TRUE(unanswered > 0 || ChurnTime() <= kMutePatience);
    for (Crowd* crowd : {&polite_, &talkers_, &unheard_, &mute_}) {
      EXPECT_EQ(crowd->tally().broken, 0u) << crowd->name();
    }
    EXPECT_EQ(stats.sessions(), 0u);
    EXPECT_EQ(stats.users(), 0u);
    EXPECT_EQ(stats.queued_bytes(), 0u);
    std::cout << "sessions " << accepted << ", refused " << refused << ", kicked " << kicked
              << std::endl;
    for (const auto& [reason, count] : stats.closed()) {
      std::cout << "  ended: " << reason << " " << count << std::endl;
    }
  }

  void CheckMetrics(const v1::Stats& stats) {
    std::map<std::string, double> metrics = gateway_.Metrics();
    EXPECT_EQ(metrics["wsgate_sessions"], 0);
    EXPECT_EQ(metrics["wsgate_users"], 0);
    EXPECT_EQ(metrics["wsgate_queued_bytes"], 0);
    EXPECT_EQ(metrics["wsgate_sessions_accepted_total"], stats.accepted());
    EXPECT_EQ(metrics["wsgate_messages_sent_total"], stats.messages_out());
    EXPECT_EQ(metrics["wsgate_bytes_sent_total"], stats.bytes_out());
    EXPECT_EQ(metrics["wsgate_bytes_received_total"], stats.bytes_in());
    EXPECT_EQ(metrics["wsgate_queue_dropped_messages_total"], At(stats.dropped(), "session_ended"));
    uint64_t started = 0;
    uint64_t handled = 0;
    uint64_t received = 0;
    for (const auto& [series, value] : metrics) {
      const auto count = static_cast<uint64_t>(value);
      if (series.starts_with("wsgate_grpc_server_started_total")) started += count;
      if (series.starts_with("wsgate_grpc_server_handled_total")) handled += count;
      if (series.starts_with("wsgate_messages_received_total")) received += count;
    }
    EXPECT_EQ(received, stats.messages_in());
    EXPECT_EQ(metrics["wsgate_grpc_streams"], 1);
    EXPECT_EQ(started, handled + 1) << "every call was answered but the stream that is open";
  }

  const uint64_t seed_ = TestSeed();
  TestGateway gateway_{ChurnConfig()};
  MessageConsumer consumer_{gateway_.control(), gateway_.client()};
  const v1::Stats before_ = [this] {
    EXPECT_TRUE(gateway_.WaitForSessions(0));
    return gateway_.Stats();
  }();
  uint64_t deaf_kicked_ = 0;
  Crowd polite_{gateway_.client(), "polite", Manner::kPolite, 30, seed_ + 1};
  Crowd talkers_{gateway_.client(), "talk", Manner::kTalker, 20, seed_ + 2};
  Crowd unheard_{gateway_.client(), "unheard", Manner::kPolite, 10, seed_ + 3};
  Crowd slow_{gateway_.client(), "slow", Manner::kSlow, 15, seed_ + 4};
  Crowd mute_{gateway_.client(), "mute", Manner::kMute, 5, seed_ + 10};
  Crowd vanishers_{gateway_.client(), "vanish", Manner::kVanisher, 10, seed_ + 5};
  const std::array<Crowd*, 6> crowds_ = {&polite_, &talkers_, &unheard_,
                                         &slow_,   &mute_,    &vanishers_};
  Knockers knockers_{gateway_.client(), seed_ + 6};
  VanishingCallers vanishing_{gateway_.control(), "unheard", seed_ + 7};
  Caller one_{gateway_, {"polite", "talk", "slow", "vanish"}, "polite", seed_ + 8};
  Caller two_{gateway_, {"polite", "talk", "slow", "slow"}, "polite", seed_ + 9};
  const std::array<Caller*, 2> callers_ = {&one_, &two_};
};

TEST_F(ChurnTest, TheBooksAgreeAndNothingIsLeft) {
  const auto until = std::chrono::steady_clock::now() + ChurnTime();
  while (std::chrono::steady_clock::now() < until) {
    const v1::Stats stats = gateway_.Stats();
    ASSERT_LE(stats.sessions(), 200u);
    ASSERT_FALSE(HasFailure());
    std::this_thread::sleep_for(milliseconds(100));
  }
  Wind();
  ASSERT_TRUE(WaitFor([&] { return gateway_.Metrics()["wsgate_grpc_streams"] == 1; }));
  const v1::Stats stats = gateway_.Stats();
  CheckSent(stats);
  CheckReceived(stats);
  CheckSessions(stats);
  CheckMetrics(stats);
  gateway_.app().BeginDrain();
  gateway_.app().Wait();
  const auto end = consumer_.WaitForEnd();
  ASSERT_TRUE(end);
  EXPECT_EQ(end->code(), absl::StatusCode::kUnavailable) << *end;
}

}  // namespace
}  // namespace wsgate
