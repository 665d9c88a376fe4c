#include "gateway/message/session_facts.h"

#include <arpa/inet.h>

#include <array>
#include <cstring>
#include <new>

namespace wsgate {
namespace {

size_t TextsBytes(const SessionFacts::Metadata& metadata) {
  size_t bytes = 0;
  for (const auto& [key, value] : metadata)
    bytes += 2 * sizeof(uint16_t) + key.size() + value.size();
  return bytes;
}

char* Put(char* to, std::string_view text) {
  // A view of nothing may point nowhere, which memcpy() does not allow.
  if (!text.empty()) std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

char* PutSized(char* to, std::string_view text) {
  const auto size = static_cast<uint16_t>(text.size());
  std::memcpy(to, &size, sizeof size);
  return Put(to + sizeof size, text);
}

std::string_view TakeSized(const char*& from) {
  uint16_t size;
  std::memcpy(&size, from, sizeof size);
  const std::string_view text(from + sizeof size, size);
  from += sizeof size + size;
  return text;
}

}  // namespace

PeerAddress PeerAddress::From(const sockaddr_storage& from) {
  PeerAddress peer;
  if (from.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from);
    peer.address = v6.sin6_addr;
    peer.port = ntohs(v6.sin6_port);
  } else if (from.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(from);
    peer.address.s6_addr[10] = peer.address.s6_addr[11] = 0xff;
    std::memcpy(&peer.address.s6_addr[12], &v4.sin_addr, sizeof v4.sin_addr);
    peer.port = ntohs(v4.sin_port);
  }
  return peer;
}

std::string PeerAddress::ToString() const {
  std::string text;
  text.reserve(INET6_ADDRSTRLEN + sizeof "[]:65535");
  if (IN6_IS_ADDR_V4MAPPED(&address)) {  // By hand: inet_ntop() prints with snprintf().
    for (size_t i = 12; i < 16; ++i) {
      text += std::to_string(address.s6_addr[i]);
      text += i < 15 ? '.' : ':';
    }
    return text += std::to_string(port);
  }
  std::array<char, INET6_ADDRSTRLEN> v6{};
  inet_ntop(AF_INET6, &address, v6.data(), v6.size());
  return text.append("[").append(v6.data()).append("]:").append(std::to_string(port));
}

void intrusive_ptr_add_ref(SessionFacts::Block* block) {
  block->owners.fetch_add(1, std::memory_order_relaxed);
}

void intrusive_ptr_release(SessionFacts::Block* block) {
  if (block->owners.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  block->~Block();
  ::operator delete(block);
}

SessionFacts::SessionFacts(const Fields& fields) {
  const bool has_limits = !fields.limits.empty();
  const size_t texts_bytes = fields.user_id.size() + fields.tenant.size() + fields.path.size() +
                             TextsBytes(fields.metadata) +
                             (has_limits ? sizeof(SessionLimits) : 0) +
                             (fields.token ? sizeof(TokenMark) : 0);
  auto* const block = new (::operator new(sizeof(Block) + texts_bytes))
      Block{.peer = fields.peer,
            .path_bytes = static_cast<uint16_t>(fields.path.size()),
            .user_bytes = static_cast<uint8_t>(fields.user_id.size()),
            .tenant_bytes = static_cast<uint8_t>(fields.tenant.size()),
            .subprotocol = static_cast<uint8_t>(fields.subprotocol),
            .deflate_bits = fields.deflate_bits,
            .metadata_count = static_cast<uint8_t>(fields.metadata.size()),
            .has_limits = has_limits,
            .has_token = fields.token.has_value()};
  block_.reset(block);
  char* to = block->token();
  if (fields.token) {
    std::memcpy(to, &*fields.token, sizeof *fields.token);
    to += sizeof *fields.token;
  }
  to = Put(to, fields.user_id);
  to = Put(Put(to, fields.tenant), fields.path);
  for (const auto& [key, value] : fields.metadata) to = PutSized(PutSized(to, key), value);
  if (has_limits) std::memcpy(to, &fields.limits, sizeof fields.limits);
}

std::string_view SessionFacts::user_id() const {
  return {block_->texts(), block_->user_bytes};
}

std::string_view SessionFacts::tenant() const {
  return {block_->texts() + block_->user_bytes, block_->tenant_bytes};
}

std::string_view SessionFacts::path() const {
  return {block_->texts() + block_->user_bytes + block_->tenant_bytes, block_->path_bytes};
}

Subprotocol SessionFacts::subprotocol() const {
  return static_cast<Subprotocol>(block_->subprotocol);
}

uint8_t SessionFacts::deflate_bits() const {
  return block_->deflate_bits;
}

PeerAddress SessionFacts::peer() const {
  return block_->peer;
}

template <class Visit>
const char* SessionFacts::ForEachMetadata(Visit visit) const {
  const std::string_view path = this->path();
  const char* from = path.data() + path.size();
  for (uint8_t i = 0; i < block_->metadata_count; ++i) {
    const std::string_view key = TakeSized(from);
    const std::string_view value = TakeSized(from);
    if (!visit(key, value)) break;
  }
  return from;
}

SessionFacts::Metadata SessionFacts::metadata() const {
  Metadata metadata;
  ForEachMetadata([&](std::string_view key, std::string_view value) {
    metadata.emplace_back(key, value);
    return true;
  });
  return metadata;
}

bool SessionFacts::HasMetadata(std::string_view key, std::string_view value) const {
  bool found = false;
  ForEachMetadata([&](std::string_view its_key, std::string_view its_value) {
    found = its_key == key && its_value == value;
    return !found;
  });
  return found;
}

bool SessionFacts::has_limits() const {
  return block_->has_limits != 0;
}

bool SessionFacts::has_token() const {
  return block_->has_token != 0;
}

TokenMark SessionFacts::token() const {
  TokenMark token;
  std::memcpy(&token, block_->token(), sizeof token);
  return token;
}

void SessionFacts::SetToken(const TokenMark& token) {
  std::memcpy(block_->token(), &token, sizeof token);
}

SessionLimits SessionFacts::limits() const {
  SessionLimits limits;
  if (!has_limits()) return limits;
  const char* const from = ForEachMetadata([](std::string_view, std::string_view) { return true; });
  std::memcpy(&limits, from, sizeof limits);
  return limits;
}

}  // namespace wsgate
