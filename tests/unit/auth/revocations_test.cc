#include "gateway/auth/revocations.h"
#include "gateway/auth/name_hash.h"

#include <gtest/gtest.h>

#include <string>

namespace wsgate {
namespace {

constexpr int64_t kNow = 1'800'000'000;

TokenMark Mark(std::string_view id, int64_t issued_at_s) {
  return {.issued_at_s = issued_at_s, .id = id.empty() ? NameHash{} : HashName(id)};
}

TEST(RevocationsTest, ATokenIsRevokedByItsIdAlone) {
  Revocations revocations;
  ASSERT_TRUE(revocations.Add({.token_id = HashName("one"), .keep_until_s = kNow + 100}, kNow));
  EXPECT_TRUE(revocations.IsRevoked("ada", Mark("one", kNow), kNow));
  EXPECT_FALSE(revocations.IsRevoked("ada", Mark("two", kNow), kNow));
  EXPECT_FALSE(revocations.IsRevoked("ada", Mark("", kNow), kNow)) << "no id is not that id";
}

TEST(RevocationsTest, AUsersTokensAreRevokedByTheirAge) {
  Revocations revocations;
  ASSERT_TRUE(
      revocations.Add({.user_id = "ada", .not_before_s = kNow, .keep_until_s = kNow + 100}, kNow));
  EXPECT_TRUE(revocations.IsRevoked("ada", Mark("", kNow - 1), kNow));
  EXPECT_FALSE(revocations.IsRevoked("ada", Mark("", kNow), kNow)) << "issued afterwards";
  EXPECT_TRUE(revocations.IsRevoked("ada", Mark("", TokenMark::kUnknown), kNow))
      << "who knows when";
  EXPECT_FALSE(revocations.IsRevoked("grace", Mark("", kNow - 1), kNow));
}

TEST(RevocationsTest, ARevocationIsForgottenWhenItsTokensAreOver) {
  Revocations revocations;
  ASSERT_TRUE(revocations.Add({.token_id = HashName("one"), .keep_until_s = kNow + 1}, kNow));
  EXPECT_TRUE(revocations.IsRevoked("", Mark("one", kNow), kNow));
  EXPECT_FALSE(revocations.IsRevoked("", Mark("one", kNow), kNow + 1));
}

TEST(RevocationsTest, ALaterCallTakesNothingBack) {
  Revocations revocations;
  ASSERT_TRUE(
      revocations.Add({.user_id = "ada", .not_before_s = kNow, .keep_until_s = kNow + 100}, kNow));
  ASSERT_TRUE(revocations.Add(
      {.user_id = "ada", .not_before_s = kNow - 50, .keep_until_s = kNow + 10}, kNow));
  EXPECT_TRUE(revocations.IsRevoked("ada", Mark("", kNow - 20), kNow + 50));
}

TEST(RevocationsTest, AFullTableRefusesUntilSomethingIsOver) {
  Revocations revocations;
  for (size_t i = 0; i < Revocations::kEntriesMax; ++i) {
    ASSERT_TRUE(revocations.Add(
        {.token_id = HashName(std::to_string(i)), .keep_until_s = kNow + (i == 0 ? 1 : 100)},
        kNow));
  }
  EXPECT_FALSE(revocations.Add({.token_id = HashName("more"), .keep_until_s = kNow + 100}, kNow));
  EXPECT_TRUE(revocations.Add({.token_id = HashName("5"), .keep_until_s = kNow + 200}, kNow))
      << "one that is there already needs no room";
  EXPECT_TRUE(
      revocations.Add({.token_id = HashName("more"), .keep_until_s = kNow + 100}, kNow + 1));
}

}  // namespace
}  // namespace wsgate
