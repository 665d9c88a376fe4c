#include "control/session_match.h"

#include <gtest/gtest.h>

namespace wsgate {
namespace {

v1::Session Ada() {
  v1::Session session;
  session.set_session_id("s1");
  session.set_user_id("ada");
  session.set_tenant("acme");
  session.set_path("/ws/lobby");
  session.set_subprotocol("wsgate.raw");
  (*session.mutable_metadata())["room"] = "blue";
  return session;
}

TEST(SessionMatchTest, AnEmptyFilterNamesEveryone) {
  EXPECT_TRUE(Matches(Ada(), {}));
}

TEST(SessionMatchTest, EachFieldNamesAndLeavesOut) {
  EXPECT_TRUE(Matches(Ada(), {.user_ids = {"bob", "ada"}}));
  EXPECT_FALSE(Matches(Ada(), {.user_ids = {"bob"}}));
  EXPECT_TRUE(Matches(Ada(), {.session_ids = {"s1"}}));
  EXPECT_FALSE(Matches(Ada(), {.session_ids = {"s2"}}));
  SessionFilter tenants;
  tenants.tenants = {"acme"};
  EXPECT_TRUE(Matches(Ada(), tenants));
  tenants.tenants = {"other"};
  EXPECT_FALSE(Matches(Ada(), tenants));
  EXPECT_TRUE(Matches(Ada(), {.path_prefix = "/ws/lob"}));
  EXPECT_FALSE(Matches(Ada(), {.path_prefix = "/ws/other"}));
  EXPECT_TRUE(Matches(Ada(), {.subprotocol = "wsgate.raw"}));
  EXPECT_FALSE(Matches(Ada(), {.subprotocol = "wsgate.v1.json"}));
  EXPECT_TRUE(Matches(Ada(), {.metadata = {{"room", "blue"}}}));
  EXPECT_FALSE(Matches(Ada(), {.metadata = {{"room", "red"}}}));
  EXPECT_FALSE(Matches(Ada(), {.metadata = {{"room", "blue"}, {"team", "x"}}}));
}

TEST(SessionMatchTest, FieldsAreJoinedByAnd) {
  EXPECT_TRUE(Matches(Ada(), {.user_ids = {"ada"}, .path_prefix = "/ws"}));
  EXPECT_FALSE(Matches(Ada(), {.user_ids = {"ada"}, .path_prefix = "/other"}));
}

}  // namespace
}  // namespace wsgate
