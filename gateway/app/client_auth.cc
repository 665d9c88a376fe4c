#include "gateway/app/client_auth.h"

#include <chrono>
#include <string>

#include "gateway/config/strings.h"

namespace wsgate {

std::unique_ptr<TokenAuthority> MakeAuthority(const Config& config) {
  if (config.auth_mode != "jwt") return nullptr;
  auto authority = std::make_unique<TokenAuthority>();
  ClaimRules& rules = authority->rules;
  rules.issuer = config.jwt_issuer;
  for (const std::string& part : Split(config.jwt_audience, ',')) {
    if (const std::string_view name = Strip(part); !name.empty())
      rules.audiences.emplace_back(name);
  }
  rules.leeway_s = std::chrono::duration_cast<std::chrono::seconds>(config.jwt_leeway).count();
  rules.exp_required = config.jwt_exp_required;
  rules.user_claim = config.jwt_claim_user_id;
  rules.tenant_claim = config.jwt_claim_tenant;
  rules.metadata_claim = config.jwt_claim_metadata;
  rules.limits_claim = config.jwt_claim_limits;
  return authority;
}

void SetUpDoors(const Config& config, TokenAuthority* authority, FrontDoorSettings& doors) {
  doors.believe_query = config.auth_mode == "insecure";
  doors.compression = config.compression_enabled;
  doors.authority = authority;
  doors.token_places = {.header = config.token_header,
                        .subprotocol = config.token_subprotocol,
                        .cookie = config.token_cookie,
                        .query = config.token_query};
  doors.anonymous = config.auth_anonymous;
  // The configuration was checked: what cannot be parsed was refused.
  if (auto origins = OriginRules::Parse(config.origins_allowed); origins.ok()) {
    doors.origins = *std::move(origins);
  }
  doors.origin_needed = config.origins_missing == "refuse";
}

}  // namespace wsgate
