// Each puts its command into the tree.
#pragma once

#include "clients/cli/command_line.h"

namespace wsgate::cli {

void AddSend(CommandLine& line);
void AddBroadcast(CommandLine& line);
void AddSessions(CommandLine& line);
void AddDisconnect(CommandLine& line);
void AddToken(CommandLine& line);
void AddRevoke(CommandLine& line);
void AddStats(CommandLine& line);
void AddLimits(CommandLine& line);
void AddWatch(CommandLine& line);
void AddTail(CommandLine& line);
void AddDrain(CommandLine& line);
void AddHealth(CommandLine& line);
void AddCheck(CommandLine& line);
void AddCaller(CommandLine& line);
void AddCompletion(CommandLine& line);

}  // namespace wsgate::cli
