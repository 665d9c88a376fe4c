#include "clients/loadgen/pacer.h"

#include <unistd.h>

#include <cstdio>

#include "clients/loadgen/scenario.h"

namespace wsgate::loadgen {

Pacer::Pacer(const Options& options, Swarm& swarm) : paced_(options.paced), swarm_(swarm) {
  if (paced_) swarm_.Watch(STDIN_FILENO, [this] { OnReadable(); });
}

void Pacer::Wait() {
  if (!paced_) return;
  std::puts("waiting");
  std::fflush(stdout);
  constexpr Duration kDriverTimeout = std::chrono::minutes(10);
  if (!swarm_.RunUntil([this] { return allowed_ > 0; }, kDriverTimeout))
    Die("nobody paces the rounds");
  --allowed_;
}

void Pacer::OnReadable() {
  char bytes[64];
  const ssize_t got = read(STDIN_FILENO, bytes, sizeof bytes);
  if (got <= 0) Die("whoever paced the rounds has gone");
  allowed_ += static_cast<uint32_t>(got);
}

}  // namespace wsgate::loadgen
