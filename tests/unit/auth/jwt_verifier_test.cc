// Each algorithm on both sides, and what attackers do to headers and signatures.
#include "gateway/auth/jwt_verifier.h"

#include <gtest/gtest.h>

#include "gateway/auth/jwk.h"
#include "gateway/base/base64.h"
#include "gateway/config/strings.h"
#include "tests/unit/auth/test_keys.h"

namespace wsgate {
namespace {

const ClaimRules kRules{};
const std::string kClaims = Cat(R"({"sub":"ada","exp":)", kNow + 60, "}");

std::string ResultOf(KeyStore& store, std::string_view token, const ClaimRules& rules = kRules,
                     int64_t now_s = kNow) {
  JwtVerifier verifier(rules, store);
  const TokenResult result = verifier.Verify(token, now_s);
  if (const auto* error = std::get_if<TokenError>(&result)) return std::string(LabelOf(*error));
  return std::get<TokenIdentity>(result).user_id;
}

std::string ResultWith(std::vector<VerificationKey> keys, std::string_view token) {
  KeyStore store(SetOf(std::move(keys)));
  return ResultOf(store, token);
}

class AlgorithmTest : public testing::TestWithParam<JwtAlgorithmRow> {};

TEST_P(AlgorithmTest, ItsOwnKeyTakesItAndNoOther) {
  const JwtAlgorithmRow& row = GetParam();
  const std::string token = Token(row.algorithm, kClaims);
  EXPECT_EQ(ResultWith({Checker(row.kind)}, token), "ada");
  for (const JwtAlgorithmRow& other : kJwtAlgorithms) {
    if (other.kind == row.kind) continue;
    EXPECT_EQ(ResultWith({Checker(other.kind)}, token), "unknown_key") << other.name;
    EXPECT_EQ(ResultWith({Checker(other.kind, "k")}, Token(row.algorithm, kClaims, "k")),
              "algorithm")
        << other.name << ": the key that is named has an algorithm of its own";
  }
}

TEST_P(AlgorithmTest, OneBitMoreOrLessIsAnotherToken) {
  const JwtAlgorithmRow& row = GetParam();
  const std::string token = Token(row.algorithm, kClaims);
  KeyStore store(SetOf({Checker(row.kind)}));
  const size_t dot = token.rfind('.');
  for (const size_t at : {token.find('.') + 3, dot - 2, dot + 1, dot + 20}) {
    std::string changed = token;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_EQ(ResultOf(store, changed), "bad_signature") << at;
  }
  EXPECT_EQ(ResultOf(store, token.substr(0, dot + 1)), "bad_signature") << "none";
  EXPECT_EQ(ResultOf(store, token.substr(0, dot + 41)), "bad_signature") << "cut";
  EXPECT_EQ(ResultOf(store, token + "AAAA"), "bad_signature") << "more behind it";
  EXPECT_EQ(ResultOf(store, token), "ada") << "and it is still good";
}

INSTANTIATE_TEST_SUITE_P(All, AlgorithmTest, testing::ValuesIn(kJwtAlgorithms),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(JwtVerifierTest, TheExamplesOfTheRfcAreTaken) {  // RFC 7515 appendices A.1 and A.3.
  const std::pair<std::string, std::string> kExamples[] = {
      {R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})",
       "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
       "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cn"
       "VlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"},
      {R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
       "eyJhbGciOiJFUzI1NiJ9."
       "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cn"
       "VlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-"
       "Kg6NU1Q"}};
  ClaimRules rules;
  rules.user_claim = "iss";
  for (const auto& [jwk, token] : kExamples) {
    auto parsed = ParseJwks(jwk, Secrets::kTaken);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    KeyStore store(SetOf(std::move(parsed->keys)));
    EXPECT_EQ(ResultOf(store, token, rules, 1'300'819'379), "joe");
    EXPECT_EQ(ResultOf(store, token, rules, 1'300'819'390), "expired");
  }
}

TEST(JwtVerifierTest, NoneIsNoAlgorithm) {
  std::string token;
  AppendBase64Url(R"({"alg":"none"})", token);
  token += '.';
  AppendBase64Url(kClaims, token);
  const std::vector<VerificationKey> keys = {Checker(KeyKind::kRsa), Checker(KeyKind::kSecret)};
  EXPECT_EQ(ResultWith(keys, token + "."), "algorithm");
  for (const std::string_view name : {"None", "NONE", "nOnE", "HS1", "RS1", "ES512", "PS999", ""}) {
    const std::string header = Cat(R"({"alg":")", name, "\"}");
    EXPECT_EQ(ResultWith(keys, TokenWithHeader(JwtAlgorithm::kHs256, header, kClaims)),
              "algorithm");
  }
}

TEST(JwtVerifierTest, APublicKeyIsNeverASecret) {
  // The forger signs with HMAC over the public key as everybody can read it.
  const std::string pem = Signer(KeyKind::kRsa).PublicPem();
  const auto forger = SigningKey::FromSecret(pem);
  ASSERT_TRUE(forger.ok());
  const auto plain = forger->Sign(JwtAlgorithm::kHs256, R"({"alg":"HS256"})", kClaims);
  const auto named = forger->Sign(JwtAlgorithm::kHs256, R"({"alg":"HS256","kid":"rsa"})", kClaims);
  EXPECT_EQ(ResultWith({Checker(KeyKind::kRsa)}, *plain), "unknown_key");
  EXPECT_EQ(ResultWith({Checker(KeyKind::kRsa, "rsa")}, *named), "algorithm");
}

TEST(JwtVerifierTest, TheKeysAlgorithmIsTheOnlyOne) {
  const std::vector<VerificationKey> keys = {Checker(KeyKind::kRsa, "k", "RS256")};
  EXPECT_EQ(ResultWith(keys, Token(JwtAlgorithm::kRs256, kClaims, "k")), "ada");
  EXPECT_EQ(ResultWith(keys, Token(JwtAlgorithm::kPs256, kClaims, "k")), "algorithm");
  EXPECT_EQ(ResultWith(keys, Token(JwtAlgorithm::kRs512, kClaims, "k")), "algorithm");
}

TEST(JwtVerifierTest, AKidNamesItsKey) {
  const std::vector<VerificationKey> keys = {Checker(KeyKind::kP256, "ec"),
                                             Checker(KeyKind::kEd25519, "ed")};
  EXPECT_EQ(ResultWith(keys, Token(JwtAlgorithm::kEs256, kClaims, "ec")), "ada");
  EXPECT_EQ(ResultWith(keys, Token(JwtAlgorithm::kEs256, kClaims, "ed")), "algorithm");
  EXPECT_EQ(ResultWith(keys, Token(JwtAlgorithm::kEs256, kClaims, "other")), "unknown_key");
  EXPECT_EQ(ResultWith(keys, Token(JwtAlgorithm::kEs256, kClaims)), "ada") << "none: all that fit";
  EXPECT_EQ(ResultWith({Checker(KeyKind::kP256)}, Token(JwtAlgorithm::kEs256, kClaims, "ec")),
            "ada")
      << "a key of a PEM file has none";
}

TEST(JwtVerifierTest, OnlySoManyKeysAreTried) {
  const std::string token = Token(JwtAlgorithm::kHs256, kClaims);
  std::vector<VerificationKey> keys;
  for (size_t i = 0; i + 1 < JwtVerifier::kTriesMax; ++i) {
    keys.push_back(*VerificationKey::FromSecret(std::string(32, static_cast<char>('a' + i)), ""));
  }
  keys.push_back(Checker(KeyKind::kSecret));
  EXPECT_EQ(ResultWith(keys, token), "ada");
  keys.insert(keys.begin(), *VerificationKey::FromSecret(std::string(32, 'z'), ""));
  EXPECT_EQ(ResultWith(keys, token), "bad_signature");
  keys.push_back(Checker(KeyKind::kSecret, "k"));
  EXPECT_EQ(ResultWith(keys, Token(JwtAlgorithm::kHs256, kClaims, "k")), "ada")
      << "the key that the token names comes first";
}

TEST(JwtVerifierTest, AHeaderMustBeUnderstood) {
  const auto with = [](std::string_view header) {
    return ResultWith({Checker(KeyKind::kSecret)},
                      TokenWithHeader(JwtAlgorithm::kHs256, header, kClaims));
  };
  EXPECT_EQ(with(R"({"alg":"HS256","jku":"https://evil.example","x5u":"x","jwk":{}})"), "ada")
      << "keys that a token brings along are not looked at";
  EXPECT_EQ(with(R"({"alg":"HS256","crit":["exp"]})"), "critical_header");
  EXPECT_EQ(with(R"({"alg":"HS256","crit":[]})"), "critical_header");
  EXPECT_EQ(with(R"({"alg":"HS256","alg":"none"})"), "duplicate_claim");
  EXPECT_EQ(with(R"({"alg":256})"), "malformed");
  EXPECT_EQ(with(R"({"alg":"HS256","kid":7})"), "malformed");
  EXPECT_EQ(with(R"({"typ":"JWT"})"), "malformed");
  EXPECT_EQ(with(R"(["HS256"])"), "malformed");
  EXPECT_EQ(with(R"({"alg":"HS256")"), "malformed");
}

TEST(JwtVerifierTest, WhatIsNoTokenIsRefused) {
  const std::vector<VerificationKey> keys = {Checker(KeyKind::kSecret)};
  const std::string token = Token(JwtAlgorithm::kHs256, kClaims);
  const size_t dot = token.find('.');
  for (const std::string& bad :
       {std::string(), std::string("."), std::string(".."), std::string("a.b.c"),
        token.substr(0, dot), token.substr(0, token.rfind('.')), token + ".x", "=" + token,
        token.substr(0, dot) + "." + token.substr(dot), std::string(70'000, 'a'), token + "=",
        token + "\n"}) {
    EXPECT_EQ(ResultWith(keys, bad), "malformed") << bad.substr(0, 80);
  }
}

TEST(JwtVerifierTest, ClaimsMustBeAnObject) {
  const std::vector<VerificationKey> keys = {Checker(KeyKind::kSecret)};
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  for (const std::string& claims :
       {std::string("[]"), std::string("null"), std::string("{"), std::string("\"text\""),
        std::string("{\"sub\":\"\xff\"}"), "{\"sub\":\"ada\",\"deep\":" + deep + "}"}) {
    EXPECT_EQ(ResultWith(keys, Token(JwtAlgorithm::kHs256, claims)), "malformed") << claims;
  }
}

TEST(JwtVerifierTest, NewKeysAreSeenAtOnce) {
  KeyStore store(SetOf({Checker(KeyKind::kP256, "old")}));
  JwtVerifier verifier(kRules, store);
  const std::string token = Token(JwtAlgorithm::kEs256, kClaims, "new");
  int told = 0;
  store.OnUnknownKey([&] { ++told; });
  EXPECT_TRUE(std::holds_alternative<TokenError>(verifier.Verify(token, kNow)));
  EXPECT_TRUE(std::holds_alternative<TokenError>(verifier.Verify(token, kNow)));
  EXPECT_EQ(told, 1) << "not for every token";
  store.Replace(SetOf({Checker(KeyKind::kP256, "new")}));
  store.UnknownKeySeen();
  EXPECT_TRUE(std::holds_alternative<TokenIdentity>(verifier.Verify(token, kNow)));
}

TEST(JwtVerifierTest, KeysThatWereNeverThereAreNoFaultOfTheToken) {
  KeyStore store(SetOf({Checker(KeyKind::kP256, "file")}, /*complete=*/false));
  EXPECT_EQ(ResultOf(store, Token(JwtAlgorithm::kEs256, kClaims, "file")), "ada");
  EXPECT_EQ(ResultOf(store, Token(JwtAlgorithm::kEs256, kClaims, "url")), "keys_unavailable");
  EXPECT_EQ(ResultOf(store, Token(JwtAlgorithm::kHs256, kClaims, "url")), "unknown_key")
      << "an address gives out no secrets";
}

}  // namespace
}  // namespace wsgate
