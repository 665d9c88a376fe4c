#include "gateway/shard/poller.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace wsgate {
namespace {

using std::chrono::milliseconds;

class PollerTest : public testing::Test {
 public:
  ~PollerTest() override {
    for (const int fd : ends_) ::close(fd);
  }

 protected:
  PollerTest() {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_.data()), 0);
  }
  // The events of each datum that are there now.
  uint32_t Events(PollDatum datum) {
    uint32_t events = 0;
    for (const epoll_event& event : poller_.Wait(now_, now_)) {
      if (event.data.u64 == datum.Pack()) events |= event.events;
    }
    return events;
  }
  void Say() { ASSERT_EQ(::write(ends_[1], "x", 1), 1); }

  const Time now_ = SteadyNow();
  const PollDatum datum_{.kind = PollKind::kSession, .slot = {.index = 0xabcdef, .generation = 7}};
  std::array<int, 2> ends_{};
  Poller poller_;
};

TEST_F(PollerTest, ADatumSurvivesPacking) {
  for (const PollKind kind :
       {PollKind::kMailbox, PollKind::kListener, PollKind::kHandshake, PollKind::kSession}) {
    for (const SessionSlot slot :
         {SessionSlot{}, SessionSlot{.index = 0xffffff, .generation = 0xffffffff},
          SessionSlot{.index = 1, .generation = 2}}) {
      const PollDatum back = PollDatum::Unpack(PollDatum{.kind = kind, .slot = slot}.Pack());
      EXPECT_EQ(back.kind, kind);
      EXPECT_EQ(back.slot, slot);
    }
  }
}

TEST_F(PollerTest, AnEdgeIsToldOnce) {
  ASSERT_TRUE(poller_.Add(ends_[0], datum_));
  EXPECT_TRUE(Events(datum_) & EPOLLOUT);
  EXPECT_EQ(Events(datum_), 0u);
  Say();
  EXPECT_TRUE(Events(datum_) & EPOLLIN);
  EXPECT_EQ(Events(datum_), 0u) << "unread, but no new edge";
  Say();
  EXPECT_TRUE(Events(datum_) & EPOLLIN);
}

TEST_F(PollerTest, ALevelIsToldAsLongAsItLasts) {
  ASSERT_TRUE(poller_.Add(ends_[0], datum_, /*level=*/true));
  EXPECT_EQ(Events(datum_), 0u);
  Say();
  EXPECT_TRUE(Events(datum_) & EPOLLIN);
  EXPECT_TRUE(Events(datum_) & EPOLLIN);
}

TEST_F(PollerTest, AChangeTellsWhatIsThereUnderTheNewDatum) {
  ASSERT_TRUE(poller_.Add(ends_[0], {.kind = PollKind::kHandshake}));
  Say();
  (void)poller_.Wait(now_, now_);
  ASSERT_TRUE(poller_.Change(ends_[0], datum_));
  EXPECT_TRUE(Events(datum_) & EPOLLIN);
}

TEST_F(PollerTest, AHangUpIsAnEvent) {
  ASSERT_TRUE(poller_.Add(ends_[0], datum_));
  (void)Events(datum_);
  ::shutdown(ends_[1], SHUT_WR);
  EXPECT_TRUE(Events(datum_) & EPOLLRDHUP);
}

TEST_F(PollerTest, WhatIsRemovedIsNotTold) {
  ASSERT_TRUE(poller_.Add(ends_[0], datum_));
  poller_.Remove(ends_[0]);
  Say();
  EXPECT_EQ(Events(datum_), 0u);
  EXPECT_FALSE(poller_.Change(ends_[0], datum_));
}

TEST_F(PollerTest, ItWaitsUntilTheDeadlineAndNotLess) {
  const Time before = SteadyNow();
  EXPECT_TRUE(poller_.Wait(before, before + milliseconds(20)).empty());
  EXPECT_GE(SteadyNow() - before, milliseconds(20));
}

}  // namespace
}  // namespace wsgate
