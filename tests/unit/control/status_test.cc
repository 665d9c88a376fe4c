#include "control/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/unit/control/decode.h"

namespace wsgate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST(ReasonsTest, NamesAreUpperSnakeAndEachIsThereOnce) {
  std::set<std::string_view> names;
  for (const ReasonRow& row : kReasons) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    for (const char c : row.name) EXPECT_TRUE((c >= 'A' && c <= 'Z') || c == '_') << row.name;
    // A body that is too big has gRPC's code for a message that is, and stays so.
    const bool again =
        (row.code == grpc::RESOURCE_EXHAUSTED && row.reason != Reason::kHttpTooBig) ||
        row.code == grpc::UNAVAILABLE;
    EXPECT_EQ(row.retry.count() > 0, again) << row.name;
  }
}

TEST(StatusTest, CarriesExactlyOneErrorInfoAndRepeatsCodeAndMessage) {
  const grpc::Status status =
      MakeStatus(Reason::kSessionNotFound, "no such open session", {{"shard", "3"}});
  EXPECT_EQ(status.error_code(), grpc::NOT_FOUND);
  google::rpc::Status rpc;
  ASSERT_TRUE(rpc.ParseFromString(status.error_details()));
  EXPECT_EQ(rpc.code(), grpc::NOT_FOUND);
  EXPECT_EQ(rpc.message(), status.error_message());
  ASSERT_EQ(rpc.details_size(), 1);
  EXPECT_EQ(rpc.details(0).type_url(), "type.googleapis.com/google.rpc.ErrorInfo");
  const auto info = DetailOf<google::rpc::ErrorInfo>(status);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->reason(), "SESSION_NOT_FOUND");
  EXPECT_EQ(info->domain(), "wsgate");
  EXPECT_EQ(info->metadata().at("shard"), "3");
}

TEST(StatusTest, SaysWhenToTryAgainOnlyWhereThatHelps) {
  const auto retry =
      DetailOf<google::rpc::RetryInfo>(ToGrpcStatus(absl::ResourceExhaustedError("full")));
  ASSERT_TRUE(retry);
  EXPECT_EQ(retry->retry_delay().seconds(), 0);
  EXPECT_EQ(retry->retry_delay().nanos(), 50'000'000);
  EXPECT_FALSE(DetailOf<google::rpc::RetryInfo>(ToGrpcStatus(absl::NotFoundError("gone"))));
}

TEST(StatusTest, WhatTheRouterAnswersHasAReason) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  EXPECT_EQ(ReasonOf(ToGrpcStatus(absl::NotFoundError(""))), "SESSION_NOT_FOUND");
  EXPECT_EQ(ReasonOf(ToGrpcStatus(absl::ResourceExhaustedError(""))), "MAILBOX_FULL");
  EXPECT_EQ(ReasonOf(ToGrpcStatus(absl::UnavailableError(""))), "STOPPING");
  EXPECT_EQ(ReasonOf(ToGrpcStatus(absl::DataLossError(""))), "INTERNAL");
  EXPECT_EQ(ToGrpcStatus(absl::DataLossError("")).error_code(), grpc::INTERNAL);
}

TEST(StatusTest, AFieldStatusNamesItsField) {
  const grpc::Status status = MakeFieldStatus(Reason::kAckUnknown, "ack.number", "is 9");
  EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "ack.number is 9");
  EXPECT_EQ(ReasonOf(status), "ACK_UNKNOWN");
  EXPECT_THAT(BadFieldsOf(status), ElementsAre(Pair("ack.number", "is 9")));
}

TEST(BadFieldsTest, NamesEveryField) {
  BadFields bad;
  EXPECT_TRUE(bad.empty());
  bad.Add("user_id", "is missing");
  bad.Add("message", "is too large");
  const grpc::Status status = bad.ToStatus();
  EXPECT_EQ(status.error_message(), "user_id is missing (and 1 more)");
  EXPECT_EQ(ReasonOf(status), "BAD_FIELD");
  EXPECT_THAT(BadFieldsOf(status),
              UnorderedElementsAre(Pair("user_id", "is missing"), Pair("message", "is too large")));
}

TEST(BadFieldsTest, TenThousandBadFieldsStayBelowWhatClientsTakeAsTrailers) {
  BadFields bad;
  for (int i = 0; i < 10'000; ++i) {
    bad.Add("user_ids[" + std::to_string(i) + "]", std::string(300, 'x'));
  }
  const grpc::Status status = bad.ToStatus();
  EXPECT_THAT(status.error_message(), HasSubstr("(and 9999 more)"));
  EXPECT_LT(status.error_message().size() + status.error_details().size() * 4 / 3, 7'000u);
  EXPECT_FALSE(BadFieldsOf(status).empty());
}

}  // namespace
}  // namespace wsgate
