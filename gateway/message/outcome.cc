#include "gateway/message/outcome.h"

namespace wsgate {

Outcome& Outcome::operator+=(const Outcome& other) {
  matched += other.matched;
  queued += other.queued;
  for (size_t i = 0; i < kDropReasonCount; ++i) dropped[i] += other.dropped[i];
  offline += other.offline;
  shards_asked += other.shards_asked;
  shards_full += other.shards_full;
  offline_users.insert(offline_users.end(), other.offline_users.begin(), other.offline_users.end());
  return *this;
}

}  // namespace wsgate
