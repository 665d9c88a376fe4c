#include "control/session_rpc.h"

#include <utility>
#include <vector>

#include "control/convert.h"
#include "control/page_token.h"
#include "control/parse.h"

namespace wsgate {

grpc::ServerUnaryReactor* SessionRpc::GetSession(grpc::CallbackServerContext* context,
                                                 const v1::GetSessionRequest* request,
                                                 v1::GetSessionResponse* response,
                                                 std::string_view tenant) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  PendingCall call(reactor, stats_, ControlRpc::kGetSession);
  BadFields bad;
  const std::optional<SessionId> session =
      ParseSessionId(request->session_id(), "session_id", router_.incarnation(), bad);
  if (!bad.empty()) {
    call.Fail(bad.ToStatus());
  } else if (!session) {
    call.Fail(MakeStatus(Reason::kSessionNotFound, "no such open session"));
  } else {
    router_.GetSession(*session, [call = std::move(call), response, tenant = std::string(tenant)](
                                     absl::StatusOr<SessionInfo> info) mutable {
      if (!info.ok()) return call.Fail(ToGrpcStatus(info.status()));
      if (!info->facts.tenant().starts_with(tenant)) {
        return call.Fail(MakeStatus(Reason::kSessionNotFound, "no such open session"));
      }
      Fill(*info, *response->mutable_session());
      call.Complete();
    });
  }
  return reactor;
}

grpc::ServerUnaryReactor* SessionRpc::ListSessions(grpc::CallbackServerContext* context,
                                                   const v1::ListSessionsRequest* request,
                                                   v1::ListSessionsResponse* response,
                                                   std::string_view tenant) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  PendingCall call(reactor, stats_, ControlRpc::kListSessions);
  BadFields bad;
  SessionFilter filter = ParseFilter(request->filter(), "filter", bad);
  const uint32_t page_size = ParsePageSize(request->page_size(), bad);
  if (!bad.empty()) {
    call.Fail(bad.ToStatus());
    return reactor;
  }
  const uint64_t hash = HashFilter(filter);
  const uint64_t incarnation = router_.incarnation();
  ListCursor from;
  if (!request->page_token().empty()) {
    const auto cursor = ParsePageToken(request->page_token(), incarnation, hash);
    if (!cursor) {
      call.Fail(MakeFieldStatus(Reason::kPageTokenInvalid, "page_token",
                                "is not a next_page_token of this process and this filter; begin "
                                "again without one"));
      return reactor;
    }
    from = *cursor;
  }
  router_.ListSessions(
      ShareAudience(std::move(filter), {.tenant_prefix = std::string(tenant)}), page_size, from,
      [call = std::move(call), response, incarnation,
       hash](absl::StatusOr<SessionList> list) mutable {
        if (!list.ok()) return call.Fail(ToGrpcStatus(list.status()));
        for (const SessionInfo& session : list->sessions) Fill(session, *response->add_sessions());
        if (list->next) {
          response->set_next_page_token(MakePageToken(incarnation, *list->next, hash));
        }
        call.Complete();
      });
  return reactor;
}

grpc::ServerUnaryReactor* SessionRpc::GetUserStatus(grpc::CallbackServerContext* context,
                                                    const v1::GetUserStatusRequest* request,
                                                    v1::GetUserStatusResponse* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  PendingCall call(reactor, stats_, ControlRpc::kGetUserStatus);
  BadFields bad;
  std::vector<std::string> users = ParseUserIds(request->user_ids(), "user_ids", bad);
  if (!bad.empty()) {
    call.Fail(bad.ToStatus());
    return reactor;
  }
  router_.GetUserStatus(std::move(users),
                        [call = std::move(call),
                         response](absl::StatusOr<std::vector<UserPresence>> statuses) mutable {
                          if (!statuses.ok()) return call.Fail(ToGrpcStatus(statuses.status()));
                          for (const UserPresence& user : *statuses)
                            Fill(user, *response->add_statuses());
                          call.Complete();
                        });
  return reactor;
}

grpc::ServerUnaryReactor* SessionRpc::Disconnect(grpc::CallbackServerContext* context,
                                                 const v1::DisconnectRequest* request,
                                                 v1::DisconnectResponse* response,
                                                 std::string_view tenant) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  PendingCall call(reactor, stats_, ControlRpc::kDisconnect);
  BadFields bad;
  Exclusions exclusions =
      ParseExclusions(request->exclude_session_ids(), request->exclude_user_ids(), "", bad);
  exclusions.tenant_prefix = tenant;
  std::optional<Destination> to =
      ParseTarget(request->target(), std::move(exclusions), router_.incarnation(), bad);
  Kick kick = ParseKick(*request, bad);
  if (!bad.empty()) {
    call.Fail(bad.ToStatus());
  } else if (!to) {
    call.Complete();  // Nobody is meant: 0.
  } else {
    router_.Disconnect(*std::move(to), std::move(kick),
                       [call = std::move(call), response](absl::StatusOr<uint32_t> count) mutable {
                         if (!count.ok()) return call.Fail(ToGrpcStatus(count.status()));
                         response->set_disconnected(*count);
                         call.Complete();
                       });
  }
  return reactor;
}

}  // namespace wsgate
