#include "clients/cpp/error.h"

#include <gmock/gmock.h>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace wsgate::client {
namespace {

using testing::ElementsAre;
using testing::Pair;

google::rpc::ErrorInfo Info(const std::string& domain) {
  google::rpc::ErrorInfo info;
  info.set_domain(domain);
  info.set_reason("BAD_FIELD");
  (*info.mutable_metadata())["badFields"] = "3";
  return info;
}

TEST(ErrorTest, DetailsSurviveTheWayThroughAStatus) {
  google::rpc::BadRequest request;
  auto* violation = request.add_field_violations();
  violation->set_field("message.json");
  violation->set_description("is not JSON");
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_nanos(50'000'000);
  google::rpc::Status packed;
  packed.add_details()->PackFrom(Info("wsgate"));
  packed.add_details()->PackFrom(request);
  packed.add_details()->PackFrom(retry);

  const absl::Status status =
      MakeCallError("SendToUser", 3, "message.json is not JSON", packed.SerializeAsString());
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "message.json is not JSON");
  const ErrorDetails details = DetailsOf(status);
  EXPECT_EQ(details.rpc, "SendToUser");
  EXPECT_EQ(details.reason, "BAD_FIELD");
  EXPECT_THAT(details.metadata, ElementsAre(Pair("badFields", "3")));
  ASSERT_EQ(details.bad_fields.size(), 1u);
  EXPECT_EQ(details.bad_fields[0].field, "message.json");
  EXPECT_EQ(details.bad_fields[0].description, "is not JSON");
  EXPECT_EQ(details.retry_after, std::chrono::milliseconds(50));
}

TEST(ErrorTest, AnotherDomainsReasonIsNotTakenForOurs) {
  google::rpc::Status packed;
  packed.add_details()->PackFrom(Info("proxy.example"));
  const absl::Status status = MakeCallError("Drain", 14, "no", packed.SerializeAsString());
  EXPECT_EQ(DetailsOf(status).reason, "");
  EXPECT_EQ(DetailsOf(status).rpc, "Drain");
}

TEST(ErrorTest, WhatCannotBeReadCountsAsNone) {
  const ErrorDetails details = DetailsOf(MakeCallError("Drain", 13, "no", "\xff\xff\xff"));
  EXPECT_EQ(details.reason, "");
  EXPECT_TRUE(details.bad_fields.empty());
  EXPECT_FALSE(details.retry_after.has_value());
  EXPECT_EQ(DetailsOf(absl::InternalError("ours")).rpc, "");
}

}  // namespace
}  // namespace wsgate::client
