#include "gateway/message/frame_header.h"

namespace wsgate {

void AppendServerFrameHeader(Opcode opcode, uint64_t payload_bytes, std::string& out,
                             bool compressed) {
  constexpr uint8_t kFin = 0x80;
  constexpr uint8_t kRsv1 = 0x40;
  out.push_back(static_cast<char>(kFin | (compressed ? kRsv1 : 0) | static_cast<uint8_t>(opcode)));
  int length_bytes = 0;
  if (payload_bytes < 126) {
    out.push_back(static_cast<char>(payload_bytes));
  } else if (payload_bytes <= 0xffff) {
    out.push_back(126);
    length_bytes = 2;
  } else {
    out.push_back(127);
    length_bytes = 8;
  }
  for (int i = length_bytes - 1; i >= 0; --i) {
    out.push_back(static_cast<char>(payload_bytes >> (8 * i)));
  }
}

void InsertServerFrameHeader(Opcode opcode, size_t start, std::string& out) {
  std::string header;  // Short enough to need no memory of its own.
  AppendServerFrameHeader(opcode, out.size() - start, header);
  out.insert(start, header);
}

}  // namespace wsgate
