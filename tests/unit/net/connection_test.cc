#include "gateway/net/connection.h"

#include <gtest/gtest.h>

namespace wsgate {
namespace {

using std::chrono::seconds;

TEST(ConnectionTableTest, TheOldestOfEachStateComesFirst) {
  ConnectionTable table;
  const Time now = SteadyNow();
  EXPECT_EQ(table.Oldest(ConnectionState::kReading), nullptr);
  Connection& first = table.Add(10, now);
  Connection& second = table.Add(11, now + seconds(1));
  EXPECT_EQ(table.Oldest(ConnectionState::kReading), &first);
  table.MarkRefused(second, now + seconds(2));
  table.MarkRefused(first, now + seconds(3));
  EXPECT_EQ(table.count(ConnectionState::kReading), 0u);
  EXPECT_EQ(table.count(ConnectionState::kRefused), 2u);
  EXPECT_EQ(table.Oldest(ConnectionState::kRefused), &second) << "refused first";
  EXPECT_EQ(first.since, now + seconds(3));
}

TEST(ConnectionTableTest, AnOldSlotDoesNotFindTheNextTenant) {
  ConnectionTable table;
  Connection& first = table.Add(10, SteadyNow());
  const SessionSlot slot = first.slot;
  EXPECT_EQ(table.Find(slot), &first);
  table.Remove(first);
  EXPECT_EQ(table.Find(slot), nullptr);
  Connection& second = table.Add(11, SteadyNow());
  EXPECT_EQ(second.slot.index, slot.index);
  EXPECT_EQ(table.Find(slot), nullptr);
  EXPECT_EQ(table.Find(second.slot), &second);
  EXPECT_EQ(table.Find({.index = 99}), nullptr);
}

TEST(ConnectionTableTest, RemovingGivesItsPermitsBack) {
  CappedCount count;
  ConnectionTable table;
  Connection& connection = table.Add(10, SteadyNow());
  connection.descriptor = Permit::TryTake(count, 1);
  EXPECT_FALSE(Permit::TryTake(count, 1));
  table.Remove(connection);
  EXPECT_TRUE(Permit::TryTake(count, 1));
}

}  // namespace
}  // namespace wsgate
