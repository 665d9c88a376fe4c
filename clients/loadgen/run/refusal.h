// Why a run did not come about, and what to do.
#pragma once

#include <grpcpp/support/status.h>

#include <string>

#include "clients/loadgen/run/figures.h"
#include "clients/loadgen/run/run_options.h"

namespace wsgate::loadgen {

struct Refusal {
  int exit_code = kExitClean;  // Then there is none.
  std::string why;

  explicit operator bool() const { return exit_code != kExitClean; }
};

// Nobody got in at the client port.
[[nodiscard]] Refusal ClientRefusal(const RunOptions& options, const RunFigures& figures);
// `rpc` failed, the first of its kind.
[[nodiscard]] Refusal ControlRefusal(const RunOptions& options, const char* rpc,
                                     const grpc::Status& status);

}  // namespace wsgate::loadgen
