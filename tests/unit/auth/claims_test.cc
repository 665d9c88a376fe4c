// Each claim on both sides.
#include "gateway/auth/claims.h"

#include <gtest/gtest.h>

#include "gateway/auth/json_object.h"
#include "gateway/auth/name_hash.h"
#include "gateway/config/strings.h"
#include "tests/unit/auth/test_keys.h"

namespace wsgate {
namespace {

const ClaimRules kRules{.issuer = "https://id.example",
                        .audiences = {"chat", "feed"},
                        .leeway_s = 5,
                        .tenant_claim = "tenant",
                        .metadata_claim = "meta",
                        .limits_claim = "limits"};

TokenResult Read(std::string text, const ClaimRules& rules = kRules, int64_t now_s = kNow) {
  JsonReader reader;
  const auto object = reader.ReadObject(text);
  return object ? ReadClaims(*object, rules, now_s) : TokenResult(TokenError::kMalformed);
}

// Good claims and `more` behind them; a claim in `more` stands in place of a good one.
std::string Claims(std::string_view more = "", std::string_view without = "") {
  std::string text = "{";
  const std::pair<std::string_view, std::string> kGood[] = {{"sub", "\"ada\""},
                                                            {"iss", "\"https://id.example\""},
                                                            {"aud", "\"chat\""},
                                                            {"exp", std::to_string(kNow + 60)}};
  for (const auto& [name, value] : kGood) {
    const std::string quoted = Cat("\"", name, "\":");
    if (name == without || more.find(quoted) != std::string_view::npos) continue;
    Append(text, text.size() == 1 ? "" : ",", quoted, value);
  }
  if (!more.empty()) Append(text, text.size() == 1 ? "" : ",", more);
  return text + "}";
}

// "ok", or the error's label.
std::string ResultOf(const TokenResult& result) {
  if (const auto* error = std::get_if<TokenError>(&result)) return std::string(LabelOf(*error));
  return "ok";
}
std::string With(std::string_view more, int64_t now_s = kNow) {
  return ResultOf(Read(Claims(more), kRules, now_s));
}
std::string Without(std::string_view name) {
  return ResultOf(Read(Claims("", name)));
}

TEST(ClaimsTest, GoodClaimsSayWhoItIs) {
  const TokenResult result = Read(Claims(
      R"("iat":1799999990.5,"jti":"t-1","tenant":"acme","meta":{"plan":"pro","age":7,"beta":true,"rate":1.5},"limits":{"messages_per_second":5,"message_bytes_max":1024})"));
  const auto* identity = std::get_if<TokenIdentity>(&result);
  ASSERT_NE(identity, nullptr) << ResultOf(result);
  EXPECT_EQ(identity->user_id, "ada");
  EXPECT_EQ(identity->tenant, "acme");
  EXPECT_EQ(
      identity->metadata,
      (ConnectQuestion::Pairs{{"plan", "pro"}, {"age", "7"}, {"beta", "true"}, {"rate", "1.5"}}));
  EXPECT_EQ(identity->limits.messages_per_second, 5u);
  EXPECT_EQ(identity->limits.message_bytes_max, 1024u);
  EXPECT_EQ(identity->mark.expires_at_s, kNow + 60);
  EXPECT_EQ(identity->mark.issued_at_s, kNow - 10);
  EXPECT_EQ(identity->mark.id, HashName("t-1"));
}

TEST(ClaimsTest, AnExpiryIsNeededAndKept) {
  EXPECT_EQ(Without("exp"), "no_expiry");
  EXPECT_EQ(With(R"("exp":"tomorrow")"), "bad_claim");
  EXPECT_EQ(With(R"("exp":1e300)"), "bad_claim");
  const std::string expired = Cat("\"exp\":", kNow);
  EXPECT_EQ(With(expired, kNow - 1), "ok");
  EXPECT_EQ(With(expired, kNow + 4), "ok") << "within the leeway";
  EXPECT_EQ(With(expired, kNow + 5), "expired");
  ClaimRules free = kRules;
  free.exp_required = false;
  const TokenResult result = Read(Claims("", "exp"), free);
  ASSERT_EQ(ResultOf(result), "ok");
  EXPECT_EQ(std::get<TokenIdentity>(result).mark.expires_at_s, TokenMark::kNever);
  EXPECT_EQ(ResultOf(Read(Claims(expired), free, kNow + 5)), "expired");
}

TEST(ClaimsTest, WhoCameByTheLeewayHasTheRestOfIt) {
  const TokenResult result = Read(Claims(Cat("\"exp\":", kNow)), kRules, kNow + 2);
  ASSERT_EQ(ResultOf(result), "ok");
  EXPECT_EQ(std::get<TokenIdentity>(result).mark.expires_at_s, kNow + 5);
}

TEST(ClaimsTest, ATokenWaitsForItsTime) {
  EXPECT_EQ(With(Cat("\"nbf\":", kNow + 5)), "ok") << "within the leeway";
  EXPECT_EQ(With(Cat("\"nbf\":", kNow + 6)), "not_yet_valid");
  EXPECT_EQ(With(R"("nbf":null)"), "bad_claim");
}

TEST(ClaimsTest, TheIssuerIsTheOneThatIsTrusted) {
  EXPECT_EQ(With(R"("iss":"https://id.example/")"), "wrong_issuer");
  EXPECT_EQ(With(R"("iss":["https://id.example"])"), "wrong_issuer");
  EXPECT_EQ(Without("iss"), "wrong_issuer");
  ClaimRules any = kRules;
  any.issuer.clear();
  EXPECT_EQ(ResultOf(Read(Claims(R"("iss":"other")"), any)), "ok");
}

TEST(ClaimsTest, TheAudienceNamesUs) {
  EXPECT_EQ(With(R"("aud":"feed")"), "ok");
  EXPECT_EQ(With(R"("aud":["mail","chat"])"), "ok");
  EXPECT_EQ(With(R"("aud":["mail"])"), "wrong_audience");
  EXPECT_EQ(With(R"("aud":[])"), "wrong_audience");
  EXPECT_EQ(With(R"("aud":[1])"), "wrong_audience");
  EXPECT_EQ(With(R"("aud":"chat2")"), "wrong_audience");
  EXPECT_EQ(Without("aud"), "wrong_audience");
  ClaimRules none = kRules;
  none.audiences.clear();
  EXPECT_EQ(ResultOf(Read(Claims("", "aud"), none)), "ok");
  EXPECT_EQ(ResultOf(Read(Claims(), none)), "wrong_audience") << "it is meant for somebody else";
}

TEST(ClaimsTest, TheUserIsANameThatUsersCanHave) {
  EXPECT_EQ(Without("sub"), "bad_claim");
  EXPECT_EQ(With(R"("sub":"")"), "bad_claim");
  EXPECT_EQ(With(R"("sub":"a\nb")"), "bad_claim");
  EXPECT_EQ(With(R"("sub":null)"), "bad_claim");
  EXPECT_EQ(With(R"("sub":["ada"])"), "bad_claim");
  EXPECT_EQ(With(R"("sub":1.5)"), "bad_claim");
  EXPECT_EQ(With(Cat("\"sub\":\"", std::string(255, 'a'), "\"")), "ok");
  EXPECT_EQ(With(Cat("\"sub\":\"", std::string(256, 'a'), "\"")), "bad_claim");
  const TokenResult number = Read(Claims(R"("sub":1234567890123456789)"));
  ASSERT_EQ(ResultOf(number), "ok");
  EXPECT_EQ(std::get<TokenIdentity>(number).user_id, "1234567890123456789");
}

TEST(ClaimsTest, AnotherClaimCanNameTheUser) {
  ClaimRules rules = kRules;
  rules.user_claim = "https://example.org/uid";
  const TokenResult result = Read(Claims(R"("https://example.org/uid":"u-7")"), rules);
  ASSERT_EQ(ResultOf(result), "ok");
  EXPECT_EQ(std::get<TokenIdentity>(result).user_id, "u-7");
  EXPECT_EQ(ResultOf(Read(Claims(), rules)), "bad_claim");
}

TEST(ClaimsTest, ClaimsThatAreNotConfiguredAreNotLookedAt) {
  const ClaimRules rules{.issuer = "", .audiences = {"chat"}};
  const TokenResult result = Read(Claims(R"("tenant":"acme","meta":[],"limits":"none")"), rules);
  ASSERT_EQ(ResultOf(result), "ok");
  EXPECT_EQ(std::get<TokenIdentity>(result).tenant, "");
}

TEST(ClaimsTest, MetadataHasItsBounds) {
  EXPECT_EQ(With(R"("meta":["a"])"), "bad_claim");
  EXPECT_EQ(With(R"("meta":{"a":{"b":1}})"), "bad_claim");
  EXPECT_EQ(With(R"("meta":{"":"empty"})"), "bad_claim");
  EXPECT_EQ(With(Cat(R"("meta":{"k":")", std::string(1023, 'v'), "\"}")), "ok");
  EXPECT_EQ(With(Cat(R"("meta":{"k":")", std::string(1024, 'v'), "\"}")), "bad_claim");
  EXPECT_EQ(With(R"("meta":{"a":"1","a":"2"})"), "duplicate_claim");
}

TEST(ClaimsTest, LimitsAreThoseOfASession) {
  EXPECT_EQ(With(R"("limits":{"bytes_per_second":4096,"bytes_burst":8192})"), "ok");
  EXPECT_EQ(With(R"("limits":{"sessions_per_node_max":4096})"), "bad_claim");
  EXPECT_EQ(With(R"("limits":{"messages_per_second":-1})"), "bad_claim");
  EXPECT_EQ(With(R"("limits":{"message_bytes_max":0})"), "bad_claim");
  EXPECT_EQ(With(R"("limits":{"messages_burst":1,"messages_burst":9})"), "duplicate_claim");
}

TEST(ClaimsTest, AClaimThatStandsTwiceMeansNothing) {
  EXPECT_EQ(With(R"("x":1,"x":1)"), "duplicate_claim");
  EXPECT_EQ(ResultOf(Read(R"({"sub":"ada","sub":"grace","exp":9999999999})")), "duplicate_claim");
  EXPECT_EQ(ResultOf(Read(R"({"sub":"ada","s\u0075b":"grace","exp":9999999999})")),
            "duplicate_claim")
      << "however it is written";
}

TEST(ClaimsTest, ManyClaimsAreCompared) {
  std::string many;
  for (int i = 0; i < 100; ++i) Append(many, i == 0 ? "" : ",", "\"c", i, "\":", i);
  EXPECT_EQ(With(many), "ok");
  EXPECT_EQ(With(many + R"(,"c42":0)"), "duplicate_claim");
}

}  // namespace
}  // namespace wsgate
