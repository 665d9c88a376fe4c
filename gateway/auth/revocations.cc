#include "gateway/auth/revocations.h"

#include <algorithm>

#include "gateway/auth/name_hash.h"

namespace wsgate {

bool Means(const Revocation& revocation, std::string_view user_id, const TokenMark& mark) {
  if (mark.has_id() && revocation.token_id == mark.id) return true;
  return !revocation.user_id.empty() && revocation.user_id == user_id &&
         mark.issued_at_s < revocation.not_before_s;
}

bool Revocations::HasRoom(int64_t now_s) {
  if (tokens_.size() + users_.size() < kEntriesMax) return true;
  const auto is_over = [now_s](const auto& entry) { return entry.second.keep_until_s <= now_s; };
  absl::erase_if(tokens_, is_over);
  absl::erase_if(users_, is_over);
  return tokens_.size() + users_.size() < kEntriesMax;
}

bool Revocations::Add(const Revocation& revocation, int64_t now_s) {
  const bool by_token = revocation.token_id != NameHash{};
  const NameHash name = by_token ? revocation.token_id : HashName(revocation.user_id);
  const MutexLock lock(mutex_);
  Map& map = by_token ? tokens_ : users_;
  if (!map.contains(name) && !HasRoom(now_s)) return false;
  Entry& entry = map[name];
  // A later call never takes back what an earlier one said.
  entry.not_before_s = std::max(entry.not_before_s, revocation.not_before_s);
  entry.keep_until_s = std::max(entry.keep_until_s, revocation.keep_until_s);
  size_.store(tokens_.size() + users_.size(), std::memory_order_relaxed);
  return true;
}

bool Revocations::IsRevoked(std::string_view user_id, const TokenMark& mark, int64_t now_s) {
  if (size() == 0) return false;
  const NameHash user = HashName(user_id);
  const MutexLock lock(mutex_);
  if (mark.has_id()) {
    const auto token = tokens_.find(mark.id);
    if (token != tokens_.end() && token->second.keep_until_s > now_s) return true;
  }
  const auto entry = users_.find(user);
  return entry != users_.end() && entry->second.keep_until_s > now_s &&
         mark.issued_at_s < entry->second.not_before_s;
}

}  // namespace wsgate
