// Who may call the control API, as control.auth.tokens_file says it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "control/scope.h"

namespace wsgate {

using Sha256 = std::array<uint8_t, 32>;

[[nodiscard]] Sha256 Sha256Of(std::string_view text);

// One entry of the file.
struct Caller {
  std::string name;                    // What logs call it.
  std::optional<Sha256> token_sha256;  // Of the token that it sends.
  std::vector<std::string> sans;       // Names in its certificate, as text.
  ScopeSet scopes;
  std::string tenant;               // Only sessions whose tenant begins so; empty: all.
  std::vector<std::string> topics;  // Beginnings of topics; nothing asks for them yet.
  friend bool operator==(const Caller&, const Caller&) = default;
};
using CallerPtr = std::shared_ptr<const Caller>;
using Callers = std::vector<CallerPtr>;
using CallersPtr = std::shared_ptr<const Callers>;

// How callers say who they are.
enum class CallerProof : uint8_t { kToken, kCertificate };

inline constexpr size_t kCallersMax = 256;
inline constexpr size_t kCallersFileBytesMax = size_t{1} << 20;

// Reads `text`, a YAML list; `path` is for the errors. InvalidArgument: every mistake as
// `PATH:LINE: …`, a line each; none quotes what might be a token.
[[nodiscard]] absl::StatusOr<CallersPtr> ParseCallers(const std::string& text,
                                                      const std::string& path, CallerProof proof);

// The same of a file.
[[nodiscard]] absl::StatusOr<CallersPtr> ReadCallers(const std::string& path, CallerProof proof);

// Null where nobody has it. Compares with every caller in constant time.
[[nodiscard]] CallerPtr FindByToken(const Callers& callers, std::string_view token);

// The first caller of the file that has one of these names; null where none does.
[[nodiscard]] CallerPtr FindByNames(const Callers& callers,
                                    const std::vector<std::string>& certificate_names);

}  // namespace wsgate
