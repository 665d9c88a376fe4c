#include "gateway/message/close_reason.h"

#include <gtest/gtest.h>

#include <set>

namespace wsgate {
namespace {

TEST(CloseReasonTest, EveryRowHasALabelAndEachOfTheGatewaysCodesIsOneRows) {
  std::set<uint16_t> codes;
  std::set<std::string_view> labels;
  for (const CloseReasonRow& row : kCloseReasons) {
    EXPECT_EQ(&RowOf(row.reason), &row);
    EXPECT_TRUE(codes.insert(row.code).second || row.code < 3000) << row.label;
    EXPECT_TRUE(labels.insert(row.label).second) << row.label;
    EXPECT_FALSE(row.label.empty());
    EXPECT_LE(row.label.size(), kCloseTextBytesMax);
    EXPECT_EQ(row.label.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"),
              std::string_view::npos)
        << row.label << " is a metric label";
  }
}

TEST(CloseReasonTest, CodesOfTheGatewayItselfSayWhetherToReconnect) {
  for (const CloseReasonRow& row : kCloseReasons) {
    if (row.code < 4000) {
      EXPECT_TRUE(row.code >= 1000 && row.code <= 1014) << row.label;
      continue;
    }
    EXPECT_EQ(row.reconnect, row.code <= 4099) << row.label;
    EXPECT_TRUE(row.code <= 4099 || (row.code >= 4500 && row.code <= 4599)) << row.label;
    EXPECT_FALSE(IsServiceCloseCode(row.code)) << row.label << " is not a service's to use";
  }
}

TEST(CloseReasonTest, AllThatIsSentMayStandOnTheWire) {
  for (const CloseReasonRow& row : kCloseReasons) {
    EXPECT_EQ(IsWireCloseCode(row.code), row.reason != CloseReason::kPeerGone) << row.label;
  }
}

TEST(CloseReasonTest, AServiceMayUse1000And3000To4999ButNotTheGatewaysOwn) {
  for (const uint32_t code : {1000u, 3000u, 3999u, 4100u, 4499u, 4600u, 4999u}) {
    EXPECT_TRUE(IsServiceCloseCode(code)) << code;
  }
  for (const uint32_t code :
       {0u, 999u, 1001u, 1006u, 2999u, 4000u, 4099u, 4500u, 4599u, 5000u, 65536u + 1000u, ~0u}) {
    EXPECT_FALSE(IsServiceCloseCode(code)) << code;
  }
}

TEST(CloseReasonTest, WireCodesAreThoseOfTheRfcAndItsRegistry) {
  for (const uint32_t code : {1000u, 1003u, 1007u, 1014u, 3000u, 4999u}) {
    EXPECT_TRUE(IsWireCloseCode(code)) << code;
  }
  for (const uint32_t code : {0u, 999u, 1004u, 1005u, 1006u, 1015u, 1016u, 2999u, 5000u, 65535u}) {
    EXPECT_FALSE(IsWireCloseCode(code)) << code;
  }
}

}  // namespace
}  // namespace wsgate
