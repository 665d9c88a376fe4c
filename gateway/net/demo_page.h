// The page to look at: connect as a user, see messages arrive, send one.
#pragma once

#include <string>
#include <string_view>

namespace wsgate {

// The page, with the address of the control port in its examples.
[[nodiscard]] std::string DemoPage(std::string_view control_address);

}  // namespace wsgate
