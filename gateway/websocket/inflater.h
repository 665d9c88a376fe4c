// Inflates what clients compress for permessage-deflate (RFC 7692 section 7.2.2), piece by piece.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace wsgate {

// One raw stream with a window of 2^15 bytes. A message: Begin, then for each chunk of it Give and
// Take until nothing comes, then End.
//
// Owner:   InflaterPool, or the MessageReader that borrowed it.   Threads: its shard's only.
// Bounds:  7 KB of zlib's, and 32 KB more once a message was longer than one Take.
class Inflater {
 public:
  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Forgets what was before: no context is taken over.
  void Begin();
  // `compressed` must stay where it is until Take() has returned nothing.
  void Give(std::string_view compressed);
  // The next that comes out, in `room`; empty: nothing more of what was given; nullopt: it is no
  // deflate data.
  [[nodiscard]] std::optional<std::string_view> Take(std::span<char> room);
  // Whether the data so far is a whole message. A final block (BFINAL) may stand anywhere in it
  // (section 7.2.3.4), and may end it.
  [[nodiscard]] bool End();

 private:
  z_stream stream_{};
  bool begun_ = false;     // It was given something.
  bool finished_ = false;  // A final block has ended, and nothing has come after it.
  bool bad_ = false;
  bool at_boundary_ = false;  // Between two blocks, with no bit left over.
};

// Flow:    SessionReader → InflaterPool → MessageReaders.
// Owner:   SessionReader of one shard; outlives every loan.   Threads: that shard's only.
// Bounds:  kLoansMax lent, and one beside: about 5 MB. kIdleMax of those that came back are kept.
class InflaterPool {
 public:
  static constexpr size_t kLoansMax = 128;
  static constexpr size_t kIdleMax = 8;

  struct Return {
    void operator()(Inflater* inflater) const { pool->TakeBack(inflater); }
    InflaterPool* pool = nullptr;
  };
  using Loan = std::unique_ptr<Inflater, Return>;

  // For a message that is inflated from beginning to end without a break.
  [[nodiscard]] Inflater& own();
  // For one that goes on in a later read; null: all are lent.
  [[nodiscard]] Loan TryBorrow();
  [[nodiscard]] size_t lent() const { return lent_; }
  // How often TryBorrow() had none.
  [[nodiscard]] uint64_t refused() const { return refused_; }

 private:
  void TakeBack(Inflater* inflater);

  std::unique_ptr<Inflater> own_;
  std::vector<std::unique_ptr<Inflater>> idle_;
  size_t lent_ = 0;
  uint64_t refused_ = 0;
};

}  // namespace wsgate
