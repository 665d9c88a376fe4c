// How long a token keeps its session, and what renews and revokes it.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gateway/auth/jwt_signer.h"
#include "gateway/auth/name_hash.h"
#include "gateway/config/strings.h"
#include "tests/support/session_engine.h"

namespace wsgate {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string kSecret(64, 's');

// Who checks tokens signed with kSecret.
std::unique_ptr<TokenAuthority> MakeAuthority() {
  auto authority = std::make_unique<TokenAuthority>();
  auto keys = std::make_shared<KeySet>();
  keys->keys.push_back(*VerificationKey::FromSecret(kSecret, ""));
  authority->keys.Replace(std::move(keys));
  return authority;
}

std::string Token(std::string_view user, int64_t expires_at_s, std::string_view more = "") {
  const auto key = SigningKey::FromSecret(kSecret);
  return *key->Sign(JwtAlgorithm::kHs256, R"({"alg":"HS256"})",
                    Cat(R"({"sub":")", user, R"(","exp":)", expires_at_s, more, "}"));
}

// The last frame that the session got: a text, or a Close's code and reason.
std::string Last(Connected& session) {
  std::string last;
  session.client.TakeAvailable();
  while (const auto frame = session.client.ReadFrame(milliseconds(0))) {
    if (frame->opcode == Opcode::kPing) continue;
    last = frame->opcode == Opcode::kClose ? Cat(frame->close_code(), " ", frame->close_reason())
                                           : frame->payload;
  }
  return last;
}

class TokenTest : public testing::Test {
 protected:
  Connected Join(const TokenMark& mark, std::string user = "ada") {
    return engine_.Connect(
        {.user_id = std::move(user), .subprotocol = Subprotocol::kJson, .token = mark});
  }
  std::string Refresh(Connected& session, std::string_view token) {
    session.client.Send(TextFrame(Cat(R"({"id":1,"refresh":{"token":")", token, R"("}})")));
    engine_.Readable(session.slot);
    engine_.Finish();
    return Last(session);
  }

  const int64_t now_s_ = WallSeconds();
  std::unique_ptr<TokenAuthority> authority_ = MakeAuthority();
  SessionEngine engine_{{}, SessionSettings{.authority = authority_.get()}};
};

TEST_F(TokenTest, ASessionEndsWhenItsTokenDoes) {
  Connected ada = Join({.expires_at_s = now_s_ + 10});
  Connected grace = Join({}, "grace");
  EXPECT_NE(Last(ada), "");
  engine_.NextTurn(seconds(8));
  engine_.Finish();
  EXPECT_EQ(Last(ada), "");
  engine_.NextTurn(milliseconds(2100));
  engine_.Finish();
  EXPECT_EQ(Last(ada), "4501 token_expired");
  EXPECT_EQ(engine_.Stats().closed[CloseReason::kTokenExpired], 1u);
  EXPECT_EQ(engine_.Stats().sessions, 1) << "a token without `exp` is for ever";
}

TEST_F(TokenTest, ATokenThatOutlivesPingsIsStillSeen) {
  Connected ada = Join({.expires_at_s = now_s_ + 60});
  for (int i = 0; i < 11; ++i) {
    engine_.NextTurn(seconds(5));
    engine_.Finish();
    (void)Last(ada);
    ada.client.Send(TextFrame(R"({"pong":{}})"));
    engine_.Readable(ada.slot);
  }
  EXPECT_EQ(engine_.Stats().sessions, 1);
  engine_.NextTurn(seconds(6));
  engine_.Finish();
  EXPECT_EQ(Last(ada), "4501 token_expired");
}

TEST_F(TokenTest, ARefreshInTimeKeepsIt) {
  Connected ada = Join({.expires_at_s = now_s_ + 10});
  engine_.NextTurn(seconds(5));
  EXPECT_EQ(Refresh(ada, Token("ada", now_s_ + 25)), R"({"id":1,"ok":{}})");
  engine_.NextTurn(seconds(10));
  engine_.Finish();
  EXPECT_EQ(Last(ada), "") << "its first token is over";
  engine_.NextTurn(seconds(20));
  engine_.Finish();
  EXPECT_EQ(Last(ada), "4501 token_expired");
  EXPECT_EQ(engine_.Stats().tokens_good, 1u);
}

TEST_F(TokenTest, ARefreshMayShortenIt) {
  Connected ada = Join({.expires_at_s = now_s_ + 1000});
  EXPECT_EQ(Refresh(ada, Token("ada", now_s_ + 10)), R"({"id":1,"ok":{}})");
  engine_.NextTurn(seconds(11));
  engine_.Finish();
  EXPECT_EQ(Last(ada), "4501 token_expired");
}

TEST_F(TokenTest, ABadRefreshChangesNothing) {
  Connected ada = Join({.expires_at_s = now_s_ + 10});
  const auto reason = [](const std::string& reply) {
    return Json::parse(reply)["error"]["reason"].get<std::string>();
  };
  EXPECT_EQ(reason(Refresh(ada, Token("ada", now_s_ - 100))), "TOKEN_REFUSED");
  EXPECT_EQ(reason(Refresh(ada, "x.y.z")), "TOKEN_REFUSED");
  ada.client.Send(TextFrame(R"({"id":1,"refresh":{"token":7}})"));
  engine_.Readable(ada.slot);
  engine_.Finish();
  EXPECT_EQ(reason(Last(ada)), "BAD_FIELD");
  EXPECT_EQ(engine_.Stats().tokens_bad[TokenError::kExpired], 1u);
  EXPECT_EQ(engine_.Stats().tokens_bad[TokenError::kMalformed], 1u);
  engine_.NextTurn(seconds(11));
  engine_.Finish();
  EXPECT_EQ(Last(ada), "4501 token_expired");
}

TEST_F(TokenTest, AnotherUsersTokenEndsIt) {
  Connected ada = Join({.expires_at_s = now_s_ + 10});
  EXPECT_EQ(Refresh(ada, Token("grace", now_s_ + 100)), "4505 other_user");
  Connected anonymous = engine_.Connect({.subprotocol = Subprotocol::kJson});
  EXPECT_EQ(Refresh(anonymous, Token("grace", now_s_ + 100)), "4505 other_user");
}

TEST_F(TokenTest, ATokenOfAnotherTenantEndsItWhereTenantsCount) {
  const std::string other = Token("ada", now_s_ + 100, R"(,"tenant":"evil")");
  Connected ada = Join({.expires_at_s = now_s_ + 10});
  EXPECT_EQ(Refresh(ada, other), R"({"id":1,"ok":{}})") << "no claim is the tenant";
  authority_->rules.tenant_claim = "tenant";
  EXPECT_EQ(Refresh(ada, Token("ada", now_s_ + 100)), R"({"id":1,"ok":{}})");
  EXPECT_EQ(Refresh(ada, other), "4505 other_user");
}

TEST_F(TokenTest, HelloNamesRefreshOnlyWhereItIs) {
  Connected ada = Join({.expires_at_s = now_s_ + 10});
  EXPECT_EQ(Json::parse(Last(ada))["hello"]["features"], Json({"message", "refresh"}));
  SessionEngine without;
  Connected bob = without.Connect({.subprotocol = Subprotocol::kJson});
  (void)Last(bob);
  bob.client.Send(TextFrame(R"({"refresh":{"token":"x"}})"));
  without.Readable(bob.slot);
  without.Finish();
  EXPECT_EQ(Json::parse(Last(bob))["error"]["reason"], "REQUEST_UNKNOWN");
}

TEST_F(TokenTest, ARevokedTokenEndsItsSessions) {
  Connected one = Join({.issued_at_s = now_s_, .id = HashName("one")});
  Connected two = Join({.issued_at_s = now_s_, .id = HashName("two")});
  Connected grace = Join({.issued_at_s = now_s_}, "grace");
  Connected none = engine_.Connect({.user_id = "ada"});
  EXPECT_EQ(engine_.sessions().Revoke({.token_id = HashName("one")}), 1u);
  EXPECT_EQ(Last(one), "4502 token_revoked");
  EXPECT_EQ(engine_.sessions().Revoke({.user_id = "ada", .not_before_s = now_s_}), 0u)
      << "issued at that moment is not before it";
  EXPECT_EQ(engine_.sessions().Revoke({.user_id = "ada", .not_before_s = now_s_ + 1}), 1u)
      << "who came without a token has none to lose";
  EXPECT_EQ(Last(two), "4502 token_revoked");
  EXPECT_EQ(engine_.Stats().sessions, 2);
}

TEST_F(TokenTest, ARefreshWithARevokedTokenIsRefused) {
  Connected ada = Join({.expires_at_s = now_s_ + 10});
  ASSERT_TRUE(authority_->revocations.Add(
      {.token_id = HashName("gone"), .keep_until_s = now_s_ + 1000}, now_s_));
  const std::string reply = Refresh(ada, Token("ada", now_s_ + 100, R"(,"jti":"gone")"));
  EXPECT_EQ(Json::parse(reply)["error"]["reason"], "TOKEN_REFUSED");
  EXPECT_EQ(engine_.Stats().tokens_bad[TokenError::kRevoked], 1u);
}

TEST_F(TokenTest, ARenewedTokenIsTheOneThatIsRevoked) {
  Connected ada = Join({.expires_at_s = now_s_ + 10, .id = HashName("first")});
  (void)Refresh(ada, Token("ada", now_s_ + 100, R"(,"jti":"second")"));
  EXPECT_EQ(engine_.sessions().Revoke({.token_id = HashName("first")}), 0u);
  EXPECT_EQ(engine_.sessions().Revoke({.token_id = HashName("second")}), 1u);
}

}  // namespace
}  // namespace wsgate
