// `wsgate-load run`: sessions, traffic, checks and figures.
#pragma once

#include "clients/loadgen/run/run_options.h"

namespace wsgate::loadgen {

// Runs what `options` say, prints the report on stdout and returns the exit code. Forks, so that it
// must be called before any thread is started.
int RunLoad(RunOptions options);

}  // namespace wsgate::loadgen
