#include "gateway/base/base64.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace wsgate {
namespace {

std::string Encoded(std::string_view bytes) {
  std::string out = "before ";
  AppendBase64(bytes, out);
  EXPECT_TRUE(out.starts_with("before "));
  return out.substr(7);
}

TEST(Base64Test, TheExamplesOfTheRfc) {
  EXPECT_EQ(Encoded(""), "");
  EXPECT_EQ(Encoded("f"), "Zg==");
  EXPECT_EQ(Encoded("fo"), "Zm8=");
  EXPECT_EQ(Encoded("foo"), "Zm9v");
  EXPECT_EQ(Encoded("foob"), "Zm9vYg==");
  EXPECT_EQ(Encoded("fooba"), "Zm9vYmE=");
  EXPECT_EQ(Encoded("foobar"), "Zm9vYmFy");
  EXPECT_EQ(Encoded("\xfb\xff\xfe"), "+//+");
}

TEST(Base64Test, AnyBytesComeBack) {
  std::mt19937 random(7);
  for (size_t size = 0; size < 200; ++size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    EXPECT_EQ(DecodeBase64(Encoded(bytes)), bytes);
  }
}

TEST(Base64Test, RefusesEverythingElse) {
  for (const std::string_view bad :
       {"Z", "Zg", "Zg=", "Zm8", "Zm9v=", "Zg==Zg==", "Zg= =", "====", "=",
        "Z===", "Zh==", "Zm9=", "Zm9v\n", "Zm9 ", "-_-_", "Zm\xc3\xa9"}) {
    EXPECT_EQ(DecodeBase64(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace wsgate
