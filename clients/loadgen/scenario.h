// What wsgate-load can measure. Each scenario drives one server and returns its figures as JSON.
// Where a measurement has rounds, `rounds` in the result is its main figure for each of them:
// medians are robust, and pairs can be compared.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "clients/loadgen/options.h"
#include "clients/loadgen/process_probe.h"
#include "clients/loadgen/swarm.h"

namespace wsgate::loadgen {

using Json = nlohmann::ordered_json;  // Fields stay in the order in which a reader wants them.

// CPU of the server for each accepted connection.
Json RunConnect(const Options& options);
// Process memory of the server at each of `steps` sessions, and the slope: bytes a session.
Json RunIdleMemory(const Options& options);
// CPU of the server a second and session, while nothing but pings goes on.
Json RunIdleCpu(const Options& options);
// CPU of the server for each delivered message of a broadcast, and when the last one arrives.
Json RunBroadcast(const Options& options);
// The same for `burst` broadcasts that are started at once.
Json RunBurst(const Options& options);
// Memory and broadcast time at each of `steps` sessions.
Json RunTable(const Options& options);
// SendToUser calls a second, to every user in turn; CPU of the server a call, by thread.
Json RunSendToUser(const Options& options);
// Items of one SendStream a second, to every user in turn; CPU of the server an item, by thread.
Json RunSendStream(const Options& options);
// CPU of the server's shards for each session that comes, at a fixed rate, while some watch.
Json RunWatch(const Options& options);
// Latency of SendToUser while all sessions get one broadcast after the other.
Json RunSendUnderBroadcast(const Options& options);

// Prints why nothing can be measured and ends the program at once, on any thread.
[[noreturn]] void Die(const std::string& why);

// Opens `count` more sessions; ends the program unless every one got in.
void ConnectAll(Swarm& swarm, uint32_t count);
// Ends the program when a session ended or a message is missing: figures of half a swarm mean
// nothing.
void RequireWhole(const Swarm& swarm, uint64_t messages);

// The message that `options` ask for.
std::string Payload(const Options& options);
Duration Seconds(double seconds);
double Microseconds(Duration duration);
// `sorted` ascending and not empty; `share` from 0 to 1.
uint64_t Percentile(const std::vector<uint64_t>& sorted, double share);
double Median(std::vector<double> values);
struct MemoryPoint {
  double sessions = 0;
  double bytes = 0;
};
// The slope of the straight line with the least squared error, bytes a session; at least two points
// with different sessions.
double Slope(const std::vector<MemoryPoint>& points);
// Microseconds of CPU for each of `count` things, process and threads.
Json CpuPer(const CpuSample& used, double count);

}  // namespace wsgate::loadgen
