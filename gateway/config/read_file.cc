#include "gateway/config/read_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "gateway/config/strings.h"

namespace wsgate {

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t mib_max) {
  const size_t bytes_max = mib_max << 20;
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text;
  if (file) {
    text.resize(bytes_max + 1);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<size_t>(file.gcount()));
  }
  if (!file.is_open() || file.bad()) {
    const int error = errno == 0 ? EIO : errno;
    return absl::Status(absl::ErrnoToStatusCode(error),
                        Cat("cannot read ", path, ": ", std::strerror(error)));
  }
  if (text.size() > bytes_max) return Invalid(path, " has more than ", mib_max, "MiB");
  return text;
}

}  // namespace wsgate
