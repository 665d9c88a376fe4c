#include "control/hook_backends.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/support/channel_arguments.h>

#include <utility>

namespace wsgate {
namespace {

// As large as a request to the control port may be: a reply is a message, too.
constexpr int kAnswerBytesMax = 65 * 1024 * 1024;

// A backend that restarts is found again within a second.
grpc::ChannelArguments ChannelArguments() {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1'000);
  arguments.SetMaxReceiveMessageSize(kAnswerBytesMax);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  // A connection of its own: other hooks' calls stand in no line with these.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return arguments;
}

}  // namespace

HookBackends::HookBackends(std::vector<std::string> targets, const HookCredentials& credentials)
    : targets_(std::move(targets)) {
  Connect(credentials);
}

void HookBackends::Connect(const HookCredentials& credentials) {
  std::vector<Backend> backends;
  for (const std::string& target : targets_) {
    const std::shared_ptr<grpc::Channel> channel =
        grpc::CreateCustomChannel(target, credentials, ChannelArguments());
    (void)channel->GetState(/*try_to_connect=*/true);
    backends.push_back({.stub = v1::HookService::NewStub(channel), .rests_until = Time()});
  }
  const MutexLock lock(mutex_);
  backends_.swap(backends);
}

HookBackends::Choice HookBackends::Next(Time now) {
  const MutexLock lock(mutex_);
  size_t best = (last_ + 1) % backends_.size();
  for (size_t step = 1; step <= backends_.size(); ++step) {
    const size_t at = (last_ + step) % backends_.size();
    if (backends_[at].rests_until < backends_[best].rests_until) best = at;
    if (backends_[at].rests_until > now) continue;
    best = at;
    break;
  }
  last_ = best;
  return {.backend = best, .stub = backends_[best].stub};
}

void HookBackends::Failed(size_t backend, Time now) {
  MutexLock lock(mutex_);
  backends_[backend].rests_until = now + kRest;
}

void HookBackends::Worked(size_t backend) {
  MutexLock lock(mutex_);
  backends_[backend].rests_until = Time();
}

}  // namespace wsgate
