#include "gateway/websocket/inflater.h"

#include <utility>

#include "gateway/base/check.h"

namespace wsgate {
namespace {

constexpr int kRawWindow = -15;                           // Negative: no zlib header around it.
constexpr std::string_view kTail("\x00\x00\xff\xff", 4);  // RFC 7692 section 7.2.2: is added.

// Of z_stream::data_type after inflate(): a block has just ended; so many bits of the last byte are
// unused.
constexpr int kBlockEnded = 128;
constexpr int kUnusedBits = 63;

}  // namespace

Inflater::Inflater() {
  WSGATE_CHECK(inflateInit2(&stream_, kRawWindow) == Z_OK);
}

Inflater::~Inflater() {
  inflateEnd(&stream_);
}

void Inflater::Begin() {
  inflateReset(&stream_);
  begun_ = finished_ = bad_ = at_boundary_ = false;
}

void Inflater::Give(std::string_view compressed) {
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream_.avail_in = static_cast<uInt>(compressed.size());
  begun_ = begun_ || !compressed.empty();
}

std::optional<std::string_view> Inflater::Take(std::span<char> room) {
  stream_.next_out = reinterpret_cast<Bytef*>(room.data());
  stream_.avail_out = static_cast<uInt>(room.size());
  while (!bad_) {
    if (finished_ && stream_.avail_in != 0) {
      finished_ = false;
      inflateReset(&stream_);
    }
    // Without input too: what did not fit the last room is still inside.
    const uInt left = stream_.avail_in;
    const int result = finished_ ? Z_BUF_ERROR : inflate(&stream_, Z_SYNC_FLUSH);
    // A call in which nothing happens forgets that a block has just ended.
    const bool idle = stream_.avail_in == left && stream_.avail_out == room.size();
    const bool ended = (stream_.data_type & (kBlockEnded | kUnusedBits)) == kBlockEnded;
    at_boundary_ = ended || (idle && at_boundary_);
    finished_ = finished_ || result == Z_STREAM_END;
    bad_ = result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR;
    const size_t made = room.size() - stream_.avail_out;
    if (made != 0) return std::string_view(room.data(), made);
    if (bad_) break;
    if (stream_.avail_in == 0 || result == Z_BUF_ERROR) return std::string_view();
  }
  return std::nullopt;
}

bool Inflater::End() {
  if (!begun_ || finished_ || at_boundary_) return true;
  Give(kTail);
  char room;
  const std::optional<std::string_view> made = Take(std::span(&room, 1));
  return made && made->empty() && (at_boundary_ || finished_);
}

Inflater& InflaterPool::own() {
  if (!own_) own_ = std::make_unique<Inflater>();
  return *own_;
}

InflaterPool::Loan InflaterPool::TryBorrow() {
  if (lent_ == kLoansMax) {
    ++refused_;
    return Loan(nullptr, Return{this});
  }
  ++lent_;
  if (idle_.empty()) return Loan(new Inflater(), Return{this});
  Loan loan(idle_.back().release(), Return{this});
  idle_.pop_back();
  return loan;
}

void InflaterPool::TakeBack(Inflater* inflater) {
  --lent_;
  std::unique_ptr<Inflater> back(inflater);
  if (idle_.size() < kIdleMax) idle_.push_back(std::move(back));
}

}  // namespace wsgate
