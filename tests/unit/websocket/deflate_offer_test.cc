// The grammar of RFC 6455 section 9.1 and each parameter of RFC 7692 section 7.1, on both sides.
#include "gateway/websocket/deflate_offer.h"

#include <gtest/gtest.h>

#include <string>

namespace wsgate {
namespace {

constexpr std::string_view kAnswer =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

// What becomes of a header: "malformed", "declined", or the answer.
std::string Answer(std::string_view header) {
  const auto offers = ParseExtensions(header);
  if (!offers) return "malformed";
  const auto agreement = ChooseDeflate(*offers);
  return agreement ? agreement->answer : "declined";
}

std::string Accepted(std::string_view more = "") {
  return std::string(kAnswer).append(more);
}

int ServerBits(std::string_view header) {
  const auto offers = ParseExtensions(header);
  const auto agreement = offers ? ChooseDeflate(*offers) : std::nullopt;
  return agreement ? agreement->server_bits : 0;
}

TEST(ParseExtensionsTest, ReadsNamesParametersAndQuotedValues) {
  const auto offers = ParseExtensions("foo ; bar=1;baz=\"a\\b\" , ,\tpermessage-deflate");
  ASSERT_TRUE(offers);
  ASSERT_EQ(offers->size(), 2u);
  EXPECT_EQ((*offers)[0].name, "foo");
  ASSERT_EQ((*offers)[0].parameters.size(), 2u);
  EXPECT_EQ((*offers)[0].parameters[0].name, "bar");
  EXPECT_EQ((*offers)[0].parameters[0].value, "1");
  EXPECT_EQ((*offers)[0].parameters[1].value, "ab");
  EXPECT_EQ((*offers)[1].name, "permessage-deflate");
  EXPECT_TRUE((*offers)[1].parameters.empty());
  EXPECT_TRUE(ParseExtensions("")->empty());
}

TEST(ParseExtensionsTest, RefusesWhatTheGrammarDoesNotAllow) {
  for (const std::string_view bad :
       {"foo bar", "foo;", "foo;;bar", ";foo", "=1", "foo; =1", "foo; bar=", "foo; bar=1=2",
        "foo; bar=\"", "foo; bar=\"\"", "foo; bar=\"a b\"", "foo; bar=\"a\\", "foo; bar=\"a\"b",
        "foo/1", "foo; bar=(1)", "f\xc3\xbc", "foo; bar=\"a,b\""}) {
    EXPECT_EQ(Answer(bad), "malformed") << bad;
  }
}

TEST(ChooseDeflateTest, NobodyWhoDoesNotOfferItGetsIt) {
  for (const std::string_view header : {"", "foo", "x-webkit-deflate-frame", "permessage-bzip2",
                                        "foo; permessage-deflate", "Permessage-Deflate"}) {
    EXPECT_EQ(Answer(header), "declined") << header;
  }
}

TEST(ChooseDeflateTest, ContextTakeoverIsForbiddenWhateverTheOffer) {
  for (const std::string_view header :
       {"permessage-deflate", "permessage-deflate; server_no_context_takeover",
        "permessage-deflate; client_no_context_takeover",
        "permessage-deflate;client_no_context_takeover;server_no_context_takeover"}) {
    EXPECT_EQ(Answer(header), Accepted()) << header;
    EXPECT_EQ(ServerBits(header), 15) << header;
  }
  for (const std::string_view header :
       {"permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; client_no_context_takeover=true",
        "permessage-deflate; client_no_context_takeover; client_no_context_takeover"}) {
    EXPECT_EQ(Answer(header), "declined") << header;
  }
}

TEST(ChooseDeflateTest, AServerWindowIsTakenAndEchoed) {
  for (int bits = 8; bits <= 15; ++bits) {
    const std::string n = std::to_string(bits);
    EXPECT_EQ(Answer("permessage-deflate; server_max_window_bits=" + n),
              Accepted("; server_max_window_bits=" + n));
    EXPECT_EQ(ServerBits("permessage-deflate; server_max_window_bits=\"" + n + "\""), bits);
  }
  for (const std::string_view bad :
       {"server_max_window_bits", "server_max_window_bits=7", "server_max_window_bits=16",
        "server_max_window_bits=010", "server_max_window_bits=8.0", "server_max_window_bits=+9",
        "server_max_window_bits=9; server_max_window_bits=9"}) {
    EXPECT_EQ(Answer("permessage-deflate; " + std::string(bad)), "declined") << bad;
  }
}

TEST(ChooseDeflateTest, AClientWindowIsAnsweredOnlyWhereItWasOffered) {
  EXPECT_EQ(Answer("permessage-deflate; client_max_window_bits"),
            Accepted("; client_max_window_bits=15"));
  EXPECT_EQ(Answer("permessage-deflate; client_max_window_bits=10"),
            Accepted("; client_max_window_bits=10"));
  EXPECT_EQ(ServerBits("permessage-deflate; client_max_window_bits=10"), 15);
  for (const std::string_view bad :
       {"client_max_window_bits=7", "client_max_window_bits=16", "client_max_window_bits=09",
        "client_max_window_bits; client_max_window_bits=9",
        "client_max_window_bits=9; client_max_window_bits"}) {
    EXPECT_EQ(Answer("permessage-deflate; " + std::string(bad)), "declined") << bad;
  }
}

TEST(ChooseDeflateTest, TheFirstAcceptableOfferIsTaken) {
  EXPECT_EQ(Answer("foo, permessage-deflate; server_max_window_bits=9, permessage-deflate"),
            Accepted("; server_max_window_bits=9"));
  EXPECT_EQ(Answer("permessage-deflate; unknown, permessage-deflate; client_max_window_bits"),
            Accepted("; client_max_window_bits=15"));
  EXPECT_EQ(Answer("permessage-deflate; server_max_window_bits=99, permessage-deflate; x=1"),
            "declined");
}

}  // namespace
}  // namespace wsgate
