// From the configuration to what front doors do about tokens and origins.
#pragma once

#include <memory>

#include "gateway/auth/token_authority.h"
#include "gateway/config/config.h"
#include "gateway/net/front_door.h"

namespace wsgate {

// Null where auth.mode is not `jwt`. It has no keys yet.
[[nodiscard]] std::unique_ptr<TokenAuthority> MakeAuthority(const Config& config);

// Fills in who is believed, where tokens stand, whose pages may connect, and what they may ask for.
void SetUpDoors(const Config& config, TokenAuthority* authority, FrontDoorSettings& doors);

}  // namespace wsgate
