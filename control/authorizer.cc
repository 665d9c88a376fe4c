#include "control/authorizer.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "control/http_peer.h"
#include "control/status.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

constexpr const char* kSanProperty = "x509_subject_alternative_name";

std::string_view View(const grpc::string_ref& text) {
  return {text.data(), text.size()};
}

bool Contains(const Callers& callers, const Caller& wanted) {
  return std::any_of(callers.begin(), callers.end(),
                     [&](const CallerPtr& caller) { return *caller == wanted; });
}

std::vector<std::string> CertificateNames(const grpc::AuthContext& context) {
  std::vector<std::string> names;
  for (const grpc::string_ref& name : context.FindPropertyValues(kSanProperty)) {
    names.emplace_back(name.data(), name.size());
  }
  return names;
}

// For people.
std::string PeerOf(const grpc::CallbackServerContext& context) {
  std::string peer = context.peer();
  if (peer != kInProcessPeer) return peer;
  const auto over_http = context.client_metadata().find({kHttpPeerKey.data(), kHttpPeerKey.size()});
  if (over_http == context.client_metadata().end()) return peer;
  return Cat("http:", View(over_http->second));
}

}  // namespace

void StreamLease::Release() {
  if (Authorizer* const authorizer = std::exchange(authorizer_, nullptr)) authorizer->Release(id_);
}

CallersPtr Authorizer::Current() const {
  const MutexLock lock(mutex_);
  return callers_;
}

Authorizer::Verdict Authorizer::Admit(ControlRpc rpc, const grpc::CallbackServerContext& context) {
  const RpcRule& rule = RuleOf(rpc);
  Verdict verdict = Decide({.method = kControlRpcs[static_cast<size_t>(rpc)],
                            .scope = rule.scope,
                            .by_tenant = rule.by_tenant},
                           context);
  if (verdict.caller == nullptr) {
    stats_.RpcStarted(rpc);
    stats_.RpcHandled(rpc, verdict.status.error_code());
  }
  return verdict;
}

Authorizer::Verdict Authorizer::Admit(std::string_view method, Scope scope,
                                      const grpc::CallbackServerContext& context) {
  return Decide({.method = method, .scope = scope, .by_tenant = true}, context);
}

Authorizer::Verdict Authorizer::Decide(const Call& call,
                                       const grpc::CallbackServerContext& context) {
  Found found = Identify(context);
  if (found.caller == nullptr) {
    Tell(call, found.why_not, "unknown", context);
    return {.caller = nullptr, .status = MakeStatus(Reason::kCallerUnknown, found.what_to_do)};
  }
  const Caller& caller = *found.caller;
  if (!caller.scopes.Allows(call.scope)) {
    Tell(call, ControlRefusal::kScope, caller.name, context);
    const std::string scope(NameOf(call.scope));
    return {.caller = nullptr,
            .status = MakeStatus(
                Reason::kScopeMissing,
                Cat(call.method, " needs the scope ", scope, ", which ", caller.name, " has not"),
                {{"scope", scope}, {"caller", caller.name}})};
  }
  if (!caller.tenant.empty() && !call.by_tenant) {
    Tell(call, ControlRefusal::kTenant, caller.name, context);
    return {.caller = nullptr,
            .status = MakeStatus(Reason::kTenantBound,
                                 Cat(call.method, " is of all tenants, and ", caller.name,
                                     " is bound to those that begin with ", caller.tenant),
                                 {{"tenant", caller.tenant}, {"caller", caller.name}})};
  }
  return {.caller = std::move(found.caller), .status = {}};
}

Authorizer::Found Authorizer::Identify(const grpc::CallbackServerContext& context) const {
  const CallersPtr callers = Current();
  if (proof_ == CallerProof::kCertificate) {
    const std::shared_ptr<const grpc::AuthContext> peer = context.auth_context();
    if (peer == nullptr || !peer->IsPeerAuthenticated()) {
      return {.caller = nullptr,
              .why_not = ControlRefusal::kNoCertificate,
              .what_to_do = "no certificate came with this connection; call over TLS with one"};
    }
    return {.caller = FindByNames(*callers, CertificateNames(*peer)),
            .why_not = ControlRefusal::kUnknownCertificate,
            .what_to_do = "no caller has a name of this certificate as its `san`"};
  }
  const auto [begin, end] = context.client_metadata().equal_range("authorization");
  constexpr std::string_view kScheme = "bearer ";
  if (begin == end) {
    return {.caller = nullptr,
            .why_not = ControlRefusal::kNoToken,
            .what_to_do = "send a token as metadata `authorization: Bearer TOKEN`"};
  }
  const std::string_view value = View(begin->second);
  const bool bearer =
      value.size() > kScheme.size() &&
      absl::EqualsIgnoreCase({value.data(), kScheme.size()}, {kScheme.data(), kScheme.size()});
  if (std::next(begin) != end || !bearer) {
    return {.caller = nullptr,
            .why_not = ControlRefusal::kNoToken,
            .what_to_do = "send one `authorization`, and as `Bearer TOKEN`"};
  }
  return {.caller = FindByToken(*callers, value.substr(kScheme.size())),
          .why_not = ControlRefusal::kUnknownToken,
          .what_to_do = "nobody has this token; it may have been replaced"};
}

void Authorizer::Tell(const Call& call, ControlRefusal why, std::string_view caller,
                      const grpc::CallbackServerContext& context) {
  stats_.ControlRefused(why);
  std::optional<uint64_t> left_out;
  {
    const MutexLock lock(log_mutex_);
    left_out = log_gate_.Pass(SteadyNow());
  }
  if (!left_out) return;
  spdlog::warn("control: refused {} to {} at {}: {}; it needs {}{}", call.method, caller,
               PeerOf(context), kControlRefusals[static_cast<size_t>(why)], NameOf(call.scope),
               *left_out == 0 ? "" : Cat(" (", *left_out, " more before)"));
}

StreamLease Authorizer::Hold(grpc::CallbackServerContext& context, CallerPtr caller) {
  const std::lock_guard lock(streams_mutex_);
  // It may have gone since it was admitted; then nobody would end the stream.
  if (!Contains(*Current(), *caller)) context.TryCancel();
  streams_.emplace(++last_id_, Stream{&context, std::move(caller)});
  return {this, last_id_};
}

void Authorizer::Release(uint64_t id) {
  const std::lock_guard lock(streams_mutex_);
  streams_.erase(id);
}

void Authorizer::Replace(const CallersPtr& callers) {
  const std::lock_guard lock(streams_mutex_);
  {
    const MutexLock callers_lock(mutex_);
    callers_ = callers;
  }
  std::vector<uint64_t> ending;
  for (const auto& [id, stream] : streams_) {
    if (!Contains(*callers, *stream.caller)) ending.push_back(id);
  }
  for (const uint64_t id : ending) {
    const auto found = streams_.find(id);
    if (found != streams_.end()) found->second.context->TryCancel();
  }
}

}  // namespace wsgate
