#include "gateway/websocket/deflate_offer.h"

#include <utility>

namespace wsgate {
namespace {

constexpr uint8_t kBitsMax = 15;

// RFC 7230 section 3.2.6.
bool IsTokenChar(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// The grammar of section 9.1, read from the left; spaces and tabs may stand between its elements.
// Every Take returns false, or nothing, where the text does not go on as asked.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool TakeChar(char c) {
    SkipSpace();
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  std::string TakeToken() {
    SkipSpace();
    size_t size = 0;
    while (size < text_.size() && IsTokenChar(text_[size])) ++size;
    std::string token(text_.substr(0, size));
    text_.remove_prefix(size);
    return token;
  }
  // After its opening quote. What is inside must be a token once it is unescaped.
  std::optional<std::string> TakeQuoted() {
    std::string value;
    for (;;) {
      if (text_.empty()) return std::nullopt;
      char c = text_.front();
      text_.remove_prefix(1);
      if (c == '"') break;
      if (c == '\\') {
        if (text_.empty()) return std::nullopt;
        c = text_.front();
        text_.remove_prefix(1);
      }
      if (!IsTokenChar(c)) return std::nullopt;
      value.push_back(c);
    }
    if (value.empty()) return std::nullopt;
    return value;
  }
  bool AtEnd() {
    SkipSpace();
    return text_.empty();
  }

 private:
  void SkipSpace() {
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\t')) {
      text_.remove_prefix(1);
    }
  }

  std::string_view text_;
};

std::optional<ExtensionOffer::Parameter> TakeParameter(Scanner& scanner) {
  ExtensionOffer::Parameter parameter{.name = scanner.TakeToken()};
  if (parameter.name.empty()) return std::nullopt;
  if (!scanner.TakeChar('=')) return parameter;
  parameter.value = scanner.TakeChar('"') ? scanner.TakeQuoted() : scanner.TakeToken();
  if (!parameter.value || parameter.value->empty()) return std::nullopt;
  return parameter;
}

std::optional<ExtensionOffer> TakeOffer(Scanner& scanner) {
  ExtensionOffer offer{.name = scanner.TakeToken()};
  if (offer.name.empty()) return std::nullopt;
  while (scanner.TakeChar(';')) {
    std::optional<ExtensionOffer::Parameter> parameter = TakeParameter(scanner);
    if (!parameter) return std::nullopt;
    offer.parameters.push_back(*std::move(parameter));
  }
  return offer;
}

// RFC 7692 section 7.1.2: a decimal integer without leading zeroes, 8 to 15.
std::optional<uint8_t> BitsOf(std::string_view value) {
  if (value == "8" || value == "9") return static_cast<uint8_t>(value[0] - '0');
  if (value.size() != 2 || value[0] != '1' || value[1] < '0' || value[1] > '5') return std::nullopt;
  return static_cast<uint8_t>(10 + value[1] - '0');
}

// What one offer asks for.
struct Wishes {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::optional<uint8_t> server_bits;
  std::optional<uint8_t> client_bits;
};

// False: doubled, or a value that it must not have or lacks.
bool Read(const ExtensionOffer::Parameter& parameter, Wishes& wishes) {
  const auto flag = [&](bool& seen) { return !parameter.value && !std::exchange(seen, true); };
  const auto bits = [&](std::optional<uint8_t>& seen) {
    if (seen || !parameter.value) return false;
    seen = BitsOf(*parameter.value);
    return seen.has_value();
  };
  if (parameter.name == "server_no_context_takeover") {
    return flag(wishes.server_no_context_takeover);
  }
  if (parameter.name == "client_no_context_takeover") {
    return flag(wishes.client_no_context_takeover);
  }
  if (parameter.name == "server_max_window_bits") return bits(wishes.server_bits);
  if (parameter.name != "client_max_window_bits") return false;
  if (parameter.value) return bits(wishes.client_bits);
  // Section 7.1.2.2: alone it says that the client understands the answer's.
  if (wishes.client_bits) return false;
  wishes.client_bits = kBitsMax;
  return true;
}

DeflateAgreement AgreementOn(const Wishes& wishes) {
  DeflateAgreement agreement{
      .server_bits = wishes.server_bits.value_or(kBitsMax),
      .answer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"};
  const auto add = [&](std::string_view name, const std::optional<uint8_t>& bits) {
    if (bits) agreement.answer.append("; ").append(name).append("=" + std::to_string(*bits));
  };
  add("server_max_window_bits", wishes.server_bits);
  add("client_max_window_bits", wishes.client_bits);
  return agreement;
}

}  // namespace

std::optional<std::vector<ExtensionOffer>> ParseExtensions(std::string_view header) {
  std::vector<ExtensionOffer> offers;
  Scanner scanner(header);
  while (!scanner.AtEnd()) {
    if (scanner.TakeChar(',')) continue;  // Empty elements are allowed (RFC 7230 section 7).
    std::optional<ExtensionOffer> offer = TakeOffer(scanner);
    if (!offer || (!scanner.AtEnd() && !scanner.TakeChar(','))) return std::nullopt;
    offers.push_back(*std::move(offer));
  }
  return offers;
}

std::optional<DeflateAgreement> ChooseDeflate(std::span<const ExtensionOffer> offers) {
  for (const ExtensionOffer& offer : offers) {
    if (offer.name != "permessage-deflate") continue;
    Wishes wishes;
    bool good = true;
    for (const ExtensionOffer::Parameter& parameter : offer.parameters) {
      good = good && Read(parameter, wishes);
    }
    if (good) return AgreementOn(wishes);
  }
  return std::nullopt;
}

}  // namespace wsgate
