// Which process listens on an address of this machine.
#pragma once

#include <sys/types.h>

#include <string>

namespace wsgate::loadgen {

// 0 where nobody does, or somebody whose descriptors we may not see. `address` is IPV4:PORT.
// Cost: a look at every descriptor that this user may see.
pid_t FindListener(const std::string& address);

}  // namespace wsgate::loadgen
