#include "gateway/auth/jwk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/base64.h"
#include "gateway/config/strings.h"
#include "tests/unit/auth/test_keys.h"

namespace wsgate {
namespace {

using testing::HasSubstr;

// RFC 7515 appendix A.1 and A.3, RFC 8037 appendix A.2, RFC 7515 appendix A.2.
constexpr std::string_view kOct =
    R"("kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")";
constexpr std::string_view kEc =
    R"("kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")";
constexpr std::string_view kOkp =
    R"("kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")";
constexpr std::string_view kRsa =
    R"("kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB")";

std::string Set(std::initializer_list<std::string> keys) {
  std::string text;
  for (const std::string& key : keys) Append(text, text.empty() ? "{\"keys\":[{" : "},{", key);
  return text + "}]}";
}

std::string One(std::string_view key, std::string_view more = "") {
  return Cat("{", key, more, "}");
}

std::string ErrorOf(std::string text, Secrets secrets = Secrets::kTaken) {
  const auto parsed = ParseJwks(std::move(text), secrets);
  return parsed.ok() ? "none" : MessageOf(parsed.status());
}

TEST(JwkTest, ASetHasKeysOfEveryKind) {
  const auto parsed =
      ParseJwks(Set({Cat(kOct, R"(,"kid":"a")"), Cat(kEc, R"(,"kid":"b")"),
                     Cat(kOkp, R"(,"kid":"c")"), Cat(kRsa, R"(,"kid":"d","use":"sig")")}),
                Secrets::kTaken);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  ASSERT_EQ(parsed->keys.size(), 4u);
  EXPECT_TRUE(parsed->left_out.empty());
  const KeyKind kinds[] = {KeyKind::kSecret, KeyKind::kP256, KeyKind::kEd25519, KeyKind::kRsa};
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(parsed->keys[i].kind(), kinds[i]);
    EXPECT_EQ(parsed->keys[i].kid(), std::string(1, static_cast<char>('a' + i)));
  }
}

TEST(JwkTest, OneKeyAloneIsASetToo) {
  const auto parsed = ParseJwks(One(kEc), Secrets::kRefused);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->keys[0].kid(), "");
}

TEST(JwkTest, TheAlgorithmOfAKeyIsItsOnlyOne) {
  const auto free = ParseJwks(One(kRsa), Secrets::kRefused);
  const auto bound = ParseJwks(One(kRsa, R"(,"alg":"RS384")"), Secrets::kRefused);
  ASSERT_TRUE(free.ok() && bound.ok());
  EXPECT_TRUE(free->keys[0].Allows(JwtAlgorithm::kRs256));
  EXPECT_TRUE(free->keys[0].Allows(JwtAlgorithm::kPs256));
  EXPECT_FALSE(free->keys[0].Allows(JwtAlgorithm::kHs256)) << "never as a secret";
  EXPECT_TRUE(bound->keys[0].Allows(JwtAlgorithm::kRs384));
  EXPECT_FALSE(bound->keys[0].Allows(JwtAlgorithm::kRs256));
}

TEST(JwkTest, AnAlgorithmOfAnotherKindIsNone) {
  EXPECT_THAT(ErrorOf(One(kRsa, R"(,"alg":"HS256")")), HasSubstr("does not fit"));
  EXPECT_THAT(ErrorOf(One(kEc, R"(,"alg":"ES384")")), HasSubstr("does not fit"));
  EXPECT_THAT(ErrorOf(One(kEc, R"(,"alg":"none")")), HasSubstr("not known"));
}

TEST(JwkTest, AnAddressGivesOutNoSecrets) {
  EXPECT_EQ(ErrorOf(One(kOct)), "none");
  EXPECT_THAT(ErrorOf(One(kOct), Secrets::kRefused), HasSubstr("is a secret"));
}

TEST(JwkTest, WhatCannotBeUsedIsLeftOutAndNamed) {
  const auto parsed =
      ParseJwks(Set({Cat(kEc, R"(,"kid":"enc","use":"enc")"), Cat(kEc, R"(,"kid":"good")"),
                     R"("kty":"EC","crv":"secp256k1","kid":"coin")",
                     Cat(kEc, R"(,"kid":"ops","key_ops":["sign"])")}),
                Secrets::kRefused);
  ASSERT_TRUE(parsed.ok());
  ASSERT_EQ(parsed->keys.size(), 1u);
  EXPECT_EQ(parsed->keys[0].kid(), "good");
  ASSERT_EQ(parsed->left_out.size(), 3u);
  EXPECT_THAT(parsed->left_out[0], HasSubstr("key \"enc\" is not for signatures"));
  EXPECT_THAT(parsed->left_out[1], HasSubstr("key \"coin\""));
}

TEST(JwkTest, WhatIsNoSetIsAnError) {
  EXPECT_THAT(ErrorOf("<html>"), HasSubstr("is not a JSON object"));
  EXPECT_THAT(ErrorOf("[]"), HasSubstr("is not a JSON object"));
  EXPECT_THAT(ErrorOf(""), HasSubstr("is not a JSON object"));
  EXPECT_THAT(ErrorOf("{}"), HasSubstr("neither a list"));
  EXPECT_THAT(ErrorOf(R"({"keys":[]})"), HasSubstr("no key that can be used"));
  EXPECT_THAT(ErrorOf(R"({"keys":[1,"two"]})"), HasSubstr("no key that can be used"));
}

TEST(JwkTest, APointThatIsNotOnItsCurveIsNoKey) {
  std::string moved(kEc);
  moved[moved.find("f83O")] = 'g';
  EXPECT_THAT(ErrorOf(One(moved)), HasSubstr("is no key"));
}

TEST(JwkTest, ANameThatStandsTwiceIsAnError) {
  EXPECT_THAT(ErrorOf(One(kEc, R"(,"kid":"a","kid":"b")")), HasSubstr("has a name twice"));
}

TEST(JwkTest, AnRsaExponentOfOneIsNoKey) {
  std::string one(kRsa);
  one.replace(one.find("AQAB"), 4, "AQ");
  EXPECT_THAT(ErrorOf(One(one)), HasSubstr("is no key"));
}

TEST(JwkTest, AtMostSixtyFourKeysAreTaken) {
  std::string text = "{\"keys\":[";
  for (int i = 0; i < 70; ++i) Append(text, i == 0 ? "" : ",", One(kOkp));
  const auto parsed = ParseJwks(text + "]}", Secrets::kRefused);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->keys.size(), 64u);
  EXPECT_EQ(parsed->left_out.size(), 1u);
}

TEST(JwkTest, TheExampleOfEd25519IsVerified) {  // RFC 8037 appendix A.4.
  const auto parsed = ParseJwks(One(kOkp), Secrets::kRefused);
  ASSERT_TRUE(parsed.ok());
  std::string signature;
  ASSERT_TRUE(DecodeBase64Url(
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
      signature));
  VerifyScratch scratch;
  constexpr std::string_view kInput = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
  EXPECT_TRUE(parsed->keys[0].Verify(JwtAlgorithm::kEdDsa, kInput, signature, scratch));
  signature[0] ^= 1;
  EXPECT_FALSE(parsed->keys[0].Verify(JwtAlgorithm::kEdDsa, kInput, signature, scratch));
}

}  // namespace
}  // namespace wsgate
