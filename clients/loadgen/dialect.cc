#include "clients/loadgen/dialect.h"

#include "clients/loadgen/scenario.h"

namespace wsgate::loadgen {

std::unique_ptr<Dialect> MakeDialect(const std::string& name) {
  if (name == "plain") return MakePlain();
  if (name == "socket.io") return MakeSocketIo();
  if (name == "centrifuge") return MakeCentrifuge();
  if (name == "pusher") return MakePusher();
  Die("no such dialect: " + name);
}

}  // namespace wsgate::loadgen
