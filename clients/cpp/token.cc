#include "clients/cpp/token.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace wsgate::client {
namespace {

constexpr size_t kTokenBytesMax = 16 * 1024;

absl::Status Bad(const std::string& path, const std::string& what) {
  return absl::InvalidArgumentError("the token file " + path + " " + what);
}

}  // namespace

absl::StatusOr<std::string> ReadTokenFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Bad(path, std::string("cannot be read: ") + std::strerror(errno));
  std::string token(kTokenBytesMax + 1, '\0');
  file.read(token.data(), static_cast<std::streamsize>(token.size()));
  if (file.bad() || (file.fail() && !file.eof())) return Bad(path, "cannot be read");
  token.resize(static_cast<size_t>(file.gcount()));
  if (token.size() > kTokenBytesMax) return Bad(path, "is longer than 16 KiB");
  constexpr const char* kBlanks = " \t\r\n";
  token.erase(0, token.find_first_not_of(kBlanks));
  token.erase(token.find_last_not_of(kBlanks) + 1);
  if (token.empty()) return Bad(path, "is empty");
  const bool plain =
      std::all_of(token.begin(), token.end(), [](char c) { return c > 32 && c < 127; });
  if (!plain) return Bad(path, "holds more than one word of printable ASCII");
  return token;
}

}  // namespace wsgate::client
