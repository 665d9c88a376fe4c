// Where random tests begin: printed, and set again by TEST_SEED.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>

namespace wsgate {

inline uint64_t TestSeed() {
  const char* text = std::getenv("TEST_SEED");
  const uint64_t seed =
      text != nullptr ? std::strtoull(text, nullptr, 10) : uint64_t{std::random_device{}()};
  std::cout << "TEST_SEED=" << seed << std::endl;
  return seed;
}

}  // namespace wsgate
