#include "control/session_event_fanout.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wsgate {
namespace {

class Listener final : public SessionEventListener {
 public:
  explicit Listener(bool wants) : wants(wants) {}
  bool wants_events() const override { return wants; }
  void OnEvents(const SessionEventsPtr& events) override { batches.push_back(events); }

  bool wants;
  std::vector<SessionEventsPtr> batches;
};

TEST(SessionEventFanoutTest, EveryoneWhoWantsEventsSharesTheBatch) {
  Listener first(true);
  Listener second(true);
  Listener deaf(false);
  SessionEventFanout fanout({&first, &second, &deaf});
  std::vector<SessionEvent> batch(2);
  batch[1].code = 4500;
  fanout.Deliver(batch);
  EXPECT_TRUE(batch.empty());
  ASSERT_EQ(first.batches.size(), 1u);
  EXPECT_EQ(first.batches, second.batches);
  EXPECT_EQ(first.batches[0]->at(1).code, 4500);
  EXPECT_TRUE(deaf.batches.empty());
}

TEST(SessionEventFanoutTest, ItWantsEventsAsSoonAsOneListenerDoes) {
  Listener one(false);
  Listener other(false);
  const SessionEventFanout fanout({&one, &other});
  EXPECT_FALSE(fanout.wants_events());
  other.wants = true;
  EXPECT_TRUE(fanout.wants_events());
  EXPECT_FALSE(SessionEventFanout({}).wants_events());
}

}  // namespace
}  // namespace wsgate
