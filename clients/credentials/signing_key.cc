#include "clients/credentials/signing_key.h"

#include <utility>

#include "gateway/auth/key_file.h"
#include "gateway/config/strings.h"

namespace wsgate::client {
namespace {

absl::StatusOr<SigningKey> NameFile(absl::StatusOr<SigningKey> key, const std::string& path) {
  if (!key.ok()) return Invalid(path, " ", MessageOf(key.status()));
  return key;
}

}  // namespace

absl::StatusOr<SigningKey> ReadSigningSecret(const std::string& path) {
  absl::StatusOr<std::string> text = ReadKeyFile(path);
  if (!text.ok()) return text.status();
  // As the gateway reads it.
  if (text->ends_with('\n')) text->pop_back();
  if (text->ends_with('\r')) text->pop_back();
  return NameFile(SigningKey::FromSecret(*std::move(text)), path);
}

absl::StatusOr<SigningKey> ReadSigningPem(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadKeyFile(path);
  if (!text.ok()) return text.status();
  return NameFile(SigningKey::FromPem(*text), path);
}

}  // namespace wsgate::client
