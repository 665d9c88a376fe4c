#include "clients/cli/limits_text.h"

#include <gmock/gmock.h>

namespace wsgate::cli {
namespace {

using testing::HasSubstr;

std::string ErrorOf(const std::string& assignment) {
  v1::Limits limits;
  const absl::Status status = SetLimit(assignment, limits);
  EXPECT_EQ(limits.ByteSizeLong(), 0u) << assignment;
  return std::string(status.message());
}

TEST(LimitsTextTest, ValuesAreReadWithTheirUnits) {
  v1::Limits limits;
  for (const char* assignment :
       {"message_bytes_max=64KiB", "handshake_timeout=1m30s", "sessions_per_user_max=off",
        "limits.messages_burst=auto", "messages_per_second=20"}) {
    EXPECT_TRUE(SetLimit(assignment, limits).ok()) << assignment;
  }
  EXPECT_EQ(limits.message_bytes_max(), 65'536u);
  EXPECT_EQ(limits.handshake_timeout().seconds(), 90);
  EXPECT_TRUE(limits.has_sessions_per_user_max());
  EXPECT_EQ(limits.sessions_per_user_max(), 0u);
  EXPECT_TRUE(limits.has_messages_burst());
  EXPECT_EQ(limits.messages_per_second(), 20u);
  EXPECT_FALSE(limits.has_bytes_burst()) << "only what is set changes";
}

TEST(LimitsTextTest, WhatIsShownCanBeSet) {
  v1::Limits limits;
  limits.set_sessions_per_user_max(0);
  limits.set_message_bytes_max(65'536);
  limits.mutable_handshake_timeout()->set_nanos(500'000'000);
  const std::vector<LimitText> texts = DescribeLimits(limits);
  ASSERT_EQ(texts.size(), 3u);
  v1::Limits again;
  for (const LimitText& text : texts) {
    EXPECT_TRUE(SetLimit(text.name + "=" + text.value, again).ok()) << text.value;
    EXPECT_FALSE(text.range.empty());
  }
  EXPECT_EQ(again.SerializeAsString(), limits.SerializeAsString());
  EXPECT_EQ(texts[0].value, "off");
  EXPECT_EQ(texts[1].value, "500ms");
  EXPECT_EQ(texts[2].value, "64KiB");
}

TEST(LimitsTextTest, EveryLimitHasARowInTheGatewaysTable) {
  v1::Limits limits;
  const auto& descriptor = *v1::Limits::GetDescriptor();
  for (int at = 0; at < descriptor.field_count(); ++at) {
    const std::string name = descriptor.field(at)->name();
    EXPECT_TRUE(SetLimit(name + (name == "handshake_timeout" ? "=1s" : "=1"), limits).ok()) << name;
  }
  for (const LimitText& text : DescribeLimits(limits)) EXPECT_NE(text.range, "") << text.name;
}

TEST(LimitsTextTest, AnErrorSaysHowToWriteIt) {
  EXPECT_THAT(ErrorOf("mesages_per_second=5"), HasSubstr("did you mean messages_per_second?"));
  EXPECT_THAT(ErrorOf("messages_per_second"), HasSubstr("write NAME=VALUE"));
  EXPECT_THAT(ErrorOf("messages_per_second=many"), HasSubstr("allowed: off or 1 to 1000000"));
  EXPECT_THAT(ErrorOf("message_bytes_max=64KB"), HasSubstr("unknown unit \"KB\""));
  EXPECT_THAT(ErrorOf("message_bytes_max=off"), HasSubstr("is not a size"));
  EXPECT_THAT(ErrorOf("handshake_timeout=10"), HasSubstr("has no unit"));
}

}  // namespace
}  // namespace wsgate::cli
