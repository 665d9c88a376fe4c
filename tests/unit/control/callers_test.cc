#include "control/callers.h"

#include <gmock/gmock.h>

#include "gateway/config/strings.h"

namespace wsgate {
namespace {

using testing::HasSubstr;
using testing::Not;

// `printf %s secret | sha256sum`.
constexpr std::string_view kHash =
    "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

std::string ErrorOf(const std::string& text, CallerProof proof = CallerProof::kToken) {
  return MessageOf(ParseCallers(text, "callers.yaml", proof).status());
}

TEST(CallersTest, AnEntryIsReadWithEverythingInIt) {
  const std::string text =
      Cat("- name: orders\n  token_sha256: ", kHash,
          "\n  scopes: [send, sessions.read]\n  tenant: acme\n  topics: [news., chat.]\n",
          "- name: watcher\n  san: [w.internal, spiffe://x/w]\n  scopes: admin\n");
  const auto callers = ParseCallers(text, "callers.yaml", CallerProof::kToken);
  ASSERT_TRUE(callers.ok()) << callers.status();
  const Caller& orders = *(**callers)[0];
  EXPECT_EQ(orders.name, "orders");
  EXPECT_EQ(orders.token_sha256, Sha256Of("secret"));
  EXPECT_TRUE(orders.scopes.Allows(Scope::kSend) && orders.scopes.Allows(Scope::kSessionsRead));
  EXPECT_FALSE(orders.scopes.Allows(Scope::kSessionsWrite) || orders.scopes.Allows(Scope::kAdmin));
  EXPECT_EQ(orders.tenant, "acme");
  EXPECT_THAT(orders.topics, testing::ElementsAre("news.", "chat."));
  const Caller& watcher = *(**callers)[1];
  EXPECT_THAT(watcher.sans, testing::ElementsAre("w.internal", "spiffe://x/w"));
  EXPECT_TRUE(watcher.scopes.Allows(Scope::kSend)) << "admin is all";
}

TEST(CallersTest, ATokenIsFoundByItsHashAlone) {
  const auto callers = *ParseCallers(Cat("- {name: a, token_sha256: ", std::string(64, '0'),
                                         ", scopes: send}\n", "- {name: b, token_sha256: ", kHash,
                                         ", scopes: send}\n- {name: c, san: c, scopes: send}"),
                                     "callers.yaml", CallerProof::kToken);
  ASSERT_NE(FindByToken(*callers, "secret"), nullptr);
  EXPECT_EQ(FindByToken(*callers, "secret")->name, "b");
  for (const std::string_view token : {"", "secre", "secrets", kHash.data(), "c"}) {
    EXPECT_EQ(FindByToken(*callers, token), nullptr) << token;
  }
}

TEST(CallersTest, ACertificateIsFoundByAnyOfItsNames) {
  const auto callers = *ParseCallers(
      "- {name: a, san: a.internal, scopes: send}\n- {name: b, san: b.internal, scopes: send}",
      "callers.yaml", CallerProof::kCertificate);
  EXPECT_EQ(FindByNames(*callers, {"x", "b.internal"})->name, "b");
  EXPECT_EQ(FindByNames(*callers, {"b.internal", "a.internal"})->name, "a") << "the file's order";
  EXPECT_EQ(FindByNames(*callers, {}), nullptr);
  EXPECT_EQ(FindByNames(*callers, {"internal", "A.internal"}), nullptr);
}

TEST(CallersTest, EveryMistakeIsToldWithItsLine) {
  const std::string error = ErrorOf(Cat(
      "- name: a b\n  token_sha256: secret\n  scopes: [sned]\n", "- token_sha256: ", kHash,
      "\n  nmae: b\n  scopes: []\n", "- name: c\n  scopes: send\n- 5\n", "- name: d\n  name: e\n",
      "  san: x\n  scopes: send\n- {name: d, token_sha256: ", kHash, ", scopes: send}\n"));
  for (const char* const line :
       {"callers.yaml:1: `name` must be 1 to 64 letters", "callers.yaml:2: `token_sha256` must be",
        "callers.yaml:3: no scope is named \"sned\"; did you mean \"send\"?",
        "callers.yaml:5: unknown field \"nmae\"; did you mean \"name\"?",
        "callers.yaml:6: `scopes` needs a text, or a list of texts",
        "callers.yaml:4: a caller without `name`", "callers.yaml:7: a caller needs `token_sha256`",
        "callers.yaml:9: a caller is `name: ...`", "callers.yaml:11: \"name\" stands here a second",
        "callers.yaml:14: this `name` stands in line 10 already",
        "callers.yaml:14: this `token_sha256` stands in line 4 already"}) {
    EXPECT_THAT(error, HasSubstr(line));
  }
}

TEST(CallersTest, WhatMayBeATokenIsNotQuoted) {
  EXPECT_THAT(ErrorOf("- {name: a, token_sha256: my-token, scopes: send}"),
              Not(HasSubstr("my-token")));
  EXPECT_THAT(ErrorOf(Cat("- {name: a, token_sha256: ", kHash.substr(1), "z, scopes: send}")),
              HasSubstr("64 hex digits"));
}

TEST(CallersTest, AFileThatLetsNobodyInIsAMistake) {
  EXPECT_THAT(ErrorOf(""), HasSubstr("a list of callers is expected"));
  EXPECT_THAT(ErrorOf("name: a"), HasSubstr("a list of callers is expected"));
  EXPECT_THAT(ErrorOf("[]"), HasSubstr("no caller has `token_sha256`"));
  EXPECT_THAT(ErrorOf("- {name: a, san: a, scopes: send}"), HasSubstr("control.auth.mode token"));
  EXPECT_THAT(ErrorOf(Cat("- {name: a, token_sha256: ", kHash, ", scopes: send}"),
                      CallerProof::kCertificate),
              HasSubstr("control.auth.mode mtls"));
  EXPECT_THAT(ErrorOf("- {name: a"), HasSubstr("callers.yaml:1: not YAML"));
  EXPECT_THAT(MessageOf(ReadCallers("/nowhere/callers", CallerProof::kToken).status()),
              HasSubstr("cannot read /nowhere/callers"));
}

TEST(CallersTest, ThereIsABound) {
  std::string text;
  for (size_t i = 0; i < kCallersMax; ++i) {
    Append(text, "- {name: c", i, ", san: c", i, ", scopes: send}\n");
  }
  EXPECT_TRUE(ParseCallers(text, "callers.yaml", CallerProof::kCertificate).ok());
  Append(text, "- {name: x, san: x, scopes: send}\n");
  EXPECT_THAT(ErrorOf(text, CallerProof::kCertificate), HasSubstr("at most 256 may be"));
}

}  // namespace
}  // namespace wsgate
