#include "control/disconnect_hook.h"

#include <algorithm>
#include <utility>

#include "control/convert.h"
#include "control/run_later.h"

namespace wsgate {

DisconnectHook::DisconnectHook(HookSettings settings, CompletionQueue& completions,
                               NodeStats& stats)
    : closed_(settings.closed),
      completions_(completions),
      caller_(std::move(settings), &v1::HookService::StubInterface::async_interface::OnDisconnect,
              stats) {}

void DisconnectHook::OnEvents(const SessionEventsPtr& events) {
  const auto left = [](const SessionEvent& event) {
    return event.kind == SessionEvent::Kind::kDisconnected;
  };
  if (std::none_of(events->begin(), events->end(), left)) return;
  RunLater(completions_, [this, events, left] {
    for (const SessionEvent& event : *events) {
      if (!left(event)) continue;
      v1::OnDisconnectRequest request;
      Fill(event, *request.mutable_end());
      Tell(std::move(request));
    }
  });
}

void DisconnectHook::Tell(v1::OnDisconnectRequest request) {
  // Where no answer may be lost, the request is kept until there is one.
  v1::OnDisconnectRequest again;
  if (closed_) again = request;
  caller_.Call(std::move(request), [this, again = std::move(again)](
                                       HookResult result, v1::OnDisconnectResponse&) mutable {
    const bool lost = result == HookResult::kTimeout || result == HookResult::kUnavailable;
    if (closed_ && lost) Tell(std::move(again));
  });
}

void DisconnectHook::Stop(Duration grace) {
  caller_.WaitUntilIdle(grace);
  caller_.Stop();
}

}  // namespace wsgate
