#include "control/authorizer.h"

#include <grpcpp/generic/generic_stub.h>

#include "gateway/config/strings.h"
#include "tests/unit/control/server_fixture.h"

namespace wsgate {
namespace {

CallersPtr CallersOf(const std::string& text, CallerProof proof = CallerProof::kToken) {
  return *ParseCallers(text, "callers.yaml", proof);
}

std::string HexOf(std::string_view token) {
  std::string hex;
  for (const uint8_t byte : Sha256Of(token)) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

std::string Entry(std::string_view name, std::string_view scope) {
  return Cat("- {name: ", name, ", token_sha256: ", HexOf(name), ", scopes: ", scope, "}\n");
}

// A second server beside the fixture's, which asks who calls.
class AuthorizerTest : public ServerTest {
 public:
  ~AuthorizerTest() override { asking_->Stop(std::chrono::seconds(5)); }

 protected:
  ControlTargets AskingTargets() {
    ControlTargets targets = Targets();
    targets.authorizer = &authorizer_;
    return targets;
  }
  // As a caller in the same process does it.
  grpc::Status GetStats(const std::shared_ptr<grpc::Channel>& on, const std::string& header) {
    const auto context = Context();
    if (!header.empty()) context->AddMetadata("authorization", header);
    v1::GetStatsResponse response;
    return v1::ControlService::NewStub(on)->GetStats(context.get(), {}, &response);
  }

  Authorizer authorizer_{CallerProof::kToken,
                         CallersOf(Entry("one", "stats.read") + Entry("two", "send")), stats};
  std::unique_ptr<ControlServer> asking_ = *ControlServer::Start("127.0.0.1:0", AskingTargets());
  std::shared_ptr<grpc::Channel> channel_ =
      grpc::CreateChannel(asking_->bound_address(), grpc::InsecureChannelCredentials());
};

TEST_F(AuthorizerTest, LetsInByTokenAndScope) {
  EXPECT_TRUE(GetStats(channel_, "Bearer one").ok());
  EXPECT_EQ(GetStats(channel_, "Bearer two").error_code(), grpc::PERMISSION_DENIED);
  EXPECT_EQ(GetStats(channel_, "Bearer three").error_code(), grpc::UNAUTHENTICATED);
  EXPECT_EQ(GetStats(channel_, "").error_code(), grpc::UNAUTHENTICATED);
  EXPECT_EQ(Handled(ControlRpc::kGetStats, grpc::OK), 1u);
  EXPECT_EQ(Handled(ControlRpc::kGetStats, grpc::PERMISSION_DENIED), 1u);
  EXPECT_EQ(Handled(ControlRpc::kGetStats, grpc::UNAUTHENTICATED), 2u);
}

TEST_F(AuthorizerTest, NewCallersAreInForceAtOnce) {
  authorizer_.Replace(CallersOf(Entry("three", "stats.read")));
  EXPECT_TRUE(GetStats(channel_, "Bearer three").ok());
  EXPECT_EQ(GetStats(channel_, "Bearer one").error_code(), grpc::UNAUTHENTICATED);
}

// Every method of the service by its descriptor, so that none is forgotten.
TEST_F(AuthorizerTest, NoMethodIsWithoutItsCheck) {
  const auto* const service = v1::SendToUserRequest::descriptor()->file()->service(0);
  ASSERT_EQ(service->method_count(), static_cast<int>(kControlRpcs.size()));
  for (int i = 0; i < service->method_count(); ++i) {
    EXPECT_EQ(service->method(i)->name(), kControlRpcs[i]);
    const auto context = Context();
    grpc::CompletionQueue queue;
    grpc::GenericStub generic(channel_);
    const std::string path = Cat("/", service->full_name(), "/", service->method(i)->name());
    const auto call = generic.PrepareCall(context.get(), path, &queue);
    grpc::Status status;
    void* tag = nullptr;
    bool ok = false;
    call->StartCall(nullptr);
    ASSERT_TRUE(queue.Next(&tag, &ok));
    const grpc::Slice empty;
    call->WriteLast(grpc::ByteBuffer(&empty, 1), {},
                    nullptr);  // May fail: the answer is there already.
    ASSERT_TRUE(queue.Next(&tag, &ok));
    call->Finish(&status, nullptr);
    ASSERT_TRUE(queue.Next(&tag, &ok));
    EXPECT_EQ(status.error_code(), grpc::UNAUTHENTICATED) << path;
    queue.Shutdown();
    while (queue.Next(&tag, &ok)) {
    }
  }
}

TEST_F(AuthorizerTest, AStreamEndsWhenItsCallerIsNoMore) {
  const auto context = Context();
  context->AddMetadata("authorization", "Bearer one");
  const auto own_stub = v1::ControlService::NewStub(channel_);
  const auto reader = own_stub->WatchStats(context.get(), {});
  v1::WatchStatsResponse response;
  ASSERT_TRUE(reader->Read(&response));
  authorizer_.Replace(CallersOf(Entry("one", "stats.read") + Entry("four", "send")));
  ASSERT_TRUE(reader->Read(&response)) << "its own entry is the same";
  authorizer_.Replace(CallersOf(Entry("one", "admin")));
  while (reader->Read(&response)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), grpc::CANCELLED) << "its entry has changed";
}

// Streams open, are cancelled and leave while their caller comes and goes.
TEST_F(AuthorizerTest, CallersMayChangeUnderStreams) {
  std::atomic<bool> done = false;
  std::atomic<int> opened = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      const auto own_stub = v1::ControlService::NewStub(channel_);
      while (!done) {
        const auto context = Context();
        context->AddMetadata("authorization", "Bearer one");
        const auto reader = own_stub->WatchStats(context.get(), {});
        v1::WatchStatsResponse response;
        if (reader->Read(&response)) ++opened;
        if (opened % 2 == 0) context->TryCancel();
        while (reader->Read(&response)) {
        }
        (void)reader->Finish();
      }
    });
  }
  const CallersPtr without = CallersOf(Entry("two", "send"));
  const CallersPtr with = CallersOf(Entry("one", "stats.read"));
  for (int change = 0; change < 300 || opened < 100; ++change) {
    authorizer_.Replace(change % 2 == 0 ? without : with);
    std::this_thread::yield();
  }
  done = true;
  authorizer_.Replace(without);  // Whoever still waits for the next figures ends.
  for (std::thread& caller : callers) caller.join();
}

TEST_F(AuthorizerTest, WithoutACertificateNobodyIsKnownByOne) {
  Authorizer by_certificate(
      CallerProof::kCertificate,
      CallersOf("- {name: one, san: one, scopes: admin}", CallerProof::kCertificate), stats);
  ControlTargets targets = Targets();
  targets.authorizer = &by_certificate;
  const auto plain = *ControlServer::Start("127.0.0.1:0", targets);
  const auto to_it =
      grpc::CreateChannel(plain->bound_address(), grpc::InsecureChannelCredentials());
  for (const char* const header : {"", "Bearer one"}) {
    EXPECT_EQ(GetStats(to_it, header).error_code(), grpc::UNAUTHENTICATED);
  }
  EXPECT_EQ(stats.control_refused[static_cast<size_t>(ControlRefusal::kNoCertificate)].Value(), 2u);
  plain->Stop(std::chrono::seconds(5));
}

}  // namespace
}  // namespace wsgate
