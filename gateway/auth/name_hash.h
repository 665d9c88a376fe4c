// How a NameHash is made.
#pragma once

#include <string_view>

#include "gateway/message/token_mark.h"

namespace wsgate {

[[nodiscard]] NameHash HashName(std::string_view name);

}  // namespace wsgate
