// Runs a fuzz target where there is no libFuzzer: every file of the corpus as it is, then inputs
// made from them. Usage: TARGET CORPUS_FOLDER [HOW_MANY [SEED]], where HOW_MANY is a number of
// inputs or, as in `15s`, of seconds. A failure leaves its input in ./fuzz-failure.bin.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

std::string current;  // For the handler below: what was running when the target aborted.

void SaveInput(int) {
  std::ofstream("fuzz-failure.bin", std::ios::binary) << current;
  std::_Exit(1);
}

void RunOne(std::string input) {
  current = std::move(input);
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(current.data()), current.size());
}

// One small change: a bit, a byte, a piece gone, a piece twice, or the tail of another input.
void Mutate(std::mt19937_64& random, const std::vector<std::string>& corpus, std::string& input) {
  const auto below = [&](size_t end) {
    return static_cast<size_t>(random() % std::max<size_t>(end, 1));
  };
  const size_t at = below(input.size());
  const size_t length = below(std::min<size_t>(input.size() - at, 24) + 1);
  switch (random() % 6) {
    case 0:
      if (!input.empty()) input[at] = static_cast<char>(input[at] ^ (1u << (random() % 8)));
      break;
    case 1:
      if (!input.empty()) input[at] = static_cast<char>(random());
      break;
    case 2:
      input.erase(at, length);
      break;
    case 3:
      input.insert(at, input.substr(at, length));
      break;
    case 4:
      input.insert(input.begin() + static_cast<std::ptrdiff_t>(at), static_cast<char>(random()));
      break;
    default: {
      const std::string& other = corpus[below(corpus.size())];
      input.resize(at);
      input += other.substr(std::min(at, other.size()));
    }
  }
}

std::vector<std::string> ReadCorpus(const char* folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> corpus;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return corpus;
}

// How many random inputs, or for how long; one of the two is without a bound.
struct HowMany {
  uint64_t inputs = 0;
  std::chrono::seconds time = std::chrono::hours(24 * 365);
};

HowMany ParseHowMany(const std::string& text) {
  const uint64_t number = std::strtoull(text.c_str(), nullptr, 10);
  if (text.empty() || text.back() != 's') return {.inputs = number};
  return {.inputs = UINT64_MAX, .time = std::chrono::seconds(number)};
}

uint64_t RunRandom(const std::vector<std::string>& corpus, const HowMany& how_many, uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto begun = std::chrono::steady_clock::now();
  uint64_t done = 0;
  for (; done < how_many.inputs; ++done) {
    if (std::chrono::steady_clock::now() - begun >= how_many.time) break;
    std::string input = corpus[random() % corpus.size()];
    for (uint64_t changes = 1 + random() % 4; changes > 0; --changes) Mutate(random, corpus, input);
    RunOne(std::move(input));
  }
  return done;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: " << argv[0] << " CORPUS_FOLDER [HOW_MANY [SEED]]\n";
    return 2;
  }
  const HowMany how_many = ParseHowMany(argc > 2 ? argv[2] : "0");
  const uint64_t seed = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : std::random_device{}();
  std::signal(SIGABRT, SaveInput);
  const std::vector<std::string> corpus = ReadCorpus(argv[1]);
  if (corpus.empty()) {
    std::cerr << "no corpus in " << argv[1] << '\n';
    return 2;
  }
  for (const std::string& input : corpus) RunOne(input);
  std::cout << corpus.size() << " files, then random inputs with seed " << seed << std::endl;
  std::cout << RunRandom(corpus, how_many, seed) << " inputs" << std::endl;
  return 0;
}
