#include "control/session_ring.h"

#include <gtest/gtest.h>

#include <memory>

namespace wsgate {
namespace {

ShownEventsPtr Batch(uint64_t first, size_t count, size_t bytes = 1) {
  auto batch = std::make_shared<ShownEvents>();
  batch->first = first;
  batch->bytes = bytes;
  batch->events.resize(count);
  return batch;
}

TEST(SessionRingTest, WhatFollowsANumberIsFoundInItsBatch) {
  SessionRing ring(100, 100);
  EXPECT_TRUE(ring.Remembers(0));
  EXPECT_EQ(ring.After(0), nullptr);
  ring.Push(Batch(1, 3));
  ring.Push(Batch(4, 1));
  EXPECT_EQ(ring.last(), 4u);
  EXPECT_EQ(ring.After(0)->first, 1u);
  EXPECT_EQ(ring.After(2)->first, 1u);
  EXPECT_EQ(ring.After(3)->first, 4u);
  EXPECT_EQ(ring.After(4), nullptr);
}

TEST(SessionRingTest, BeyondItsBoundTheOldestIsForgotten) {
  SessionRing ring(4, 100);
  ring.Push(Batch(1, 2));
  ring.Push(Batch(3, 2));
  EXPECT_TRUE(ring.Remembers(0));
  ring.Push(Batch(5, 1));
  EXPECT_FALSE(ring.Remembers(1)) << "2 is forgotten";
  EXPECT_TRUE(ring.Remembers(2)) << "3 is not";
  EXPECT_EQ(ring.After(2)->first, 3u);
  ring.Push(Batch(6, 10));
  EXPECT_FALSE(ring.Remembers(4));
  EXPECT_TRUE(ring.Remembers(5)) << "the newest batch always fits";
}

TEST(SessionRingTest, BytesAreABoundAsWell) {
  SessionRing ring(1'000, 100);
  ring.Push(Batch(1, 1, 60));
  ring.Push(Batch(2, 1, 60));
  EXPECT_FALSE(ring.Remembers(0));
  EXPECT_TRUE(ring.Remembers(1));
}

TEST(SessionRingTest, NoGapIsPassedOver) {
  SessionRing ring(100, 100);
  ring.Push(Batch(1, 2));
  ring.Push(Batch(5, 2));
  EXPECT_FALSE(ring.Remembers(2)) << "3 and 4 were never here";
  EXPECT_TRUE(ring.Remembers(4));
  EXPECT_EQ(ring.After(4)->first, 5u);
}

TEST(SessionRingTest, WhatIsForgottenStaysSo) {
  SessionRing ring(100, 100);
  ring.Push(Batch(1, 2));
  ring.ForgetUpTo(7);
  EXPECT_FALSE(ring.Remembers(2));
  ring.Push(Batch(3, 2));
  EXPECT_FALSE(ring.Remembers(2)) << "it came too late";
  EXPECT_EQ(ring.After(7), nullptr);
  ring.Push(Batch(8, 1));
  EXPECT_EQ(ring.After(7)->first, 8u);
}

}  // namespace
}  // namespace wsgate
