#include "control/callers.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "gateway/config/nearest.h"
#include "gateway/config/read_file.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

constexpr size_t kNameBytesMax = 64;
constexpr size_t kTextBytesMax = 255;
constexpr std::array<std::string_view, 6> kKeys = {"name",   "token_sha256", "san",
                                                   "scopes", "tenant",       "topics"};

template <class Names>
std::string NearestOf(std::string_view name, const Names& names) {
  return Nearest(name, std::vector<std::string>(names.begin(), names.end()));
}

bool IsName(std::string_view text) {
  constexpr std::string_view kOthers = "-_./@:";
  const auto allowed = [&](unsigned char c) {
    return absl::ascii_isalnum(c) || kOthers.find(static_cast<char>(c)) != kOthers.npos;
  };
  return !text.empty() && text.size() <= kNameBytesMax &&
         std::all_of(text.begin(), text.end(), allowed);
}

std::optional<Sha256> ParseHex(std::string_view text) {
  Sha256 bytes{};
  if (text.size() != bytes.size() * 2) return std::nullopt;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = absl::ascii_tolower(static_cast<unsigned char>(text[i]));
    const bool digit = c >= '0' && c <= '9';
    if (!digit && (c < 'a' || c > 'f')) return std::nullopt;
    const auto nibble = static_cast<uint8_t>(digit ? c - '0' : c - 'a' + 10);
    bytes[i / 2] = static_cast<uint8_t>(bytes[i / 2] << 4U | nibble);
  }
  return bytes;
}

// Turns a document into callers.
class Reader {
 public:
  Reader(const std::string& path, CallerProof proof) : path_(path), proof_(proof) {}

  absl::StatusOr<CallersPtr> Read(const YAML::Node& list) {
    if (!list.IsSequence()) {
      return Invalid(path_, ":", LineOf(list), ": a list of callers is expected: `- name: ...`");
    }
    if (list.size() > kCallersMax) {
      return Invalid(path_, ": has ", list.size(), " callers, at most ", kCallersMax, " may be");
    }
    for (const YAML::Node& entry : list) ReadEntry(entry);
    const bool usable = std::any_of(callers_.begin(), callers_.end(), [&](const CallerPtr& caller) {
      return proof_ == CallerProof::kToken ? caller->token_sha256.has_value()
                                           : !caller->sans.empty();
    });
    if (errors_.empty() && !usable) {
      errors_.push_back(Cat(path_, ": no caller has ",
                            proof_ == CallerProof::kToken
                                ? "`token_sha256`, which control.auth.mode token asks for"
                                : "`san`, which control.auth.mode mtls asks for"));
    }
    if (!errors_.empty()) return absl::InvalidArgumentError(JoinLines(errors_));
    return std::make_shared<const Callers>(std::move(callers_));
  }

 private:
  static int LineOf(const YAML::Node& node) { return node.Mark().line + 1; }

  template <class... Parts>
  void AddError(const YAML::Node& node, const Parts&... parts) {
    errors_.push_back(Cat(path_, ":", LineOf(node), ": ", parts...));
  }

  void ReadEntry(const YAML::Node& entry) {
    if (!entry.IsMap()) return AddError(entry, "a caller is `name: ...` and what belongs to it");
    Caller caller;
    std::map<std::string, int> seen;
    for (const auto& pair : entry) {
      if (!pair.first.IsScalar()) {
        AddError(pair.first, "a name is expected here");
      } else if (!seen.emplace(pair.first.Scalar(), 0).second) {
        AddError(pair.first, "\"", pair.first.Scalar(), "\" stands here a second time");
      } else {
        ReadKey(pair.first, pair.second, caller);
      }
    }
    if (!seen.contains("name")) AddError(entry, "a caller without `name`, which logs call it by");
    if (!seen.contains("scopes")) AddError(entry, "a caller without `scopes` may do nothing");
    if (!seen.contains("token_sha256") && !seen.contains("san")) {
      AddError(entry, "a caller needs `token_sha256`, or `san` for its certificate");
    }
    if (errors_.empty()) callers_.push_back(std::make_shared<const Caller>(std::move(caller)));
  }

  void ReadKey(const YAML::Node& key, const YAML::Node& value, Caller& caller) {
    const std::string& name = key.Scalar();
    if (name == "name") {
      caller.name = value.IsScalar() ? value.Scalar() : "";
      if (!IsName(caller.name)) {
        return AddError(key, "`name` must be 1 to 64 letters, digits or any of -_./@:");
      }
      CheckNew(key, "name", caller.name);
    } else if (name == "token_sha256") {
      ReadHash(key, value, caller);
    } else if (name == "san") {
      caller.sans = ReadTexts(key, value);
      for (const std::string& san : caller.sans) CheckNew(key, "san", san);
    } else if (name == "scopes") {
      ReadScopes(key, value, caller);
    } else if (name == "tenant") {
      const std::vector<std::string> texts = ReadTexts(key, value);
      if (texts.size() == 1) return void(caller.tenant = texts.front());
      if (!texts.empty()) AddError(key, "`tenant` is one text, the beginning of tenants");
    } else if (name == "topics") {
      caller.topics = ReadTexts(key, value);
    } else {
      AddError(key, "unknown field \"", name, "\"; did you mean \"", NearestOf(name, kKeys), "\"?");
    }
  }

  // What stands there may be a token by mistake: it is not quoted.
  void ReadHash(const YAML::Node& key, const YAML::Node& value, Caller& caller) {
    caller.token_sha256 = value.IsScalar() ? ParseHex(value.Scalar()) : std::nullopt;
    if (!caller.token_sha256) {
      return AddError(key,
                      "`token_sha256` must be the token's SHA-256 in 64 hex digits, as `printf %s "
                      "TOKEN | sha256sum` prints it");
    }
    CheckNew(key, "token_sha256", absl::AsciiStrToLower(value.Scalar()));
  }

  void ReadScopes(const YAML::Node& key, const YAML::Node& value, Caller& caller) {
    for (const std::string& text : ReadTexts(key, value)) {
      const auto* const found = std::find(kScopes.begin(), kScopes.end(), text);
      if (found == kScopes.end()) {
        AddError(key, "no scope is named \"", text, "\"; did you mean \"", NearestOf(text, kScopes),
                 "\"?");
      } else {
        caller.scopes.Add(static_cast<Scope>(found - kScopes.begin()));
      }
    }
  }

  // One text, or a list of them, none empty.
  std::vector<std::string> ReadTexts(const YAML::Node& key, const YAML::Node& value) {
    std::vector<std::string> texts;
    if (value.IsScalar()) texts.push_back(value.Scalar());
    if (value.IsSequence()) {
      for (const YAML::Node& entry : value) {
        texts.push_back(entry.IsScalar() ? entry.Scalar() : "");
      }
    }
    const bool good =
        !texts.empty() && std::all_of(texts.begin(), texts.end(), [](const std::string& text) {
          return !text.empty() && text.size() <= kTextBytesMax;
        });
    if (good) return texts;
    AddError(key, "`", key.Scalar(), "` needs a text, or a list of texts, of 1 to 255 bytes");
    return {};
  }

  // No two callers may have it.
  void CheckNew(const YAML::Node& key, std::string_view field, const std::string& value) {
    const auto [first, is_new] = lines_.emplace(Cat(field, "=", value), LineOf(key));
    if (is_new) return;
    AddError(key, "this `", field, "` stands in line ", first->second, " already");
  }

  const std::string& path_;
  const CallerProof proof_;
  std::map<std::string, int> lines_;  // Where each name, hash and SAN stood first.
  std::vector<std::string> errors_;
  Callers callers_;
};

}  // namespace

Sha256 Sha256Of(std::string_view text) {
  Sha256 digest{};
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): OpenSSL's bytes.
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

absl::StatusOr<CallersPtr> ParseCallers(const std::string& text, const std::string& path,
                                        CallerProof proof) {
  try {  // The parser's only way to fail.
    return Reader(path, proof).Read(YAML::Load(text));
  } catch (const YAML::Exception& error) {
    const std::string line = error.mark.is_null() ? "" : Cat(":", error.mark.line + 1);
    return Invalid(path, line, ": not YAML: ", error.msg);
  }
}

absl::StatusOr<CallersPtr> ReadCallers(const std::string& path, CallerProof proof) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  return ParseCallers(*text, path, proof);
}

CallerPtr FindByToken(const Callers& callers, std::string_view token) {
  const Sha256 digest = Sha256Of(token);
  const CallerPtr* found = nullptr;
  for (const CallerPtr& caller : callers) {
    if (!caller->token_sha256) continue;
    const bool same =
        CRYPTO_memcmp(caller->token_sha256->data(), digest.data(), digest.size()) == 0;
    if (same) found = &caller;  // And on: how long it takes does not tell which it was.
  }
  return found == nullptr ? nullptr : *found;
}

CallerPtr FindByNames(const Callers& callers, const std::vector<std::string>& certificate_names) {
  for (const CallerPtr& caller : callers) {
    const bool has =
        std::any_of(caller->sans.begin(), caller->sans.end(), [&](const std::string& san) {
          return std::find(certificate_names.begin(), certificate_names.end(), san) !=
                 certificate_names.end();
        });
    if (has) return caller;
  }
  return nullptr;
}

}  // namespace wsgate
