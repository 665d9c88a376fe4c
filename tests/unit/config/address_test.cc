#include "gateway/config/address.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "gateway/config/strings.h"

namespace wsgate {
namespace {

using ::testing::HasSubstr;

std::string ErrorOf(std::string_view text) {
  return std::string(ParseAddress(text).status().message());
}

TEST(AddressTest, HostIsALiteralOrLocalhost) {
  EXPECT_EQ(ParseAddress("127.0.0.1:8080")->host, "127.0.0.1");
  EXPECT_EQ(ParseAddress("127.0.0.1:8080")->port, 8080);
  EXPECT_EQ(ParseAddress("[::1]:80")->host, "::1");
  EXPECT_EQ(ParseAddress("localhost:0")->port, 0);
  EXPECT_EQ(ParseAddress("0.0.0.0:65535")->port, 65535);
}

TEST(AddressTest, EachMistakeIsNamed) {
  EXPECT_EQ(ErrorOf("8080"),
            "\"8080\" has no port; write HOST:PORT with an IP address or localhost, such as "
            "127.0.0.1:8080 or [::1]:8080");
  EXPECT_THAT(ErrorOf("::1:80"), HasSubstr("has an IPv6 address without brackets"));
  EXPECT_THAT(ErrorOf(":8080"), HasSubstr("has no host"));
  for (const char* text :
       {"example.com:80", "[127.0.0.1]:80", "[]:80", "256.0.0.1:80", "[::g]:80"}) {
    EXPECT_THAT(ErrorOf(text), HasSubstr("write HOST:PORT with an IP address")) << text;
  }
  EXPECT_THAT(ErrorOf(std::string_view("127.0.0.1\0x:80", 14)), HasSubstr("has no IP address"));
  for (const char* text :
       {"127.0.0.1:65536", "127.0.0.1:", "127.0.0.1:-1", "127.0.0.1:http", "127.0.0.1:+80"}) {
    EXPECT_THAT(ErrorOf(text), HasSubstr("has a port that is not 0 to 65535")) << text;
  }
}

TEST(AddressTest, LoopbackIsWhatOnlyThisMachineReaches) {
  for (const char* text :
       {"127.0.0.1:1", "127.8.9.10:1", "[::1]:1", "localhost:1", "[::ffff:127.0.0.1]:1"}) {
    EXPECT_TRUE(ParseAddress(text)->IsLoopback()) << text;
  }
  for (const char* text :
       {"0.0.0.0:1", "128.0.0.1:1", "[::]:1", "[::2]:1", "[::ffff:10.0.0.1]:1"}) {
    EXPECT_FALSE(ParseAddress(text)->IsLoopback()) << text;
  }
}

TEST(ParseTargetsTest, NamesAndAddressesWithCommasBetween) {
  const auto targets = ParseTargets("backend.example:50052, 10.0.0.7:1,[::1]:65535");
  ASSERT_TRUE(targets.ok()) << targets.status();
  EXPECT_EQ(*targets,
            (std::vector<std::string>{"backend.example:50052", "10.0.0.7:1", "[::1]:65535"}));
  EXPECT_TRUE(ParseTargets("")->empty());
}

TEST(ParseTargetsTest, WhatIsNoTargetIsNamed) {
  for (const char* bad : {"backend", "backend:0", "backend:65536", ":50052", "a:1,,b:1", "a b:1",
                          "::1:50052", "http://a:1", "[nonsense]:1"}) {
    const auto targets = ParseTargets(bad);
    ASSERT_FALSE(targets.ok()) << bad;
    EXPECT_NE(MessageOf(targets.status()).find("write HOST:PORT"), std::string::npos) << bad;
  }
  std::string many = "a:1";
  for (size_t i = 1; i < kTargetsMax; ++i) many += ",a:1";
  EXPECT_TRUE(ParseTargets(many).ok());
  EXPECT_FALSE(ParseTargets(many + ",a:1").ok());
}

}  // namespace
}  // namespace wsgate
