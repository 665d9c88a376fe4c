#include "clients/cli/events.h"

#include <gtest/gtest.h>

namespace wsgate::cli {
namespace {

const Paint kPlain(false);

v1::Session Ada() {
  v1::Session session;
  session.set_session_id("SESSION");
  session.set_user_id("ada");
  session.set_path("/ws/lobby");
  session.set_remote_address("127.0.0.1:4000");
  return session;
}

TEST(EventsTest, WhoComesAndWhoGoesIsALineEach) {
  v1::WatchSessionsResponse event;
  event.mutable_event_time()->set_seconds(1'795'528'140);
  *event.mutable_connected() = Ada();
  EXPECT_EQ(EventLine(event, kPlain),
            "2026-11-24 13:49:00  connected     SESSION  ada  /ws/lobby  127.0.0.1:4000");

  event.mutable_connected()->set_tenant("acme");
  EXPECT_EQ(
      EventLine(event, kPlain),
      "2026-11-24 13:49:00  connected     SESSION  ada  /ws/lobby  127.0.0.1:4000  tenant acme");

  v1::SessionEnd& end = *event.mutable_disconnected();
  *end.mutable_session() = Ada();
  end.set_code(4600);
  end.set_reason("kicked");
  end.mutable_duration()->set_seconds(192);
  EXPECT_EQ(EventLine(event, kPlain),
            "2026-11-24 13:49:00  disconnected  SESSION  ada  /ws/lobby  after 3m12s: 4600 kicked");
  end.set_text("signed in\nelsewhere");
  EXPECT_EQ(EventLine(event, kPlain),
            "2026-11-24 13:49:00  disconnected  SESSION  ada  /ws/lobby  after 3m12s: 4600 kicked "
            "(signed in\\nelsewhere)");
}

TEST(EventsTest, ASnapshotShowsWhenEachCameAndHasAnEnd) {
  v1::WatchSessionsResponse event;
  *event.mutable_connected() = Ada();
  event.mutable_connected()->clear_user_id();
  EXPECT_EQ(EventLine(event, kPlain), "connected     SESSION  -  /ws/lobby  127.0.0.1:4000");
  event.mutable_connected()->mutable_connect_time()->set_seconds(1'795'528'140);
  EXPECT_EQ(EventLine(event, kPlain),
            "2026-11-24 13:49:00  connected     SESSION  -  /ws/lobby  127.0.0.1:4000");
  event.mutable_snapshot_done()->set_sessions(1'234);
  EXPECT_EQ(EventLine(event, kPlain), "these were open: 1,234");
  event.clear_event();
  EXPECT_EQ(EventLine(event, kPlain),
            "something that this wsgatectl does not know; -o json shows it");
}

TEST(EventsTest, MessagesShowTheirTextOrTheirFirstBytes) {
  v1::ReceiveMessagesResponse message;
  message.mutable_receive_time()->set_seconds(1'795'528'140);
  message.set_session_id("SESSION");
  message.set_user_id("ada");
  message.mutable_message()->set_text("hello \x1b[2J");
  EXPECT_EQ(MessageLine(message, kPlain), "2026-11-24 13:49:00  SESSION  ada  hello \\x1b[2J");
  message.mutable_message()->set_binary(std::string("\x00\xff", 2));
  EXPECT_EQ(MessageLine(message, kPlain), "2026-11-24 13:49:00  SESSION  ada  <2 bytes: 00 ff>");
  message.mutable_message()->set_binary(std::string(33, 'a'));
  const std::string line = MessageLine(message, kPlain);
  EXPECT_NE(line.find("<33 bytes: 61 61"), std::string::npos);
  EXPECT_NE(line.find(" 61 ...>"), std::string::npos);
}

}  // namespace
}  // namespace wsgate::cli
