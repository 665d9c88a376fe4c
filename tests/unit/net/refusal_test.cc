#include "gateway/net/refusal.h"

#include <gtest/gtest.h>

#include <string>

namespace wsgate {
namespace {

TEST(RefusalTest, SaysWhatIsWrongAndCloses) {
  const std::string bytes = RefusalBytes({.status = 400, .text = "say it right"});
  EXPECT_TRUE(bytes.starts_with("HTTP/1.1 400 Bad Request\r\n")) << bytes;
  EXPECT_NE(bytes.find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_NE(bytes.find("\r\nContent-Length: 13\r\n"), std::string::npos);
  EXPECT_TRUE(bytes.ends_with("\r\n\r\nsay it right\n")) << bytes;
}

TEST(RefusalTest, EachStatusHasItsPhrase) {
  const auto line = [](unsigned status) {
    const std::string bytes = RefusalBytes({.status = status});
    return bytes.substr(9, bytes.find('\r') - 9);
  };
  EXPECT_EQ(line(404), "404 Not Found");
  EXPECT_EQ(line(405), "405 Method Not Allowed");
  EXPECT_EQ(line(426), "426 Upgrade Required");
  EXPECT_EQ(line(429), "429 Too Many Requests");
  EXPECT_EQ(line(431), "431 Request Header Fields Too Large");
  EXPECT_EQ(line(503), "503 Service Unavailable");
}

TEST(RefusalTest, ForNowSaysWhenToComeBack) {
  const std::string bytes = RefusalBytes(RefuseForNow(503, RefuseCause::kNodeFull, "full"));
  EXPECT_NE(bytes.find("\r\nRetry-After: 1\r\n"), std::string::npos) << bytes;
}

TEST(SwitchingProtocolsTest, NamesTheSubprotocolOnlyWhereThereIsOne) {
  const std::string none = SwitchingProtocolsBytes("KEY=", Subprotocol::kNone);
  EXPECT_EQ(none,
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: KEY=\r\n\r\n");
  const std::string raw = SwitchingProtocolsBytes("KEY=", Subprotocol::kRaw);
  EXPECT_NE(raw.find("\r\nSec-WebSocket-Protocol: wsgate.raw\r\n"), std::string::npos);
}

TEST(SwitchingProtocolsTest, NamesTheExtensionOnlyWhereThereIsOne) {
  const std::string bytes =
      SwitchingProtocolsBytes("KEY=", Subprotocol::kRaw, "permessage-deflate; x=1");
  EXPECT_NE(bytes.find("\r\nSec-WebSocket-Extensions: permessage-deflate; x=1\r\n\r\n"),
            std::string::npos);
  EXPECT_EQ(SwitchingProtocolsBytes("KEY=", Subprotocol::kRaw).find("Extensions"),
            std::string::npos);
}

}  // namespace
}  // namespace wsgate
