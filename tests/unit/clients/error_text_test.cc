#include "clients/cli/error_text.h"

#include <gtest/gtest.h>

#include "clients/cpp/error.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace wsgate::cli {
namespace {

constexpr const char* kAddress = "127.0.0.1:50051";

std::string TextOf(const absl::Status& status) {
  return ErrorText(status, kAddress, std::chrono::seconds(10));
}

absl::Status Refusal(absl::StatusCode code, const std::string& message,
                     const std::vector<client::BadField>& bad = {}, int told = 0,
                     int retry_ms = 0) {
  google::rpc::ErrorInfo info;
  info.set_domain("wsgate");
  info.set_reason("SOME_REASON");
  if (told > 0) (*info.mutable_metadata())["badFields"] = std::to_string(told);
  google::rpc::Status packed;
  packed.add_details()->PackFrom(info);
  google::rpc::BadRequest request;
  for (const client::BadField& field : bad) {
    auto* violation = request.add_field_violations();
    violation->set_field(field.field);
    violation->set_description(field.description);
  }
  if (!bad.empty()) packed.add_details()->PackFrom(request);
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_nanos(retry_ms * 1'000'000);
  if (retry_ms > 0) packed.add_details()->PackFrom(retry);
  return client::MakeCallError("SendToUser", static_cast<int>(code), message,
                               packed.SerializeAsString());
}

absl::Status Grpc(absl::StatusCode code, const std::string& message) {
  return client::MakeCallError("SendToUser", static_cast<int>(code), message, "");
}

TEST(ErrorTextTest, WithoutAConnectionItNamesTheAddressAndTheFlag) {
  const absl::Status status =
      Grpc(absl::StatusCode::kUnavailable,
           "failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:50051: Failed "
           "to connect to remote host: Connection refused");
  EXPECT_EQ(TextOf(status),
            "cannot reach the gateway at 127.0.0.1:50051 (Connection refused); is it running? Name "
            "another with --address HOST:PORT or WSGATECTL_ADDRESS");
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kUnreachable);
}

TEST(ErrorTextTest, ABrokenConnectionIsNotOneThatNeverWas) {
  EXPECT_EQ(TextOf(Grpc(absl::StatusCode::kUnavailable, "Socket closed")),
            "the connection to the gateway at 127.0.0.1:50051 broke (Socket closed); whether the "
            "call was carried out is not known");
}

TEST(ErrorTextTest, NoAnswerInTimeNamesTheFlag) {
  const absl::Status status = Grpc(absl::StatusCode::kDeadlineExceeded, "Deadline Exceeded");
  EXPECT_EQ(TextOf(status),
            "no answer to SendToUser from 127.0.0.1:50051 within 10s; is it a gateway's control "
            "port? --timeout TIME waits longer");
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kUnreachable);
}

TEST(ErrorTextTest, EveryBadFieldIsTold) {
  const absl::Status status =
      Refusal(absl::StatusCode::kInvalidArgument, "user_id must be shorter (and 1 more)",
              {{"user_id", "must be shorter"}, {"message", "needs `text`"}}, 2);
  EXPECT_EQ(TextOf(status),
            "the gateway refused SendToUser (SOME_REASON): user_id must be shorter; message needs "
            "`text`");
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kRefused);
  const absl::Status more =
      Refusal(absl::StatusCode::kInvalidArgument, "", {{"user_ids[0]", "is empty"}}, 20);
  EXPECT_EQ(TextOf(more),
            "the gateway refused SendToUser (SOME_REASON): user_ids[0] is empty; and 19 more");
}

TEST(ErrorTextTest, WhenToTryAgainIsTold) {
  EXPECT_EQ(TextOf(Refusal(absl::StatusCode::kResourceExhausted, "every shard is full", {}, 0, 50)),
            "the gateway refused SendToUser (SOME_REASON): every shard is full; try again in 50ms");
  const absl::Status stopping = Refusal(absl::StatusCode::kUnavailable, "the gateway stops");
  EXPECT_EQ(TextOf(stopping), "the gateway refused SendToUser (SOME_REASON): the gateway stops");
  EXPECT_EQ(ExitCodeOf(stopping), ExitCode::kUnreachable);
}

TEST(ErrorTextTest, CodesThatAFlagHelpsAgainstNameTheFlag) {
  EXPECT_EQ(TextOf(Grpc(absl::StatusCode::kUnauthenticated, "no token")),
            "the gateway refused SendToUser: no token; prove who you are with --token-file FILE");
  EXPECT_EQ(
      TextOf(Refusal(absl::StatusCode::kOutOfRange, "forgotten")),
      "the gateway refused SendToUser (SOME_REASON): forgotten; start anew with --snapshot in "
      "place of --after");
  EXPECT_EQ(TextOf(Grpc(absl::StatusCode::kUnimplemented, "")),
            "whoever listens at 127.0.0.1:50051 does not offer SendToUser: the gateway is older "
            "than this wsgatectl, or another program has the port");
}

TEST(ErrorTextTest, ForeignTextStaysOnOneLineAndOursHasNoPrefix) {
  EXPECT_EQ(TextOf(Grpc(absl::StatusCode::kInternal, "a\nb\x1b[0m")),
            "the gateway refused SendToUser: a\\nb\\x1b[0m");
  EXPECT_EQ(TextOf(absl::InvalidArgumentError("ours")), "ours");
  EXPECT_EQ(ExitCodeOf(Refusal(absl::StatusCode::kNotFound, "gone")), ExitCode::kNobody);
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), ExitCode::kOk);
}

}  // namespace
}  // namespace wsgate::cli
