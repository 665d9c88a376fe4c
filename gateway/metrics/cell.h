// One number that is counted on a hot path and read from anywhere. All loads and stores are
// relaxed: a reader may be one event behind and orders nothing by what it reads.
#pragma once

#include <atomic>
#include <cstdint>

namespace wsgate {

// Only rises.
// Flow:    a shard → its ShardStats → Collector.
// Owner:   its struct.
// Threads: Add() from one thread, Value() from any. One writer needs no locked instruction.
// Bounds:  eight bytes.
class Counter {
 public:
  void Add(uint64_t count = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  }
  [[nodiscard]] uint64_t Value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// Rises and falls. Signed, so that a release too many is seen as -1 and not as a huge number.
// Threads: Set(), Add(), Sub() from one thread, Value() from any.
class Gauge {
 public:
  void Set(int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void Add(int64_t by = 1) { Set(Value() + by); }
  void Sub(int64_t by = 1) { Set(Value() - by); }
  [[nodiscard]] int64_t Value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

// A Counter with many writers, for what happens beside the shards.
// Threads: any.
class SharedCounter {
 public:
  void Add(uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
  [[nodiscard]] uint64_t Value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// A Gauge with many writers.
// Threads: any.
class SharedGauge {
 public:
  void Set(int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void Add(int64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
  void Sub(int64_t by = 1) { value_.fetch_sub(by, std::memory_order_relaxed); }
  [[nodiscard]] int64_t Value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

}  // namespace wsgate
