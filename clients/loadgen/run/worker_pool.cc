#include "clients/loadgen/run/worker_pool.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "clients/loadgen/run/worker.h"

namespace wsgate::loadgen {

WorkerPool::WorkerPool(const RunOptions& options) {
  for (uint32_t i = 0; i < options.processes; ++i) Fork(options, i);
}

WorkerPool::~WorkerPool() {
  for (Member& member : members_) {
    member.pipe = LinePipe();  // Whose end is the end of the worker.
    waitpid(member.pid, nullptr, 0);
  }
}

void WorkerPool::Fork(const RunOptions& options, uint32_t number) {
  const auto begin_of = [&](uint64_t i) {
    return static_cast<uint32_t>(i * options.sessions / options.processes);
  };
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) Die("no more sockets");
  std::fflush(nullptr);
  const pid_t pid = fork();
  if (pid < 0) Die("no more processes");
  if (pid == 0) {
    // A terminal's Ctrl-C goes to every process; the run's decides what it means.
    std::signal(SIGINT, SIG_IGN);
    std::signal(SIGTERM, SIG_IGN);
    members_.clear();  // The ends of its elder siblings.
    close(ends[0]);
    const Share share{.first = begin_of(number), .count = begin_of(number + 1) - begin_of(number)};
    Worker(options, share, LinePipe(ends[1])).Run();
    std::_Exit(0);
  }
  close(ends[1]);
  Member& member = members_.emplace_back();
  member.pid = pid;
  member.pipe = LinePipe(ends[0]);
}

void WorkerPool::Tell(const Json& line) {
  for (Member& member : members_) {
    if (!member.pipe.Write(line)) Die("a process that held sessions has ended");
  }
}

void WorkerPool::Poll(Duration time) {
  std::vector<pollfd> ends;
  for (const Member& member : members_) {
    ends.push_back({.fd = member.pipe.fd(), .events = POLLIN, .revents = 0});
  }
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(time).count();
  poll(ends.data(), ends.size(), static_cast<int>(std::max<int64_t>(ms, 0)));
  for (Member& member : members_) {
    while (auto line = member.pipe.Read()) Take(member, *line);
    if (member.pipe.ended()) Die("a process that held sessions has ended");
  }
}

void WorkerPool::Take(Member& member, const Json& line) {
  member.counts = {.opened = line.at("opened"),
                   .not_opened = line.at("not_opened"),
                   .ended = line.at("ended"),
                   .received = line.at("received"),
                   .said = line.at("said")};
  const std::string name = line.at("line");
  if (name == "connected") member.connected = true;
  if (name == "result") member.result = line;
}

PoolCounts WorkerPool::Counts() const {
  PoolCounts sum;
  for (const Member& member : members_) {
    sum.opened += member.counts.opened;
    sum.not_opened += member.counts.not_opened;
    sum.ended += member.counts.ended;
    sum.received += member.counts.received;
    sum.said += member.counts.said;
  }
  return sum;
}

bool WorkerPool::AllConnected() const {
  return std::all_of(members_.begin(), members_.end(),
                     [](const Member& member) { return member.connected; });
}

bool WorkerPool::AllFinished() const {
  return std::all_of(members_.begin(), members_.end(),
                     [](const Member& member) { return !member.result.is_null(); });
}

std::vector<Json> WorkerPool::Results() const {
  std::vector<Json> results;
  for (const Member& member : members_) results.push_back(member.result);
  return results;
}

}  // namespace wsgate::loadgen
