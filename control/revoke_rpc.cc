#include "control/revoke_rpc.h"

#include <utility>

#include "control/parse.h"
#include "gateway/base/clock.h"

namespace wsgate {
namespace {

constexpr size_t kTokenIdBytesMax = 1024;
constexpr int64_t kDay = 24 * 60 * 60;
constexpr int64_t kKeepMax = 3650 * kDay;

// Whole seconds, rounded up; `absent` where there is none.
int64_t SecondsOf(bool present, const google::protobuf::Timestamp& time, int64_t absent) {
  if (!present) return absent;
  return time.seconds() + (time.nanos() > 0 ? 1 : 0);
}

grpc::Status StatusOf(const absl::Status& status) {
  if (absl::IsFailedPrecondition(status)) {
    return MakeStatus(Reason::kTokensOff, std::string(status.message()));
  }
  if (absl::IsOutOfRange(status)) {
    return MakeStatus(Reason::kRevocationsFull, std::string(status.message()));
  }
  return ToGrpcStatus(status);
}

}  // namespace

TokenRevocation ParseRevocation(const v1::RevokeRequest& request, int64_t now_us, BadFields& bad) {
  const int64_t now_s = now_us / 1'000'000;
  TokenRevocation revocation{
      .not_before_s = SecondsOf(request.has_not_before(), request.not_before(), now_s + 1),
      .keep_until_s = SecondsOf(request.has_expire_time(), request.expire_time(), now_s + kDay)};
  switch (request.tokens_case()) {
    case v1::RevokeRequest::kTokenId:
      revocation.token_id = request.token_id();
      if (revocation.token_id.empty() || revocation.token_id.size() > kTokenIdBytesMax) {
        bad.Add("token_id", "must be 1 to 1024 bytes");
      }
      if (request.has_not_before()) bad.Add("not_before", "goes with user_id alone");
      break;
    case v1::RevokeRequest::kUserId:
      revocation.user_id = ParseUserId(request.user_id(), "user_id", bad);
      break;
    case v1::RevokeRequest::TOKENS_NOT_SET:
      bad.Add("tokens", "must be set: token_id or user_id");
      break;
  }
  if (revocation.keep_until_s <= now_s || revocation.keep_until_s > now_s + kKeepMax) {
    bad.Add("expire_time", "must lie ahead, by 10 years at most");
  }
  return revocation;
}

grpc::ServerUnaryReactor* RevokeRpc::Revoke(grpc::CallbackServerContext* context,
                                            const v1::RevokeRequest* request,
                                            v1::RevokeResponse* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  PendingCall call(reactor, stats_, ControlRpc::kRevoke);
  BadFields bad;
  const TokenRevocation revocation = ParseRevocation(*request, WallMicros(), bad);
  if (!bad.empty()) {
    call.Fail(bad.ToStatus());
    return reactor;
  }
  router_.Revoke(revocation,
                 [call = std::move(call), response](absl::StatusOr<uint32_t> count) mutable {
                   if (!count.ok()) return call.Fail(StatusOf(count.status()));
                   response->set_disconnected(*count);
                   call.Complete();
                 });
  stats_.revocations.Set(static_cast<int64_t>(router_.revocations()));
  return reactor;
}

}  // namespace wsgate
