#include "clients/loadgen/run/user_sends.h"

#include <grpcpp/client_context.h>

#include <chrono>
#include <memory>

#include "clients/cpp/channel.h"
#include "clients/loadgen/run/stamp.h"

namespace wsgate::loadgen {
namespace {

constexpr auto kCallTimeout = std::chrono::seconds(30);
constexpr int kLooks = 16;

}  // namespace

struct UserSends::Call {
  size_t user = 0;
  grpc::ClientContext context;
  v1::SendToUserRequest request;
  v1::SendToUserResponse response;
};

UserSends::UserSends(v1::ControlService::Stub& stub, const RunOptions& options)
    : stub_(stub),
      options_(options),
      prefix_(options.UserPrefix()),
      random_(options.seed),
      users_(options.UserCount()) {}

size_t UserSends::TakeUser() {
  if (in_flight_ == kInFlightMax) return users_.size();
  for (int look = 0; look < kLooks; ++look) {
    const size_t user = random_() % users_.size();
    if (users_[user].busy) continue;
    users_[user].busy = true;
    ++in_flight_;
    return user;
  }
  return users_.size();
}

bool UserSends::StartOne() {
  auto call = std::make_unique<Call>();
  Stamp stamp{.kind = Kind::kSend, .run = options_.run};
  {
    MutexLock lock(mutex_);
    call->user = TakeUser();
    if (call->user == users_.size()) return false;
    User& user = users_[call->user];
    stamp.settled = user.sequence;
    stamp.sequence = ++user.sequence;
    ++tally_.calls;
  }
  stamp.target = static_cast<uint32_t>(call->user);
  call->request.set_user_id(prefix_ + std::to_string(call->user));
  client::AddToken(options_.access.control, call->context);
  call->context.set_deadline(std::chrono::system_clock::now() + kCallTimeout);
  stamp.sent = SteadyNow();
  call->request.mutable_message()->set_text(WriteStamp(stamp, options_.payload_bytes));
  open_calls_.Add(1);
  Call* const started = call.release();  // Until its answer.
  stub_.async()->SendToUser(&started->context, &started->request, &started->response,
                            [this, started](const grpc::Status& status) {
                              const std::unique_ptr<Call> owned(started);
                              OnAnswer(*owned, status);
                              open_calls_.Done();
                            });
  return true;
}

void UserSends::OnAnswer(Call& call, const grpc::Status& status) {
  const v1::Outcome& outcome = call.response.outcome();
  MutexLock lock(mutex_);
  User& user = users_[call.user];
  if (tally_.Count(status, outcome) && outcome.offline() == 0) ++user.sent;
  user.busy = false;
  --in_flight_;
}

CallTally UserSends::Tally() const {
  MutexLock lock(mutex_);
  return tally_;
}

std::vector<uint32_t> UserSends::ToUser() const {
  MutexLock lock(mutex_);
  std::vector<uint32_t> sent;
  sent.reserve(users_.size());
  for (const User& user : users_) sent.push_back(user.sent);
  return sent;
}

}  // namespace wsgate::loadgen
