// What we compress others inflate, what others compress we inflate, and what is neither is refused.
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "gateway/websocket/deflater.h"
#include "gateway/websocket/inflater.h"
#include "tests/fuzz/naive_reader.h"

namespace wsgate {
namespace {

using testing::DeflatedPayload;
using testing::Inflated;
using testing::NaiveInflate;

std::string Repetitive(size_t size) {
  std::string text;
  while (text.size() < size) text += "{\"price\":" + std::to_string(text.size() * 37 % 1001) + "},";
  text.resize(size);
  return text;
}

std::string Noise(size_t size) {
  std::mt19937_64 random(size);
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

// The whole message; "bad", "open": why it is none.
std::string Inflate(Inflater& inflater, std::string_view payload, size_t step = 1 << 20) {
  std::string out;
  std::array<char, 1000> room;
  inflater.Begin();
  for (size_t at = 0; at < payload.size(); at += step) {
    inflater.Give(payload.substr(at, step));
    for (;;) {
      const auto piece = inflater.Take(room);
      if (!piece) return "bad";
      if (piece->empty()) break;
      out += *piece;
    }
  }
  return inflater.End() ? out : "open";
}

TEST(DeflaterTest, EachMessageIsInflatedWithoutTheOnesBeforeIt) {
  for (const int level : {1, 3, 6, 9}) {
    Deflater deflater(level);
    for (const size_t size : {100u, 1'000u, 40'000u, 300'000u, 100u}) {
      const std::string text = Repetitive(size);
      const auto payload = deflater.Deflate(text);
      ASSERT_TRUE(payload) << size;
      EXPECT_LT(payload->size(), text.size());
      const Inflated inflated = NaiveInflate(*payload);
      EXPECT_TRUE(inflated.whole);
      EXPECT_EQ(inflated.out, text) << level << ' ' << size;
    }
  }
}

TEST(DeflaterTest, WhatDoesNotGetSmallerIsLeftAlone) {
  Deflater deflater(6);
  for (const size_t size : {0u, 1u, 3u, 4u, 5u, 64u, 5'000u, 100'000u}) {
    EXPECT_FALSE(deflater.Deflate(Noise(size))) << size;
  }
  EXPECT_TRUE(deflater.Deflate(Repetitive(200))) << "nothing is left of those before";
}

TEST(DeflaterTest, AMessageNeverLooksBackBeyondItsOwnLength) {
  Deflater deflater(9);
  for (int bits = 8; bits <= 15; ++bits) {
    const std::string text = Repetitive((size_t{1} << bits) - 1);
    const auto payload = deflater.Deflate(text);
    ASSERT_TRUE(payload);
    // zlib's inflate with that window refuses a distance beyond it.
    z_stream stream{};
    ASSERT_EQ(inflateInit2(&stream, -bits), Z_OK);
    std::string whole(*payload);
    whole.append("\x00\x00\xff\xff", 4);
    std::string out(text.size() + 1, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(whole.data());
    stream.avail_in = static_cast<uInt>(whole.size());
    // In small pieces, so that only the window and not the output can be looked back into.
    size_t made = 0;
    while (stream.avail_in != 0 && made < out.size()) {
      stream.next_out = reinterpret_cast<Bytef*>(out.data() + made);
      stream.avail_out = static_cast<uInt>(std::min<size_t>(64, out.size() - made));
      const uInt room = stream.avail_out;
      ASSERT_EQ(inflate(&stream, Z_SYNC_FLUSH), Z_OK) << bits;
      made += room - stream.avail_out;
    }
    out.resize(made);
    EXPECT_EQ(out, text) << bits;
    inflateEnd(&stream);
  }
}

TEST(InflaterTest, WhatZlibCompressesComesOutHoweverItIsCut) {
  Inflater inflater;
  for (const size_t size : {0u, 1u, 10u, 1'000u, 5'000u, 100'000u}) {
    for (const int bits : {9, 12, 15}) {
      for (const std::string& text : {Repetitive(size), Noise(size)}) {
        const std::string payload = DeflatedPayload(text, bits);
        for (const size_t step : {size_t{1}, size_t{7}, payload.size() + 1}) {
          ASSERT_EQ(Inflate(inflater, payload, step), text) << size << ' ' << bits << ' ' << step;
        }
      }
    }
  }
}

TEST(InflaterTest, TheExamplesOfTheRfc) {
  Inflater inflater;
  const auto from = [&](std::vector<int> bytes) {
    return Inflate(inflater, std::string(bytes.begin(), bytes.end()), 1);
  };
  EXPECT_EQ(from({0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}), "Hello");  // 7.2.3.1
  EXPECT_EQ(from({0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00}),
            "Hello");                                                          // 7.2.3.3
  EXPECT_EQ(from({0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00}), "Hello");  // 7.2.3.4
  EXPECT_EQ(from({0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00}),
            "Hello");                 // 7.2.3.5
  EXPECT_EQ(from({0x00}), "");        // 7.2.3.6
  EXPECT_EQ(from({0x02, 0x00}), "");  // As Chromium writes nothing.
  EXPECT_EQ(from({}), "");
  EXPECT_EQ(from({0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}), "Hello") << "ends in a final block";
  EXPECT_EQ(from({0xf2, 0x00, 0x11, 0x00, 0x00}), "bad")
      << "7.2.3.2: the second message of one that takes its context over";
}

TEST(InflaterTest, RefusesWhatIsNoDeflateDataAndWhatEndsEarly) {
  Inflater inflater;
  EXPECT_EQ(Inflate(inflater, "\x07"), "bad") << "block type 3";
  EXPECT_EQ(Inflate(inflater, std::string("\x00\x05\x00\x00\x00Hello", 10)), "bad")
      << "a stored block whose lengths do not agree";
  const std::string payload = DeflatedPayload(Repetitive(500));
  for (size_t size = 1; size < payload.size(); ++size) {
    EXPECT_EQ(Inflate(inflater, std::string_view(payload).substr(0, size)), "open") << size;
  }
  EXPECT_EQ(Inflate(inflater, payload), Repetitive(500)) << "nothing is left of those before";
}

TEST(InflaterPoolTest, LendsUpToItsBoundAndAgainWhatCameBack) {
  InflaterPool pool;
  std::vector<InflaterPool::Loan> loans;
  for (size_t i = 0; i < InflaterPool::kLoansMax; ++i) {
    loans.push_back(pool.TryBorrow());
    ASSERT_TRUE(loans.back());
  }
  EXPECT_EQ(pool.lent(), InflaterPool::kLoansMax);
  EXPECT_FALSE(pool.TryBorrow());
  EXPECT_EQ(pool.refused(), 1u);
  EXPECT_EQ(Inflate(pool.own(), DeflatedPayload("still there")), "still there");
  loans.resize(loans.size() - 20);
  EXPECT_EQ(pool.lent(), InflaterPool::kLoansMax - 20);
  EXPECT_TRUE(pool.TryBorrow());
  loans.clear();
  EXPECT_EQ(pool.lent(), 0u);
}

}  // namespace
}  // namespace wsgate
