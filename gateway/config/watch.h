// Tells when a file has changed, by looking.
#pragma once

#include <cstdint>
#include <string>

namespace wsgate {

// Looks through symlinks, so that Kubernetes' swap of a mounted ConfigMap counts as a change.
// Flow:    main, once a second → FileWatch → reload.
// Owner:   main.   Threads: one.
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

}  // namespace wsgate
