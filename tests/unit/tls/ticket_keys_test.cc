#include "gateway/tls/ticket_keys.h"

#include <gtest/gtest.h>

namespace wsgate {
namespace {

Time now;
Time Now() {
  return now;
}

TEST(TicketKeysTest, AKeyServesForItsLifeAndIsKnownForAnother) {
  TicketKeys keys(Now);
  const TicketKeys::Key first = keys.Current();
  EXPECT_EQ(keys.Current().name, first.name);
  now += TicketKeys::kLife;
  const TicketKeys::Key second = keys.Current();
  EXPECT_NE(second.name, first.name);
  EXPECT_NE(second.cipher, first.cipher);
  EXPECT_NE(second.mac, first.mac);
  TicketKeys::Key found;
  bool is_current = true;
  ASSERT_TRUE(keys.Find(first.name.data(), found, is_current));
  EXPECT_FALSE(is_current) << "its ticket is to be renewed";
  EXPECT_EQ(found.cipher, first.cipher);
  ASSERT_TRUE(keys.Find(second.name.data(), found, is_current));
  EXPECT_TRUE(is_current);
  now += TicketKeys::kLife;
  EXPECT_FALSE(keys.Find(first.name.data(), found, is_current));
  EXPECT_TRUE(keys.Find(second.name.data(), found, is_current));
}

TEST(TicketKeysTest, WhereNobodyCameForLongTheOldKeyIsGoneToo) {
  TicketKeys keys(Now);
  const TicketKeys::Key first = keys.Current();
  now += 2 * TicketKeys::kLife;
  TicketKeys::Key found;
  bool is_current = true;
  EXPECT_FALSE(keys.Find(first.name.data(), found, is_current));
}

TEST(TicketKeysTest, AnothersKeysAreUnknown) {
  TicketKeys keys(Now);
  TicketKeys others(Now);
  TicketKeys::Key found;
  bool is_current = true;
  EXPECT_FALSE(keys.Find(others.Current().name.data(), found, is_current));
}

}  // namespace
}  // namespace wsgate
