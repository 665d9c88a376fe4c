#include "gateway/base/base64.h"

#include <gtest/gtest.h>

namespace wsgate {
namespace {

std::string Decoded(std::string_view text) {
  std::string bytes;
  return DecodeBase64Url(text, bytes) ? bytes : "refused";
}

TEST(Base64UrlTest, TheExamplesOfTheRfcGoBothWays) {  // RFC 4648 section 10, without padding.
  const std::pair<std::string_view, std::string_view> kExamples[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xff\xef", "_-8"}};
  for (const auto& [bytes, text] : kExamples) {
    std::string encoded;
    AppendBase64Url(bytes, encoded);
    EXPECT_EQ(encoded, text);
    EXPECT_EQ(Decoded(text), bytes);
  }
}

TEST(Base64UrlTest, EverythingElseIsRefused) {
  EXPECT_EQ(Decoded("Zg=="), "refused") << "padding";
  EXPECT_EQ(Decoded("/+8"), "refused") << "the other alphabet";
  EXPECT_EQ(Decoded("Zm 9"), "refused") << "a space";
  EXPECT_EQ(Decoded("Zm9vY"), "refused") << "one character of four";
  EXPECT_EQ(Decoded("Zh"), "refused") << "bits that stand for nothing: another text of one byte";
  EXPECT_EQ(Decoded(std::string_view("Z\0", 2)), "refused");
}

}  // namespace
}  // namespace wsgate
