#include "clients/loadgen/grpc_control.h"

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <chrono>
#include <utility>

#include "clients/loadgen/post_control.h"
#include "clients/loadgen/scenario.h"

namespace wsgate::loadgen {
namespace {

constexpr auto kCallTimeout = std::chrono::seconds(60);

template <class Request, class Response>
struct Call {
  grpc::ClientContext context;
  Request request;
  Response response;
  Time start;
};

using BroadcastCall = Call<v1::BroadcastRequest, v1::BroadcastResponse>;
using SendCall = Call<v1::SendToUserRequest, v1::SendToUserResponse>;

void DieUnlessOk(const grpc::Status& status, const char* rpc) {
  if (!status.ok()) Die(std::string(rpc) + " failed: " + status.error_message());
}

}  // namespace

std::shared_ptr<grpc::Channel> ConnectedChannel(const std::string& address) {
  auto channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  if (!channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(10))) {
    Die("nobody listens on the control address " + address);
  }
  return channel;
}

GrpcControl::GrpcControl(const Options& options, Swarm& swarm)
    : swarm_(swarm),
      stub_(v1::ControlService::NewStub(ConnectedChannel(options.control_address))) {}

GrpcControl::~GrpcControl() {
  open_calls_.WaitNone();
}

void GrpcControl::StartBroadcasts(const std::string& text, uint32_t count) {
  open_calls_.Add(count);
  for (uint32_t i = 0; i < count; ++i) {
    auto* call = new BroadcastCall();
    call->context.set_deadline(std::chrono::system_clock::now() + kCallTimeout);
    call->request.mutable_message()->set_text(text);
    stub_->async()->Broadcast(
        &call->context, &call->request, &call->response, [this, call](const grpc::Status& status) {
          const std::unique_ptr<BroadcastCall> owned(call);
          DieUnlessOk(status, "Broadcast");
          queued_.fetch_add(owned->response.outcome().queued(), std::memory_order_relaxed);
          answered_.fetch_add(1, std::memory_order_release);
          swarm_.Poke();
          open_calls_.Done();
        });
  }
}

void GrpcControl::StartSend(const std::string& user_id, const std::string& text) {
  open_calls_.Add(1);
  sends_started_.fetch_add(1, std::memory_order_release);
  auto* call = new SendCall();
  call->context.set_deadline(std::chrono::system_clock::now() + kCallTimeout);
  call->request.set_user_id(user_id);
  call->request.mutable_message()->set_text(text);
  call->start = SteadyNow();
  stub_->async()->SendToUser(&call->context, &call->request, &call->response,
                             [this, call](const grpc::Status& status) {
                               const Duration took = SteadyNow() - call->start;
                               const std::unique_ptr<SendCall> owned(call);
                               DieUnlessOk(status, "SendToUser");
                               if (owned->response.outcome().queued() != 1)
                                 Die("SendToUser reached nobody");
                               {
                                 MutexLock lock(mutex_);
                                 latencies_.push_back(static_cast<uint64_t>(took.count()));
                               }
                               sends_answered_.fetch_add(1, std::memory_order_release);
                               swarm_.Poke();
                               open_calls_.Done();
                             });
}

std::vector<uint64_t> GrpcControl::TakeLatencies() {
  MutexLock lock(mutex_);
  return std::exchange(latencies_, {});
}

std::unique_ptr<Control> MakeControl(const Options& options, Swarm& swarm) {
  if (options.control_kind == "post") return std::make_unique<PostControl>(options, swarm);
  return std::make_unique<GrpcControl>(options, swarm);
}

}  // namespace wsgate::loadgen
