// The parser alone; what each frame is answered with is in tests/vectors.
#include "gateway/session/json_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace wsgate {
namespace {

using testing::HasSubstr;

class JsonRequestTest : public testing::Test {
 protected:
  JsonRequestParser parser_;
};

std::string Nested(size_t depth) {
  return std::string(depth, '[') + "1" + std::string(depth, ']');
}

TEST_F(JsonRequestTest, ADocumentMayBeAsDeepAsOneThatAServiceSends) {
  const auto with = [](const std::string& json) {
    return R"({"id":1,"message":{"json":)" + json + "}}";
  };
  EXPECT_EQ(parser_.Parse(with(Nested(kJsonDepthMax))).kind, JsonRequestKind::kMessage);
  const JsonRequest deep = parser_.Parse(with(Nested(kJsonDepthMax + 1)));
  EXPECT_EQ(deep.error, JsonError::kBadJson);
  EXPECT_THAT(deep.detail, HasSubstr("nested deeper"));
  EXPECT_EQ(parser_.Parse(std::string(1'000'000, '[')).error, JsonError::kBadJson);
}

TEST_F(JsonRequestTest, LargeFramesAreReadAndSmallOnesAfterThem) {
  for (const size_t size : {10u, 200'000u, 70'000u, 65'536u, 3u}) {
    const std::string text(size, 'x');
    const JsonRequest request = parser_.Parse(R"({"message":{"text":")" + text + R"("},"id":7})");
    EXPECT_EQ(request.kind, JsonRequestKind::kMessage);
    EXPECT_EQ(request.payload, text);
    EXPECT_EQ(request.id, 7u);
  }
}

TEST_F(JsonRequestTest, HalfASurrogatePairIsNoText) {
  for (const std::string_view half :
       {R"(\ud83d)", R"(\udc00)", R"(\ud83d\ud83d)", R"(\ud83dx)", R"(\udc00\ud83d)"}) {
    const JsonRequest request =
        parser_.Parse(R"({"id":1,"message":{"text":")" + std::string(half) + R"("}})");
    EXPECT_EQ(request.kind, JsonRequestKind::kBad) << half << ": " << request.payload;
  }
}

TEST_F(JsonRequestTest, AnErrorNamesTheRequestButNotAllOfALongOne) {
  EXPECT_EQ(parser_.Parse(R"({"frobnicate":{}})").detail, "`frobnicate`");
  EXPECT_EQ(parser_.Parse(R"({"":{}})").detail, "``");
  const std::string name(63, 'x');
  EXPECT_EQ(parser_.Parse("{\"" + name + "é\":1}").detail, "`" + name + "…`")
      << "cut between characters";
  EXPECT_EQ(parser_.Parse("{\"" + std::string(5'000, 'x') + "\":1}").detail, "`" + name + "x…`");
}

TEST_F(JsonRequestTest, NothingOfABadFrameIsKept) {
  EXPECT_EQ(parser_.Parse(R"({"id":5,"ping":{}})").id, 5u);
  EXPECT_EQ(parser_.Parse(R"({"id":6,"ping":{})").id, std::nullopt);
  EXPECT_EQ(parser_.Parse(R"({"id":"7","ping":{}})").id, std::nullopt);
  EXPECT_EQ(parser_.Parse(R"({"ping":{}})").id, std::nullopt);
}

}  // namespace
}  // namespace wsgate
