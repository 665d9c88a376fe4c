// DecideRequest() with everything on. Input: the request's head.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "gateway/base/check.h"
#include "gateway/base/ids.h"
#include "gateway/net/upgrade_request.h"

using wsgate::Refusal;
using wsgate::UpgradeRequest;

namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";

void CheckUpgrade(const UpgradeRequest& upgrade) {
  WSGATE_CHECK(upgrade.path == "/ws" || upgrade.path.starts_with("/ws/"));
  WSGATE_CHECK(!upgrade.accept_key.empty());
  WSGATE_CHECK(upgrade.token.empty() || upgrade.has_token);
  const std::string& user = upgrade.identity.user_id;
  WSGATE_CHECK(user.empty() || wsgate::IsValidUserId(user));
  const std::string answer =
      wsgate::SwitchingProtocolsBytes(upgrade.accept_key, upgrade.subprotocol, upgrade.extensions);
  WSGATE_CHECK(answer.find(wsgate::kBearerSubprotocol) == std::string::npos);
  // No line of ours but the last is empty, so nothing of the client's can end the head.
  WSGATE_CHECK(answer.find(kHeadEnd) == answer.size() - kHeadEnd.size());
}

void CheckRefusal(const Refusal& refusal) {
  WSGATE_CHECK(refusal.status >= 400 && refusal.status < 600 && !refusal.text.empty());
  const std::string bytes = wsgate::RefusalBytes(refusal);
  WSGATE_CHECK(bytes.find(kHeadEnd) + kHeadEnd.size() + refusal.text.size() + 1 == bytes.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const wsgate::TokenPlaces places{.cookie = "session", .query = "token"};
  static const wsgate::OriginRules origins =
      *wsgate::OriginRules::Parse("https://*.chat.example, null");
  const std::string head(reinterpret_cast<const char*>(data), size);
  for (const bool strict : {false, true}) {
    const wsgate::RequestDecision decision =
        wsgate::DecideRequest(head, {},
                              {.believe_query = !strict,
                               .ask = strict,
                               .compression = strict,
                               .tokens = &places,
                               .origins = strict ? &origins : nullptr,
                               .origin_needed = strict});
    if (const auto* upgrade = std::get_if<UpgradeRequest>(&decision)) CheckUpgrade(*upgrade);
    if (const auto* refusal = std::get_if<Refusal>(&decision)) CheckRefusal(*refusal);
  }
  return 0;
}
