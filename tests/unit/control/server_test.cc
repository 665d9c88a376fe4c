// The control port over real gRPC, as far as it needs no session: what shards add is tested with
// the whole gateway.
#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>

#include "tests/unit/control/decode.h"
#include "tests/unit/control/server_fixture.h"

namespace wsgate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;

TEST_F(ServerTest, ATakenPortIsAnErrorThatSaysWhatToDo) {
  const auto second = ControlServer::Start(server->bound_address(), Targets());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(second.status().message()),
              testing::AllOf(HasSubstr(server->bound_address()), HasSubstr("is taken"),
                             HasSubstr("--control-address")));
}

TEST_F(ServerTest, AnAddressOfAnotherMachineIsAnErrorOfItsOwn) {
  const auto other = ControlServer::Start("192.0.2.1:0", Targets());
  ASSERT_FALSE(other.ok());
  EXPECT_THAT(std::string(other.status().message()), HasSubstr("cannot be used"));
}

TEST_F(ServerTest, BadFieldsAreAllNamedAndCounted) {
  v1::SendToUserRequest request;
  request.mutable_message()->set_text(std::string((1 << 20) + 1, 'x'));
  v1::SendToUserResponse response;
  const grpc::Status status = stub->SendToUser(Context().get(), request, &response);
  EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "BAD_FIELD");
  EXPECT_THAT(BadFieldsOf(status), testing::UnorderedElementsAre(Key("user_id"), Key("message")));
  EXPECT_EQ(Handled(ControlRpc::kSendToUser, grpc::INVALID_ARGUMENT), 1u);
}

TEST_F(ServerTest, APayloadOfSixtyFourMebibytesArrives) {
  v1::SetLimitsRequest change;
  change.mutable_limits()->set_send_bytes_max(64 << 20);
  v1::SetLimitsResponse changed;
  ASSERT_TRUE(stub->SetLimits(Context().get(), change, &changed).ok());
  EXPECT_EQ(changed.limits().send_bytes_max(), 64u << 20);

  v1::SendToUserRequest request;  // No user: it is read and parsed, and goes nowhere.
  request.mutable_message()->set_binary(std::string(64 << 20, 'x'));
  v1::SendToUserResponse response;
  const grpc::Status status = stub->SendToUser(Context().get(), request, &response);
  EXPECT_THAT(BadFieldsOf(status), ElementsAre(Key("user_id")));
}

TEST_F(ServerTest, AnUnknownSessionIsNotFound) {
  v1::GetSessionRequest request;
  request.set_session_id("nonsense");
  v1::GetSessionResponse response;
  const grpc::Status status = stub->GetSession(Context().get(), request, &response);
  EXPECT_EQ(status.error_code(), grpc::NOT_FOUND);
  EXPECT_EQ(ReasonOf(status), "SESSION_NOT_FOUND");
}

TEST_F(ServerTest, SetLimitsNamesEachBadFieldAndChangesNothing) {
  v1::SetLimitsRequest request;
  request.mutable_limits()->set_sessions_per_user_max(1'025);
  request.mutable_limits()->set_send_bytes_max(1);
  request.mutable_limits()->mutable_handshake_timeout()->set_seconds(-1);
  v1::SetLimitsResponse response;
  const grpc::Status status = stub->SetLimits(Context().get(), request, &response);
  EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_THAT(BadFieldsOf(status),
              testing::UnorderedElementsAre(Key("limits.sessions_per_user_max"),
                                            Key("limits.handshake_timeout")));
  v1::GetLimitsResponse current;
  ASSERT_TRUE(stub->GetLimits(Context().get(), {}, &current).ok());
  EXPECT_EQ(current.limits().send_bytes_max(), 1u << 20);
}

TEST_F(ServerTest, StatsAndDrainAnswer) {
  v1::GetStatsResponse figures;
  ASSERT_TRUE(stub->GetStats(Context().get(), {}, &figures).ok());
  ASSERT_EQ(figures.nodes_size(), 1);
  EXPECT_EQ(figures.nodes(0).node_id(), "n1");
  v1::DrainResponse drained;
  ASSERT_TRUE(stub->Drain(Context().get(), {}, &drained).ok());
  EXPECT_EQ(drains, 1);
}

// grpc.health.v1.Health/Check by hand: Debian ships no stub for it. Field 1 of the request is the
// service, of the response the status (1 serving, 2 not serving).
class HealthTest : public ServerTest {
 protected:
  grpc::Status Check(const std::string& service, std::string* answer) {
    std::string bytes;
    if (!service.empty()) bytes = std::string("\x0a") + static_cast<char>(service.size()) + service;
    grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    grpc::GenericStub generic(channel);
    std::promise<grpc::Status> done;
    const auto context = Context();
    generic.UnaryCall(context.get(), "/grpc.health.v1.Health/Check", grpc::StubOptions(), &request,
                      &response, [&](grpc::Status status) { done.set_value(std::move(status)); });
    grpc::Status status = done.get_future().get();
    grpc::Slice out;
    if (status.ok() && response.TrySingleSlice(&out).ok()) {
      answer->assign(reinterpret_cast<const char*>(out.begin()), out.size());
    }
    return status;
  }
};

TEST_F(HealthTest, SaysWhatItWasTold) {
  std::string first;
  ASSERT_TRUE(Check("", &first).ok());
  EXPECT_EQ(first, "\x08\x02") << "not before it is told";
  for (const bool serving : {true, false, true}) {
    server->SetServing(serving);
    for (const char* service : {"", "wsgate.v1.ControlService"}) {
      std::string answer;
      ASSERT_TRUE(Check(service, &answer).ok());
      EXPECT_EQ(answer, serving ? "\x08\x01" : "\x08\x02") << service;
    }
  }
  std::string answer;
  EXPECT_EQ(Check("nobody", &answer).error_code(), grpc::NOT_FOUND);
}

TEST_F(HealthTest, BadUtf8NeverReachesAHandler) {
  // SendToUserRequest.user_id is the byte 0xff.
  grpc::Slice slice(std::string("\x0a\x01\xff"));
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer response;
  grpc::GenericStub generic(channel);
  std::promise<grpc::Status> done;
  const auto context = Context();
  generic.UnaryCall(context.get(), "/wsgate.v1.ControlService/SendToUser", grpc::StubOptions(),
                    &request, &response,
                    [&](grpc::Status status) { done.set_value(std::move(status)); });
  // What gRPC 1.51's callback API makes of a request that its parser refuses.
  EXPECT_EQ(done.get_future().get().error_code(), grpc::UNIMPLEMENTED);
  EXPECT_EQ(stats.rpcs_started[0].Value(), 0u);
}

}  // namespace
}  // namespace wsgate
