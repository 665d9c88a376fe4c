#include "gateway/base/check.h"

#include <gtest/gtest.h>

namespace wsgate {
namespace {

TEST(CheckDeathTest, PassesWhatHoldsAndNamesWhatDoesNot) {
  int evaluated = 0;
  WSGATE_CHECK(++evaluated == 1);
  EXPECT_EQ(evaluated, 1);
  EXPECT_DEATH(WSGATE_CHECK(evaluated == 2), "check_test.cc:.*check failed: evaluated == 2");
}

}  // namespace
}  // namespace wsgate
