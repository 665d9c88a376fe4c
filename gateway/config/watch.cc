#include "gateway/config/watch.h"

#include <sys/stat.h>

#include <utility>

namespace wsgate {

FileWatch::FileWatch(std::string path) : path_(std::move(path)) {
  Look(seen_);
}

bool FileWatch::Look(Stamp& stamp) const {
  struct stat status {};
  if (stat(path_.c_str(), &status) != 0) return false;
  stamp = {.device = status.st_dev,
           .inode = status.st_ino,
           .size = static_cast<uint64_t>(status.st_size),
           .modified_ns = status.st_mtim.tv_sec * int64_t{1'000'000'000} + status.st_mtim.tv_nsec};
  return true;
}

bool FileWatch::Changed() {
  Stamp now;
  if (!Look(now) || now == seen_) return false;
  seen_ = now;
  return true;
}

FileSetWatch::FileSetWatch(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (!path.empty()) files_.emplace_back(path);
  }
}

std::optional<absl::Status> FileSetWatch::Look(absl::FunctionRef<absl::Status()> load) {
  bool changed = false;
  for (FileWatch& file : files_) changed = file.Changed() || changed;
  if (changed) {
    failures_ = 0;
  } else if (failures_ == 0) {
    return std::nullopt;
  }
  absl::Status status = load();
  if (status.ok()) {
    failures_ = 0;
    return status;
  }
  if (++failures_ == 2) return status;
  return std::nullopt;
}

}  // namespace wsgate
