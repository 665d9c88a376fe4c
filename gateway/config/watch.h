// Tells when files have changed, by looking.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

namespace wsgate {

// Looks through symlinks, so that Kubernetes' swap of a mounted ConfigMap counts as a change.
// Flow:    whoever read the file, twice a second → FileWatch → reload.
// Owner:   that one.   Threads: one.
// Bounds:  one stat() a call; a file that is gone for a moment is not a change, its return is.
class FileWatch {
 public:
  // Make it before the file is read: a change in between is then seen.
  explicit FileWatch(std::string path);

  // Whether the file is another one than at the last call, or at the making of this.
  [[nodiscard]] bool Changed();

 private:
  struct Stamp {
    uint64_t device = 0;
    uint64_t inode = 0;
    uint64_t size = 0;
    int64_t modified_ns = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  // False where there is no such file.
  bool Look(Stamp& stamp) const;

  const std::string path_;
  Stamp seen_;
};

// Files that are read together, such as a certificate and its key, and read again when one of them
// changes. Those that are replaced one after the other do not fit each other in between: what
// cannot be read is tried again at each look, and told once, where the second look finds it no
// better.
// Flow:    whoever read the files, twice a second → FileSetWatch → load.
// Owner:   that one.   Threads: one.
// Bounds:  one stat() a file and look.
class FileSetWatch {
 public:
  // Make it before the files are read. Paths that are empty are left out.
  explicit FileSetWatch(const std::vector<std::string>& paths);

  // Calls `load` where there may be news. nullopt: there is nothing to tell of it.
  [[nodiscard]] std::optional<absl::Status> Look(absl::FunctionRef<absl::Status()> load);

 private:
  std::vector<FileWatch> files_;
  uint64_t failures_ = 0;  // In a row, since the last change.
};

}  // namespace wsgate
