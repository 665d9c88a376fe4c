// What a client sends: masked frames (RFC 6455, section 5.3).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wsgate::loadgen {

// A whole masked frame with `payload`. One mask for all: nobody has to be surprised by it here.
std::string ClientFrame(uint8_t opcode, std::string_view payload);

}  // namespace wsgate::loadgen
