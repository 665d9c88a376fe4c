#include "gateway/net/identity.h"

#include <gtest/gtest.h>

#include <string>

namespace wsgate {
namespace {

std::string UserOf(std::string_view query) {
  const absl::StatusOr<Identity> identity = IdentityFromQuery(query);
  return identity.ok() ? identity->user_id : "(refused)";
}

TEST(IdentityTest, TheUserIsTakenAsItStands) {
  EXPECT_EQ(UserOf("user=ada"), "ada");
  EXPECT_EQ(UserOf("x=1&user=ada&y=2"), "ada");
  EXPECT_EQ(UserOf("user=Gr%C3%BC%c3%9fe"), "Grüße");
  EXPECT_EQ(UserOf("user=a+b%2Bc"), "a b+c");
  EXPECT_EQ(UserOf("%75ser=ada"), "ada") << "names are decoded too";
  EXPECT_EQ(UserOf("user=a=b"), "a=b");
  EXPECT_EQ(UserOf("user=" + std::string(255, 'u')), std::string(255, 'u'));
}

TEST(IdentityTest, NoUserIsAnonymous) {
  EXPECT_EQ(UserOf(""), "");
  EXPECT_EQ(UserOf("token=x"), "");
  EXPECT_EQ(UserOf("&&"), "");
  EXPECT_EQ(UserOf("USER=ada"), "") << "another field";
}

TEST(IdentityTest, BadUsersAreRefused) {
  EXPECT_EQ(UserOf("user="), "(refused)");
  EXPECT_EQ(UserOf("user"), "(refused)");
  EXPECT_EQ(UserOf("user=a&user=b"), "(refused)");
  EXPECT_EQ(UserOf("user=a&user=a"), "(refused)");
  EXPECT_EQ(UserOf("user=a%00b"), "(refused)");
  EXPECT_EQ(UserOf("user=a%0d%0ab"), "(refused)");
  EXPECT_EQ(UserOf("user=" + std::string(256, 'u')), "(refused)");
}

TEST(IdentityTest, BrokenEscapesAndBadUtf8AreRefused) {
  for (const char* query :
       {"user=%", "user=%4", "user=%zz", "user=%FF", "user=%ed%a0%80", "x=%c3"}) {
    EXPECT_EQ(UserOf(query), "(refused)") << query;
  }
}

TEST(IdentityTest, MetadataIsKeptInOrder) {
  const auto identity = IdentityFromQuery("meta.room=7&user=ada&meta.empty=&meta.a%2Eb=c%26d");
  ASSERT_TRUE(identity.ok());
  const SessionFacts::Metadata expected = {{"room", "7"}, {"empty", ""}, {"a.b", "c&d"}};
  EXPECT_EQ(identity->metadata, expected);
}

TEST(IdentityTest, MetadataIsBoundedInEntriesAndBytes) {
  std::string sixteen;
  for (int i = 0; i < 16; ++i) sixteen += "meta.k" + std::to_string(i) + "=v&";
  EXPECT_TRUE(IdentityFromQuery(sixteen).ok());
  EXPECT_FALSE(IdentityFromQuery(sixteen + "meta.one=more").ok());
  EXPECT_TRUE(IdentityFromQuery("meta.k=" + std::string(1023, 'v')).ok());
  EXPECT_FALSE(IdentityFromQuery("meta.k=" + std::string(1024, 'v')).ok());
}

TEST(IdentityTest, BadMetadataKeysAreRefused) {
  EXPECT_FALSE(IdentityFromQuery("meta.=v").ok());
  EXPECT_FALSE(IdentityFromQuery("meta.k=1&meta.k=2").ok());
}

}  // namespace
}  // namespace wsgate
