// wsgate.v1.ControlService: hands each method to the class that answers it.
#pragma once

#include <functional>
#include <string_view>
#include <utility>

#include "control/authorizer.h"
#include "control/drain_rpc.h"
#include "control/limits_rpc.h"
#include "control/receive_rpc.h"
#include "control/refused_stream.h"
#include "control/revoke_rpc.h"
#include "control/send_rpc.h"
#include "control/send_stream_rpc.h"
#include "control/session_rpc.h"
#include "control/stats_rpc.h"
#include "control/watch_sessions_rpc.h"
#include "control/watch_stats_rpc.h"
#include "wsgate/v1/control_service.grpc.pb.h"

namespace wsgate {

class ServerTls;

// What the control API drives. Everything outlives the server.
struct ControlTargets {
  Router& router;
  CompletionQueue& completions;
  MessageHub& hub;
  WatchHub& watch;
  LimitsHolder& limits;
  const Collector& collector;
  NodeStats& stats;
  std::function<void()> begin_drain;  // Any thread, several at once; must not block.
  bool messages_hooked = false;       // What clients say goes to OnMessage, not to the hub.
  Authorizer* authorizer = nullptr;   // Null: everybody may call everything.
  ServerTls* tls = nullptr;           // Null: no TLS.
};

// Each method asks the authorizer first: a call that it refuses reaches nothing else.
// Flow:    gRPC → Authorizer → a *_rpc.
// Owner:   ControlServer.
// Threads: any; no method blocks.
// Bounds:  the server's concurrent streams.
class ControlService final : public v1::ControlService::CallbackService {
 public:
  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;

  explicit ControlService(const ControlTargets& targets);

  // Tells streams to end.
  void Stop() { streams_.Stop(); }

  Reactor* SendToUser(Context* context, const v1::SendToUserRequest* request,
                      v1::SendToUserResponse* response) override {
    return Unary(ControlRpc::kSendToUser, context, [&](std::string_view tenant) {
      return send_.SendToUser(context, request, response, tenant);
    });
  }
  Reactor* SendToUsers(Context* context, const v1::SendToUsersRequest* request,
                       v1::SendToUsersResponse* response) override {
    return Unary(ControlRpc::kSendToUsers, context, [&](std::string_view tenant) {
      return send_.SendToUsers(context, request, response, tenant);
    });
  }
  Reactor* SendToSession(Context* context, const v1::SendToSessionRequest* request,
                         v1::SendToSessionResponse* response) override {
    return Unary(ControlRpc::kSendToSession, context, [&](std::string_view tenant) {
      return send_.SendToSession(context, request, response, tenant);
    });
  }
  Reactor* Broadcast(Context* context, const v1::BroadcastRequest* request,
                     v1::BroadcastResponse* response) override {
    return Unary(ControlRpc::kBroadcast, context, [&](std::string_view tenant) {
      return send_.Broadcast(context, request, response, tenant);
    });
  }
  grpc::ServerBidiReactor<v1::SendStreamRequest, v1::SendStreamResponse>* SendStream(
      Context* context) override {
    return Stream<grpc::ServerBidiReactor<v1::SendStreamRequest, v1::SendStreamResponse>>(
        ControlRpc::kSendStream, context,
        [&](StreamGrant grant) { return send_stream_.SendStream(context, std::move(grant)); });
  }
  Reactor* GetSession(Context* context, const v1::GetSessionRequest* request,
                      v1::GetSessionResponse* response) override {
    return Unary(ControlRpc::kGetSession, context, [&](std::string_view tenant) {
      return session_.GetSession(context, request, response, tenant);
    });
  }
  Reactor* ListSessions(Context* context, const v1::ListSessionsRequest* request,
                        v1::ListSessionsResponse* response) override {
    return Unary(ControlRpc::kListSessions, context, [&](std::string_view tenant) {
      return session_.ListSessions(context, request, response, tenant);
    });
  }
  Reactor* GetUserStatus(Context* context, const v1::GetUserStatusRequest* request,
                         v1::GetUserStatusResponse* response) override {
    return Unary(ControlRpc::kGetUserStatus, context, [&](std::string_view) {
      return session_.GetUserStatus(context, request, response);
    });
  }
  Reactor* Disconnect(Context* context, const v1::DisconnectRequest* request,
                      v1::DisconnectResponse* response) override {
    return Unary(ControlRpc::kDisconnect, context, [&](std::string_view tenant) {
      return session_.Disconnect(context, request, response, tenant);
    });
  }
  Reactor* Revoke(Context* context, const v1::RevokeRequest* request,
                  v1::RevokeResponse* response) override {
    return Unary(ControlRpc::kRevoke, context,
                 [&](std::string_view) { return revoke_.Revoke(context, request, response); });
  }
  grpc::ServerBidiReactor<v1::ReceiveMessagesRequest, v1::ReceiveMessagesResponse>* ReceiveMessages(
      Context* context) override {
    return Stream<grpc::ServerBidiReactor<v1::ReceiveMessagesRequest, v1::ReceiveMessagesResponse>>(
        ControlRpc::kReceiveMessages, context,
        [&](StreamGrant grant) { return receive_.ReceiveMessages(context, std::move(grant)); });
  }
  grpc::ServerWriteReactor<v1::WatchSessionsResponse>* WatchSessions(
      Context* context, const v1::WatchSessionsRequest* request) override {
    return Stream<grpc::ServerWriteReactor<v1::WatchSessionsResponse>>(
        ControlRpc::kWatchSessions, context, [&](StreamGrant grant) {
          return watch_sessions_.WatchSessions(context, request, std::move(grant));
        });
  }
  grpc::ServerWriteReactor<v1::WatchStatsResponse>* WatchStats(
      Context* context, const v1::WatchStatsRequest* request) override {
    return Stream<grpc::ServerWriteReactor<v1::WatchStatsResponse>>(
        ControlRpc::kWatchStats, context, [&](StreamGrant grant) {
          return watch_stats_.WatchStats(context, request, std::move(grant));
        });
  }
  Reactor* GetStats(Context* context, const v1::GetStatsRequest*,
                    v1::GetStatsResponse* response) override {
    return Unary(ControlRpc::kGetStats, context,
                 [&](std::string_view) { return stats_.GetStats(context, response); });
  }
  Reactor* GetLimits(Context* context, const v1::GetLimitsRequest*,
                     v1::GetLimitsResponse* response) override {
    return Unary(ControlRpc::kGetLimits, context,
                 [&](std::string_view) { return limits_.GetLimits(context, response); });
  }
  Reactor* SetLimits(Context* context, const v1::SetLimitsRequest* request,
                     v1::SetLimitsResponse* response) override {
    return Unary(ControlRpc::kSetLimits, context,
                 [&](std::string_view) { return limits_.SetLimits(context, request, response); });
  }
  Reactor* Drain(Context* context, const v1::DrainRequest*, v1::DrainResponse* response) override {
    return Unary(ControlRpc::kDrain, context,
                 [&](std::string_view) { return drain_.Drain(context, response); });
  }

 private:
  // `serve` is given the tenant that the caller is bound to; empty: none.
  template <class Serve>
  Reactor* Unary(ControlRpc rpc, Context* context, Serve serve) {
    if (authorizer_ == nullptr) return serve(std::string_view());
    Authorizer::Verdict verdict = authorizer_->Admit(rpc, *context);
    if (verdict.caller != nullptr) return serve(std::string_view(verdict.caller->tenant));
    Reactor* const reactor = context->DefaultReactor();
    reactor->Finish(std::move(verdict.status));
    return reactor;
  }
  template <class StreamReactor, class Serve>
  StreamReactor* Stream(ControlRpc rpc, Context* context, Serve serve) {
    if (authorizer_ == nullptr) return serve(StreamGrant());
    Authorizer::Verdict verdict = authorizer_->Admit(rpc, *context);
    if (verdict.caller == nullptr) {
      return new RefusedStream<StreamReactor>(std::move(verdict.status));
    }
    return serve(StreamGrant{verdict.caller->tenant, authorizer_->Hold(*context, verdict.caller)});
  }

  Authorizer* const authorizer_;
  OpenStreams streams_;
  SendRpc send_;
  SendStreamRpc send_stream_;
  SessionRpc session_;
  RevokeRpc revoke_;
  ReceiveRpc receive_;
  StatsRpc stats_;
  WatchSessionsRpc watch_sessions_;
  WatchStatsRpc watch_stats_;
  LimitsRpc limits_;
  DrainRpc drain_;
};

}  // namespace wsgate
