#include "gateway/shard/mailbox.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

namespace wsgate {
namespace {

SendCommand Send(const MessagePtr& message) {
  return SendToUserCommand{.message = message};
}

bool IsAwake(const Mailbox& mailbox) {
  pollfd entry{.fd = mailbox.event_fd(), .events = POLLIN, .revents = 0};
  return ::poll(&entry, 1, 0) == 1;
}

class MailboxTest : public testing::Test {
 protected:
  void Take() { mailbox_.Take(control_, sends_); }

  Mailbox mailbox_;
  std::vector<ControlCommand> control_;
  std::vector<SendCommand> sends_;
  const MessagePtr message_ = MakeMessage(PayloadKind::kText, "x", Time());
};

TEST_F(MailboxTest, EachLaneKeepsItsOrder) {
  for (uint32_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(mailbox_.TryPost(ControlCommand(ConnectDecisionCommand{.slot = {.index = i}})));
    ASSERT_TRUE(mailbox_.TryPost(
        SendCommand(SendToSessionCommand{.slot = {.index = i}, .message = message_})));
  }
  Take();
  ASSERT_EQ(control_.size(), 3u);
  ASSERT_EQ(sends_.size(), 3u);
  for (uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(std::get<ConnectDecisionCommand>(control_[i]).slot.index, i);
    EXPECT_EQ(std::get<SendToSessionCommand>(sends_[i]).slot.index, i);
  }
  Take();
  EXPECT_TRUE(control_.empty());
  EXPECT_TRUE(sends_.empty());
}

TEST_F(MailboxTest, TheSendsLaneIsBoundedByCount) {
  for (size_t i = 0; i < Mailbox::kSendsMax; ++i) ASSERT_TRUE(mailbox_.TryPost(Send(message_)));
  SendCommand one_more = Send(message_);
  EXPECT_FALSE(mailbox_.TryPost(one_more));
  EXPECT_EQ(std::get<SendToUserCommand>(one_more).message, message_) << "still the caller's";
  EXPECT_TRUE(mailbox_.TryPost(ControlCommand(RefuseCommand{}))) << "the other lane has room";
  Take();
  EXPECT_EQ(sends_.size(), Mailbox::kSendsMax);
  EXPECT_TRUE(mailbox_.TryPost(one_more));
}

TEST_F(MailboxTest, TheSendsLaneIsBoundedByBytes) {
  const MessagePtr big = MakeMessage(PayloadKind::kBinary, std::string(64 << 20, 'b'), Time());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(mailbox_.TryPost(Send(big)));
  EXPECT_FALSE(mailbox_.TryPost(Send(big))) << "its frame's head is beyond the bound";
  EXPECT_TRUE(mailbox_.TryPost(Send(message_)));
  Take();
  EXPECT_TRUE(mailbox_.TryPost(Send(big)));
}

TEST_F(MailboxTest, TheControlLaneIsBounded) {
  for (size_t i = 0; i < Mailbox::kControlMax; ++i) {
    ASSERT_TRUE(mailbox_.TryPost(ControlCommand(RefuseCommand{})));
  }
  EXPECT_FALSE(mailbox_.TryPost(ControlCommand(RefuseCommand{})));
  EXPECT_TRUE(mailbox_.TryPost(Send(message_)));
}

TEST_F(MailboxTest, OnlyASleeperIsWoken) {
  ASSERT_TRUE(mailbox_.TryPost(Send(message_)));
  EXPECT_FALSE(IsAwake(mailbox_)) << "nobody sleeps: no system call";
  EXPECT_FALSE(mailbox_.TrySleep()) << "there is work";
  Take();
  EXPECT_TRUE(mailbox_.TrySleep());
  ASSERT_TRUE(mailbox_.TryPost(Send(message_)));
  EXPECT_TRUE(IsAwake(mailbox_));
}

TEST_F(MailboxTest, NoPostIsMissedAndNoneComesTwice) {
  constexpr int kThreads = 4;
  constexpr uint32_t kEach = 20'000;
  std::vector<std::thread> posters;
  for (int i = 0; i < kThreads; ++i) {
    posters.emplace_back([&] {
      for (uint32_t n = 0; n < kEach;) {
        SendCommand command = SendToSessionCommand{.slot = {.index = n}, .message = message_};
        if (mailbox_.TryPost(command)) ++n;
      }
    });
  }
  uint64_t sum = 0;
  uint64_t count = 0;
  while (count < kThreads * kEach) {
    if (mailbox_.TrySleep()) {
      pollfd entry{.fd = mailbox_.event_fd(), .events = POLLIN, .revents = 0};
      ASSERT_EQ(::poll(&entry, 1, 10'000), 1) << "a post woke nobody";
      uint64_t ignored = 0;
      ASSERT_EQ(::read(mailbox_.event_fd(), &ignored, sizeof ignored), 8);
    }
    mailbox_.Awake();
    Take();
    for (const SendCommand& command : sends_) {
      sum += std::get<SendToSessionCommand>(command).slot.index;
    }
    count += sends_.size();
  }
  for (std::thread& poster : posters) poster.join();
  EXPECT_EQ(sum, uint64_t{kThreads} * kEach * (kEach - 1) / 2);
}

}  // namespace
}  // namespace wsgate
