// Payloads as wsgate.v1.json writes them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "gateway/message/message.h"

namespace wsgate {

// Appends `text`, which must be UTF-8, as a JSON string, quotes included (RFC 8259 section 7).
void AppendJsonString(std::string_view text, std::string& out);

// Appends the frame `{"message":{"text":…}}`, or `"binary"` in base64, or `"json"`: the document as
// it is written. Returns the size of its payload.
size_t AppendJsonMessageFrame(const Message& message, std::string& out);

}  // namespace wsgate
