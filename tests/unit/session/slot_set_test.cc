#include "gateway/session/slot_set.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace wsgate {
namespace {

TEST(SlotSetTest, HasWhatWasInsertedAndNotRemoved) {
  SlotSet set;
  EXPECT_TRUE(set.empty());
  for (const uint32_t index : {0u, 63u, 64u, 1000u}) set.Insert(index);
  set.Insert(63);
  EXPECT_EQ(set.count(), 4u);
  EXPECT_TRUE(set.Has(64));
  EXPECT_FALSE(set.Has(65));
  EXPECT_FALSE(set.Has(100'000)) << "beyond what it holds";
  EXPECT_TRUE(set.Remove(64));
  EXPECT_FALSE(set.Remove(64));
  EXPECT_FALSE(set.Remove(100'000));
  EXPECT_EQ(set.count(), 3u);
}

TEST(SlotSetTest, NextFindsTheLowestNotBelow) {
  SlotSet set;
  EXPECT_EQ(set.Next(0), kNoSlot);
  for (const uint32_t index : {3u, 63u, 64u, 500u}) set.Insert(index);
  EXPECT_EQ(set.Next(0), 3u);
  EXPECT_EQ(set.Next(3), 3u);
  EXPECT_EQ(set.Next(4), 63u);
  EXPECT_EQ(set.Next(64), 64u);
  EXPECT_EQ(set.Next(65), 500u);
  EXPECT_EQ(set.Next(501), kNoSlot);
  EXPECT_EQ(set.Next(100'000), kNoSlot);
}

TEST(SlotSetTest, EqualityIgnoresCapacity) {
  SlotSet a;
  SlotSet b;
  a.Insert(1);
  b.Insert(1);
  b.Insert(9999);
  EXPECT_FALSE(a == b);
  b.Remove(9999);
  EXPECT_TRUE(a == b);
  a.Insert(2);
  b.Insert(3);
  EXPECT_FALSE(a == b);
}

TEST(SlotSetTest, AgreesWithASortedSet) {
  std::mt19937 random(1);
  SlotSet set;
  std::set<uint32_t> model;
  for (int i = 0; i < 20'000; ++i) {
    const uint32_t index = random() % 700;
    switch (random() % 3) {
      case 0:
        set.Insert(index);
        model.insert(index);
        break;
      case 1:
        EXPECT_EQ(set.Remove(index), model.erase(index) == 1);
        break;
      default: {
        const auto next = model.lower_bound(index);
        EXPECT_EQ(set.Next(index), next == model.end() ? kNoSlot : *next);
      }
    }
    ASSERT_EQ(set.count(), model.size());
  }
}

}  // namespace
}  // namespace wsgate
