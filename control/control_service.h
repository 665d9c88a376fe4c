// wsgate.v1.ControlService: hands each method to the class that answers it.
#pragma once

#include <functional>

#include "control/drain_rpc.h"
#include "control/limits_rpc.h"
#include "control/receive_rpc.h"
#include "control/revoke_rpc.h"
#include "control/send_rpc.h"
#include "control/send_stream_rpc.h"
#include "control/session_rpc.h"
#include "control/stats_rpc.h"
#include "control/watch_sessions_rpc.h"
#include "control/watch_stats_rpc.h"
#include "wsgate/v1/control_service.grpc.pb.h"

namespace wsgate {

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
};

// Flow:    gRPC → a *_rpc.
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
    return send_.SendToUser(context, request, response);
  }
  Reactor* SendToUsers(Context* context, const v1::SendToUsersRequest* request,
                       v1::SendToUsersResponse* response) override {
    return send_.SendToUsers(context, request, response);
  }
  Reactor* SendToSession(Context* context, const v1::SendToSessionRequest* request,
                         v1::SendToSessionResponse* response) override {
    return send_.SendToSession(context, request, response);
  }
  Reactor* Broadcast(Context* context, const v1::BroadcastRequest* request,
                     v1::BroadcastResponse* response) override {
    return send_.Broadcast(context, request, response);
  }
  grpc::ServerBidiReactor<v1::SendStreamRequest, v1::SendStreamResponse>* SendStream(
      Context* context) override {
    return send_stream_.SendStream(context);
  }
  Reactor* GetSession(Context* context, const v1::GetSessionRequest* request,
                      v1::GetSessionResponse* response) override {
    return session_.GetSession(context, request, response);
  }
  Reactor* ListSessions(Context* context, const v1::ListSessionsRequest* request,
                        v1::ListSessionsResponse* response) override {
    return session_.ListSessions(context, request, response);
  }
  Reactor* GetUserStatus(Context* context, const v1::GetUserStatusRequest* request,
                         v1::GetUserStatusResponse* response) override {
    return session_.GetUserStatus(context, request, response);
  }
  Reactor* Disconnect(Context* context, const v1::DisconnectRequest* request,
                      v1::DisconnectResponse* response) override {
    return session_.Disconnect(context, request, response);
  }
  Reactor* Revoke(Context* context, const v1::RevokeRequest* request,
                  v1::RevokeResponse* response) override {
    return revoke_.Revoke(context, request, response);
  }
  grpc::ServerBidiReactor<v1::ReceiveMessagesRequest, v1::ReceiveMessagesResponse>* ReceiveMessages(
      Context* context) override {
    return receive_.ReceiveMessages(context);
  }
  grpc::ServerWriteReactor<v1::WatchSessionsResponse>* WatchSessions(
      Context* context, const v1::WatchSessionsRequest* request) override {
    return watch_sessions_.WatchSessions(context, request);
  }
  grpc::ServerWriteReactor<v1::WatchStatsResponse>* WatchStats(
      Context* context, const v1::WatchStatsRequest* request) override {
    return watch_stats_.WatchStats(context, request);
  }
  Reactor* GetStats(Context* context, const v1::GetStatsRequest*,
                    v1::GetStatsResponse* response) override {
    return stats_.GetStats(context, response);
  }
  Reactor* GetLimits(Context* context, const v1::GetLimitsRequest*,
                     v1::GetLimitsResponse* response) override {
    return limits_.GetLimits(context, response);
  }
  Reactor* SetLimits(Context* context, const v1::SetLimitsRequest* request,
                     v1::SetLimitsResponse* response) override {
    return limits_.SetLimits(context, request, response);
  }
  Reactor* Drain(Context* context, const v1::DrainRequest*, v1::DrainResponse* response) override {
    return drain_.Drain(context, response);
  }

 private:
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
