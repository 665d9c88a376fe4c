#include "gateway/metrics/cell.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace wsgate {
namespace {

TEST(CellTest, CounterAddsUp) {
  Counter counter;
  EXPECT_EQ(counter.Value(), 0u);
  counter.Add();
  counter.Add(41);
  EXPECT_EQ(counter.Value(), 42u);
}

TEST(CellTest, GaugeShowsOneReleaseTooMany) {
  Gauge gauge;
  gauge.Set(7);
  gauge.Add(2);
  gauge.Sub(10);
  EXPECT_EQ(gauge.Value(), -1);
}

TEST(CellTest, ReadersSeeACounterOnlyRise) {
  constexpr uint64_t kEvents = 200'000;
  Counter counter;
  std::thread writer([&counter] {
    for (uint64_t i = 0; i < kEvents; ++i) counter.Add();
  });
  uint64_t last = 0;
  while (last < kEvents) {
    const uint64_t now = counter.Value();
    ASSERT_GE(now, last);
    last = now;
  }
  writer.join();
  EXPECT_EQ(counter.Value(), kEvents);
}

TEST(CellTest, SharedCellsTakeManyWriters) {
  SharedCounter counter;
  SharedGauge gauge;
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&] {
      for (int event = 0; event < 10'000; ++event) {
        counter.Add();
        gauge.Add(3);
        gauge.Sub(2);
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(counter.Value(), 40'000u);
  EXPECT_EQ(gauge.Value(), 40'000);
}

}  // namespace
}  // namespace wsgate
