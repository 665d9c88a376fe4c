#include "gateway/config/origin.h"

#include <gmock/gmock.h>

#include "gateway/config/https_url.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

using ::testing::HasSubstr;

bool Allows(std::string_view allowed, std::string_view origin, std::string_view host = "h") {
  const absl::StatusOr<OriginRules> rules = OriginRules::Parse(allowed);
  EXPECT_TRUE(rules.ok()) << rules.status();
  return rules.ok() && rules->Allows(origin, host);
}

TEST(OriginTest, SchemeHostAndPortAllCount) {
  constexpr std::string_view kAllowed = "https://chat.example, http://localhost:3000";
  EXPECT_TRUE(Allows(kAllowed, "https://chat.example"));
  EXPECT_TRUE(Allows(kAllowed, "https://chat.example:443"));
  EXPECT_TRUE(Allows(kAllowed, "HTTPS://Chat.Example"));
  EXPECT_TRUE(Allows(kAllowed, "http://localhost:3000"));
  for (const std::string_view other :
       {"http://chat.example", "https://chat.example:8443", "http://localhost",
        "https://evil.example", "https://chat.example.evil.example", "https://evilchat.example",
        "https://chat.example@evil.example", "https://chat.example/", "https://chat.example:x",
        "https://chat.example.", "chat.example", "null", "", "*", "https://*"}) {
    EXPECT_FALSE(Allows(kAllowed, other)) << other;
  }
}

TEST(OriginTest, AWildcardIsOneWholeLabel) {
  constexpr std::string_view kAllowed = "https://*.chat.example";
  EXPECT_TRUE(Allows(kAllowed, "https://a.chat.example"));
  for (const std::string_view other :
       {"https://chat.example", "https://a.b.chat.example", "https://.chat.example",
        "https://a.chat.example.evil", "https://evilchat.example", "http://a.chat.example",
        "https://*.chat.example"}) {
    EXPECT_FALSE(Allows(kAllowed, other)) << other;
  }
}

TEST(OriginTest, EmptyMeansThePagesOwnHost) {
  EXPECT_TRUE(Allows("", "https://chat.example", "chat.example"));
  EXPECT_TRUE(Allows("", "https://chat.example", "chat.example:443"));
  EXPECT_TRUE(Allows("", "http://127.0.0.1:8080", "127.0.0.1:8080"));
  EXPECT_TRUE(Allows("", "http://[::1]:8080", "[::1]:8080"));
  EXPECT_FALSE(Allows("", "http://127.0.0.1:8081", "127.0.0.1:8080"));
  EXPECT_FALSE(Allows("", "http://chat.example", "chat.example:443"));
  EXPECT_FALSE(Allows("", "https://evil.example", "chat.example"));
  EXPECT_FALSE(Allows("", "null", "null"));
  EXPECT_FALSE(Allows("", "https://chat.example", ""));
}

TEST(OriginTest, EverybodyAndNullAreWrittenOut) {
  EXPECT_TRUE(Allows("*", "https://any.example"));
  EXPECT_TRUE(Allows("*", "null"));
  EXPECT_TRUE(Allows("null", "null"));
  EXPECT_FALSE(Allows("null", "https://any.example"));
  EXPECT_TRUE(Allows("capacitor://localhost", "capacitor://localhost"));
}

TEST(OriginTest, WhatIsNoOriginIsAnError) {
  for (const std::string_view bad :
       {"chat.example", "https://", "https://a/b", "https://a:0", "https://a:65536", "https://a b",
        "https://a*.example", "://a"}) {
    EXPECT_FALSE(OriginRules::Parse(bad).ok()) << bad;
  }
  EXPECT_THAT(MessageOf(OriginRules::Parse("https://*a.example").status()),
              HasSubstr("not a whole label"));
}

TEST(HttpsUrlTest, HostPortAndTargetAreFound) {
  const absl::StatusOr<HttpsUrl> url = ParseHttpsUrl("https://ID.example:8443/a/b?c=d");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->host, "id.example");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->target, "/a/b?c=d");
  EXPECT_EQ(url->HostHeader(), "id.example:8443");
  EXPECT_EQ(ParseHttpsUrl("https://id.example")->target, "/");
  EXPECT_EQ(ParseHttpsUrl("https://id.example")->HostHeader(), "id.example");
  EXPECT_EQ(ParseHttpsUrl("https://[::1]:1/")->host, "::1");
  EXPECT_EQ(ParseHttpsUrl("https://[::1]:1/")->HostHeader(), "[::1]:1");
}

TEST(HttpsUrlTest, EverythingElseIsAnError) {
  for (const std::string_view bad :
       {"", "id.example", "http://id.example/", "https://", "https:///x", "https://u:p@id.example/",
        "https://id.example/a b", "https://id.example/#x", "https://*.example/"}) {
    EXPECT_FALSE(ParseHttpsUrl(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace wsgate
