#include "gateway/websocket/utf8.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/fuzz/naive_reader.h"

namespace wsgate {
namespace {

using testing::NaiveTextState;
using testing::TextState;

TextState StateInPieces(std::string_view text, size_t first_cut, size_t second_cut) {
  Utf8Checker utf8;
  for (const std::string_view piece :
       {text.substr(0, first_cut), text.substr(first_cut, second_cut - first_cut),
        text.substr(second_cut)}) {
    if (!utf8.Push(piece)) return TextState::kBad;
  }
  return utf8.complete() ? TextState::kWhole : TextState::kOpen;
}

void ExpectAtEveryCut(const std::string& text) {
  const TextState expected = NaiveTextState(text);
  for (size_t second = 0; second <= text.size(); ++second) {
    for (size_t first = 0; first <= second; ++first) {
      ASSERT_EQ(StateInPieces(text, first, second), expected)
          << ::testing::PrintToString(text) << " cut at " << first << " and " << second;
    }
  }
}

TEST(Utf8CheckerTest, TakesTheEdgesOfEachLengthAndRefusesWhatLiesBeyond) {
  for (const std::string& text : std::initializer_list<std::string>{
           std::string("\0", 1), std::string("\x7f"), std::string("\xc2\x80"),
           std::string("\xdf\xbf"), std::string("\xe0\xa0\x80"), std::string("\xed\x9f\xbf"),
           std::string("\xee\x80\x80"), std::string("\xef\xbf\xbf"),
           std::string("\xf0\x90\x80\x80"), std::string("\xf4\x8f\xbf\xbf")}) {
    EXPECT_EQ(StateInPieces(text, 0, 0), TextState::kWhole) << ::testing::PrintToString(text);
    ExpectAtEveryCut(text);
    ExpectAtEveryCut("abc" + text + "\xe2\x82\xac");
  }
  for (const std::string& text : std::initializer_list<std::string>{
           "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
           "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80",
           "\xff", "\xc2\x41", "\xe2\x82\x41", "\xf0\x9f\x98\x41"}) {
    EXPECT_EQ(StateInPieces(text, 0, 0), TextState::kBad) << ::testing::PrintToString(text);
    ExpectAtEveryCut(text);
    ExpectAtEveryCut("abc" + text + "\xe2\x82\xac");
  }
}

TEST(Utf8CheckerTest, AnOpenCharacterIsNeitherWholeNorBad) {
  for (const std::string& text : std::initializer_list<std::string>{
           "\xc2", "\xe2", "\xe2\x82", "\xf0", "\xf0\x9f", "\xf0\x9f\x98"}) {
    EXPECT_EQ(StateInPieces(text, 0, 0), TextState::kOpen) << ::testing::PrintToString(text);
    ExpectAtEveryCut("x" + text);
  }
}

TEST(Utf8CheckerTest, FailsAtTheFirstBadByteOfAnOpenCharacter) {
  for (const std::string& text : std::initializer_list<std::string>{
           "\xe0\x80", "\xed\xa0", "\xf0\x80", "\xf4\x90", "\xf5", "\xc1"}) {
    EXPECT_EQ(StateInPieces(text, 0, 0), TextState::kBad) << ::testing::PrintToString(text);
    EXPECT_EQ(StateInPieces(std::string(100, 'a') + text, 0, 0), TextState::kBad);
  }
}

TEST(Utf8CheckerTest, EveryPairOfBytesIsJudgedAsByTheModel) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second)};
      const TextState expected = NaiveTextState(text);
      ASSERT_EQ(StateInPieces(text, 0, 0), expected) << first << ' ' << second;
      ASSERT_EQ(StateInPieces(text, 1, 1), expected) << first << ' ' << second;
    }
  }
}

TEST(Utf8CheckerTest, RandomTextIsJudgedAsByTheModelHoweverItIsCut) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  constexpr std::string_view kPieces[] = {
      "a",    "zz",   "\xc3\xa9", "\xe2\x82\xac", "\xed\x9f", "\xf0\x9f", "\xf0\x9f\x98\x80",
      "\x80", "\xbf", "\xe0"};
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 80, 'x');
    const size_t pieces = random() % 12;
    for (size_t i = 0; i < pieces; ++i) {
      // Mostly from the valid half, so that the bad byte is not always the first.
      text += kPieces[random() % 8 == 0 ? random() % std::size(kPieces) : random() % 4];
    }
    const size_t second = random() % (text.size() + 1);
    const size_t first = random() % (second + 1);
    ASSERT_EQ(StateInPieces(text, first, second), NaiveTextState(text))
        << ::testing::PrintToString(text) << " cut at " << first << " and " << second;
  }
}

}  // namespace
}  // namespace wsgate
