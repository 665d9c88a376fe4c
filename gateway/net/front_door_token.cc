// What a front door does with tokens.
#include <utility>
#include <variant>

#include "gateway/net/front_door.h"

namespace wsgate {

bool FrontDoor::Authenticate(Connection& connection, UpgradeRequest& request, Time now) {
  if (!request.has_token) {
    if (settings_.anonymous) return true;
    RefuseToken(connection, "no_token", now);
    return false;
  }
  const int64_t now_s = WallSeconds();
  TokenResult result = verifier_->Verify(request.token, now_s);
  request.token.clear();
  if (const auto* error = std::get_if<TokenError>(&result)) {
    core_.stats.tokens_bad[*error].Add();
    if (*error == TokenError::kKeysUnavailable) {
      Refusal refusal = RefuseForNow(503, RefuseCause::kKeysUnavailable,
                                     "who you are cannot be found out now: connect again");
      refusal.detail = LabelOf(*error);
      Refuse(connection, refusal, now);
    } else {
      RefuseToken(connection, LabelOf(*error), now);
    }
    return false;
  }
  auto& token = std::get<TokenIdentity>(result);
  if (settings_.authority->revocations.IsRevoked(token.user_id, token.mark, now_s)) {
    core_.stats.tokens_bad[TokenError::kRevoked].Add();
    RefuseToken(connection, LabelOf(TokenError::kRevoked), now);
    return false;
  }
  request.identity = {.user_id = std::move(token.user_id),
                      .tenant = std::move(token.tenant),
                      .metadata = std::move(token.metadata),
                      .limits = token.limits,
                      .token = token.mark};
  if (request.question) {
    request.question->user_id = request.identity.user_id;
    request.question->metadata = request.identity.metadata;
  }
  core_.stats.tokens_good.Add();
  return true;
}

bool FrontDoor::IsRevoked(const SessionFacts& facts) {
  return settings_.authority != nullptr && facts.has_token() &&
         settings_.authority->revocations.IsRevoked(facts.user_id(), facts.token(), WallSeconds());
}

// Whatever is wrong with a token, its bearer gets one and the same answer (RFC 6750 section 3).
void FrontDoor::RefuseToken(Connection& connection, std::string_view detail, Time now) {
  Refuse(connection,
         {.status = 401,
          .cause = RefuseCause::kUnauthenticated,
          .text = "a valid token is needed to connect",
          .headers = "WWW-Authenticate: Bearer\r\n",
          .detail = detail},
         now);
}

}  // namespace wsgate
