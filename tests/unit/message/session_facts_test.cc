#include "gateway/message/session_facts.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <utility>

namespace wsgate {
namespace {

PeerAddress V4(const char* text, uint16_t port) {
  sockaddr_storage storage{};
  auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  inet_pton(AF_INET, text, &v4.sin_addr);
  return PeerAddress::From(storage);
}

TEST(SessionFactsTest, GivesBackWhatItWasMadeFrom) {
  const SessionFacts::Metadata metadata = {{"plan", "pro"}, {"empty", ""}, {"room", "7"}};
  const SessionFacts facts({.user_id = "ada",
                            .tenant = "acme",
                            .path = "/ws/lobby",
                            .subprotocol = Subprotocol::kRaw,
                            .deflate_bits = 12,
                            .peer = V4("10.1.2.3", 4711),
                            .metadata = metadata});
  EXPECT_EQ(facts.user_id(), "ada");
  EXPECT_EQ(facts.tenant(), "acme");
  EXPECT_EQ(facts.deflate_bits(), 12);
  EXPECT_FALSE(facts.has_limits());
  EXPECT_TRUE(facts.limits().empty());
  EXPECT_EQ(facts.path(), "/ws/lobby");
  EXPECT_EQ(facts.subprotocol(), Subprotocol::kRaw);
  EXPECT_EQ(facts.peer().ToString(), "10.1.2.3:4711");
  EXPECT_EQ(facts.metadata(), metadata);
  EXPECT_TRUE(facts.HasMetadata("plan", "pro"));
  EXPECT_TRUE(facts.HasMetadata("empty", ""));
  EXPECT_FALSE(facts.HasMetadata("plan", "free"));
  EXPECT_FALSE(facts.HasMetadata("pro", "plan"));
}

TEST(SessionFactsTest, TheLongestNamesFit) {
  const std::string user(255, 'u');
  const std::string path = "/ws/" + std::string(60'000, 'p');
  const SessionFacts::Metadata metadata = {{std::string(500, 'k'), std::string(524, 'v')}};
  const SessionFacts facts({.user_id = user, .tenant = user, .path = path, .metadata = metadata});
  EXPECT_EQ(facts.user_id(), user);
  EXPECT_EQ(facts.tenant(), user);
  EXPECT_EQ(facts.path(), path);
  EXPECT_EQ(facts.metadata(), metadata);
}

TEST(SessionFactsTest, AnonymousHasNoUser) {
  const SessionFacts facts({.path = "/ws"});
  EXPECT_TRUE(facts.user_id().empty());
  EXPECT_TRUE(facts.metadata().empty());
}

TEST(SessionFactsTest, ACopySharesTheTextsAndOutlivesItsSource) {
  SessionFacts facts({.user_id = "ada", .path = "/ws"});
  const SessionFacts copy = facts;
  EXPECT_EQ(copy.user_id().data(), facts.user_id().data());
  facts = SessionFacts();
  EXPECT_EQ(copy.user_id(), "ada");
  EXPECT_EQ(copy.path(), "/ws");
}

TEST(SessionFactsTest, KeepsLimitsOfItsOwnBehindTheMetadata) {
  const SessionLimits limits{.message_bytes_max = 10, .bytes_per_second = 0};
  const SessionFacts facts({.user_id = "ada", .metadata = {{"a", "b"}}, .limits = limits});
  EXPECT_TRUE(facts.has_limits());
  EXPECT_EQ(facts.limits(), limits);
  EXPECT_TRUE(facts.HasMetadata("a", "b"));
}

TEST(PeerAddressTest, WritesBothFamilies) {
  sockaddr_storage storage{};
  auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(80);
  inet_pton(AF_INET6, "2001:db8::1", &v6.sin6_addr);
  EXPECT_EQ(PeerAddress::From(storage).ToString(), "[2001:db8::1]:80");
  EXPECT_EQ(V4("127.0.0.1", 1).ToString(), "127.0.0.1:1");
}

}  // namespace
}  // namespace wsgate
