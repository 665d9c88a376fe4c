#include "gateway/config/limits.h"

#include <gmock/gmock.h>

#include "gateway/config/fields.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr uint64_t kOpenFiles = 20'000;

std::vector<std::string> BadFields(const Limits& limits, uint64_t open_file_limit = kOpenFiles) {
  std::vector<std::string> names;
  for (const FieldError& error : CheckLimits(limits, open_file_limit)) names.push_back(error.field);
  return names;
}

TEST(LimitsTest, TheCeilingsAreTheDocumentedOnes) {
  const auto max = [](std::string_view name) { return FindField(Cat("limits.", name))->max; };
  EXPECT_EQ(max("sessions_per_node_max"), 1'000'000u);
  EXPECT_EQ(max("sessions_per_user_max"), 1'024u);
  EXPECT_EQ(max("handshakes_in_flight_max"), 65'536u);
  EXPECT_EQ(max("handshake_timeout"), 60'000'000'000u);
  EXPECT_EQ(max("header_bytes_max"), 64 * kKiB);
  EXPECT_EQ(max("message_bytes_max"), 64 * kMiB);
  EXPECT_EQ(max("send_bytes_max"), 64 * kMiB);
  EXPECT_EQ(max("messages_per_second"), 1'000'000u);
  EXPECT_EQ(max("bytes_per_second"), kGiB);
  EXPECT_EQ(max("queued_bytes_per_session_max"), kGiB);
}

TEST(LimitsTest, TheDefaultsAreGood) {
  EXPECT_TRUE(CheckLimits(Limits{}, kOpenFiles).empty());
  EXPECT_TRUE(ValidateLimits(Limits{}, kOpenFiles).ok());
}

TEST(LimitsTest, EveryBadFieldIsNamedByItself) {
  Limits limits;
  limits.sessions_per_user_max = 1'025;
  limits.handshake_timeout = Duration(-1);
  limits.send_bytes_max = 0;
  EXPECT_THAT(BadFields(limits), ElementsAre("limits.sessions_per_user_max",
                                             "limits.handshake_timeout", "limits.send_bytes_max"));
  EXPECT_THAT(MessageOf(ValidateLimits(limits, kOpenFiles)),
              HasSubstr("limits.sessions_per_user_max is 1025, but must be off or 1 to 1024\n"));
  EXPECT_EQ(ValidateLimits(limits, kOpenFiles).code(), absl::StatusCode::kInvalidArgument);
}

TEST(LimitsTest, TheNodesCapStaysBelowTheOpenFileLimit) {
  Limits limits;
  limits.sessions_per_node_max = 3'584;
  EXPECT_THAT(BadFields(limits, 4'096), ElementsAre());
  limits.sessions_per_node_max = 3'585;
  ASSERT_THAT(BadFields(limits, 4'096), ElementsAre("limits.sessions_per_node_max"));
  EXPECT_THAT(CheckLimits(limits, 4'096)[0].message,
              HasSubstr("limits.sessions_per_node_max is 3585, but the open-file limit of 4096 "
                        "less 512 leaves 3584; lower it, or raise the limit (`ulimit -n`"));
}

TEST(LimitsTest, AMachineWithoutRoomForASessionIsToldSo) {
  EXPECT_THAT(BadFields(Limits{}, 513), ElementsAre());
  ASSERT_THAT(BadFields(Limits{}, 512), ElementsAre("limits.sessions_per_node_max"));
  EXPECT_THAT(CheckLimits(Limits{}, 512)[0].message,
              HasSubstr("has no room: the open-file limit is 512 and 512 are kept"));
}

TEST(LimitsTest, AutoIsWhatTheOpenFileLimitLeaves) {
  Limits limits;
  EXPECT_EQ(ResolveSessionsPerNodeMax(limits, 20'000), 19'488u);
  EXPECT_EQ(ResolveSessionsPerNodeMax(limits, UINT64_MAX), 1'000'000u) << "the ceiling";
  EXPECT_EQ(ResolveSessionsPerNodeMax(limits, 100), 1u);
  limits.sessions_per_node_max = 1'000;
  EXPECT_EQ(ResolveSessionsPerNodeMax(limits, 20'000), 1'000u);
}

}  // namespace
}  // namespace wsgate
