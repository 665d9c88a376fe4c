// LimitsHolder, and how a SetLimits request changes limits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "control/limits_holder.h"
#include "control/limits_rpc.h"
#include "tests/unit/control/decode.h"

namespace wsgate {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::Key;
using testing::UnorderedElementsAre;

constexpr uint64_t kOpenFiles = 20'000;

class LimitsHolderTest : public testing::Test {
 protected:
  std::vector<FieldError> Change(absl::FunctionRef<bool(Limits&)> merge) {
    return holder.Change(merge, [this](absl::StatusOr<LimitsPtr> limits) {
      ASSERT_TRUE(limits.ok());
      answered.push_back(*limits);
    });
  }

  std::vector<LimitsPtr> applied;
  std::vector<LimitsPtr> answered;
  LimitsHolder holder{Limits{}, kOpenFiles, [this](LimitsPtr limits, LimitsHolder::Done done) {
                        done(applied.emplace_back(std::move(limits)));
                      }};
};

TEST_F(LimitsHolderTest, ANodeCapOfZeroIsWhatTheOpenFileLimitLeaves) {
  EXPECT_EQ(holder.Current()->sessions_per_node_max, kOpenFiles - kReservedDescriptors);
  EXPECT_THAT(Change([](Limits& limits) {
                limits.sessions_per_node_max = 10;
                return true;
              }),
              testing::IsEmpty());
  EXPECT_EQ(holder.Current()->sessions_per_node_max, 10u);
  EXPECT_THAT(Change([](Limits& limits) {
                limits.sessions_per_node_max = 0;
                return true;
              }),
              testing::IsEmpty());
  EXPECT_EQ(holder.Current()->sessions_per_node_max, kOpenFiles - kReservedDescriptors);
}

TEST_F(LimitsHolderTest, AGoodChangeIsHandedOutAndAnswered) {
  EXPECT_THAT(Change([](Limits& limits) {
                limits.send_bytes_max = 77;
                return true;
              }),
              testing::IsEmpty());
  ASSERT_EQ(applied.size(), 1u);
  EXPECT_EQ(applied[0]->send_bytes_max, 77u);
  EXPECT_EQ(answered, applied);
  EXPECT_EQ(holder.Current(), applied[0]);
  EXPECT_EQ(holder.send_bytes_max(), 77u);
}

TEST_F(LimitsHolderTest, ABadChangeNamesEachFieldAndChangesNothing) {
  const LimitsPtr before = holder.Current();
  EXPECT_THAT(Change([](Limits& limits) {
                limits.sessions_per_user_max = 1'025;
                limits.sessions_per_node_max = kOpenFiles;
                limits.send_bytes_max = 0;
                return true;
              }),
              UnorderedElementsAre(Field(&FieldError::field, "limits.sessions_per_user_max"),
                                   Field(&FieldError::field, "limits.sessions_per_node_max"),
                                   Field(&FieldError::field, "limits.send_bytes_max")));
  EXPECT_THAT(Change([](Limits& limits) {
                limits.send_bytes_max = 1;
                return false;
              }),
              testing::IsEmpty());
  EXPECT_EQ(holder.Current(), before);
  EXPECT_EQ(holder.send_bytes_max(), Limits{}.send_bytes_max);
  EXPECT_TRUE(applied.empty());
  EXPECT_TRUE(answered.empty());
}

TEST(MergeLimitsTest, OnlyWhatIsSetChanges) {
  Limits limits;
  BadFields bad;
  MergeLimits({}, limits, bad);
  EXPECT_EQ(limits, Limits{});
  v1::Limits request;
  request.set_messages_per_second(0);
  request.mutable_handshake_timeout()->set_seconds(3);
  MergeLimits(request, limits, bad);
  Limits expected;
  expected.messages_per_second = 0;
  expected.handshake_timeout = std::chrono::seconds(3);
  EXPECT_EQ(limits, expected);
  EXPECT_TRUE(bad.empty());
}

TEST(MergeLimitsTest, TakesEveryField) {
  v1::Limits request;
  const google::protobuf::Reflection& reflection = *request.GetReflection();
  const google::protobuf::Descriptor& descriptor = *request.GetDescriptor();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = descriptor.field(i);
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_UINT64) continue;
    reflection.SetUInt64(&request, field, 1'000 + static_cast<uint64_t>(field->number()));
  }
  request.mutable_handshake_timeout()->set_nanos(1'004);
  Limits limits;
  BadFields bad;
  MergeLimits(request, limits, bad);
  const Limits expected = {.sessions_per_node_max = 1'001,
                           .sessions_per_user_max = 1'002,
                           .handshakes_in_flight_max = 1'003,
                           .handshake_timeout = std::chrono::nanoseconds(1'004),
                           .header_bytes_max = 1'005,
                           .message_bytes_max = 1'006,
                           .send_bytes_max = 1'007,
                           .messages_per_second = 1'008,
                           .messages_burst = 1'009,
                           .bytes_per_second = 1'010,
                           .bytes_burst = 1'011,
                           .queued_bytes_per_session_max = 1'012};
  EXPECT_EQ(limits, expected);
}

TEST(MergeLimitsTest, ABadDurationIsNamed) {
  v1::Limits request;
  request.mutable_handshake_timeout()->set_seconds(-1);
  Limits limits;
  BadFields bad;
  MergeLimits(request, limits, bad);
  EXPECT_THAT(BadFieldsOf(bad.ToStatus()), ElementsAre(Key("limits.handshake_timeout")));
  EXPECT_EQ(limits, Limits{});
}

}  // namespace
}  // namespace wsgate
