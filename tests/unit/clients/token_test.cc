#include "clients/cpp/token.h"

#include <gmock/gmock.h>

#include "tests/unit/config/temp_dir.h"

namespace wsgate::client {
namespace {

using testing::HasSubstr;

class TokenTest : public testing::Test {
 protected:
  std::string Write(const std::string& content) { return dir_.Write("token", content); }
  std::string ErrorOf(const std::string& content) {
    return std::string(ReadTokenFile(Write(content)).status().message());
  }

  TempDir dir_;
};

TEST_F(TokenTest, BlanksAroundItAreNotPartOfIt) {
  EXPECT_EQ(*ReadTokenFile(Write("abc.def-123\n")), "abc.def-123");
  EXPECT_EQ(*ReadTokenFile(Write("  abc \r\n\n")), "abc");
  EXPECT_EQ(ReadTokenFile(Write(std::string(16 * 1024, 'a')))->size(), 16u * 1024);
}

TEST_F(TokenTest, AnErrorSaysWhyAndNeverQuotesTheToken) {
  EXPECT_THAT(ErrorOf(" \n"), HasSubstr("is empty"));
  EXPECT_THAT(ErrorOf(std::string(16 * 1024 + 1, 'a')), HasSubstr("longer than 16 KiB"));
  for (const char* content : {"secret one", "secret\nsecond", "secret\x01", "secr\xc3\xa9t"}) {
    EXPECT_THAT(ErrorOf(content), HasSubstr("more than one word of printable ASCII"));
    EXPECT_THAT(ErrorOf(content), testing::Not(HasSubstr("secr")));
  }
  const auto missing = ReadTokenFile("/nowhere/token");
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr("No such file"));
}

}  // namespace
}  // namespace wsgate::client
