#include "control/control_service.h"

namespace wsgate {

ControlService::ControlService(const ControlTargets& targets)
    : authorizer_(targets.authorizer),
      send_(targets.router, targets.limits, targets.stats),
      send_stream_(targets.router, targets.limits, targets.completions, streams_, targets.stats),
      session_(targets.router, targets.stats),
      revoke_(targets.router, targets.stats),
      receive_(targets.hub, targets.stats, targets.messages_hooked),
      stats_(targets.collector, targets.stats),
      watch_sessions_(targets.router, targets.watch, streams_, targets.stats),
      watch_stats_(targets.collector, streams_, targets.stats),
      limits_(targets.limits, targets.stats),
      drain_(targets.begin_drain, targets.collector, targets.stats) {}

}  // namespace wsgate
