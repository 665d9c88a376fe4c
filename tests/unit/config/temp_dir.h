// A folder that is gone after the test.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "gateway/base/check.h"

namespace wsgate {

class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "wsgate_config_XXXXXX").string();
    WSGATE_CHECK(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  [[nodiscard]] std::string Path(std::string_view name) const { return (path_ / name).string(); }

  // Writes a file, its folders too, and returns its path.
  std::string Write(std::string_view name, std::string_view text) const {
    const std::filesystem::path path = path_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }

 private:
  std::filesystem::path path_;
};

}  // namespace wsgate
