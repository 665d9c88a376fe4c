#include "clients/credentials/tls_files.h"

#include <tuple>
#include <utility>

#include "gateway/config/read_file.h"
#include "gateway/config/strings.h"

namespace wsgate::client {

absl::StatusOr<std::string> ReadPem(std::string_view flag, const std::string& path) {
  absl::StatusOr<std::string> read = ReadFile(path);
  if (!read.ok()) return Invalid(flag, ": ", MessageOf(read.status()));
  if (read->find("-----BEGIN ") == std::string::npos) {
    return Invalid(flag, ": ", path, " is not PEM");
  }
  return read;
}

absl::StatusOr<std::optional<TlsOptions>> ReadTls(const TlsFiles& files) {
  if (files.certificate.empty() != files.key.empty()) {
    return Invalid("--tls-cert and --tls-key go together");
  }
  TlsOptions tls{.name = files.name};
  bool any = !tls.name.empty();
  for (const auto& [flag, path, text] : {std::tuple("--tls-ca", &files.ca, &tls.ca),
                                         {"--tls-cert", &files.certificate, &tls.certificate},
                                         {"--tls-key", &files.key, &tls.key}}) {
    if (path->empty()) continue;
    absl::StatusOr<std::string> read = ReadPem(flag, *path);
    if (!read.ok()) return read.status();
    *text = *std::move(read);
    any = true;
  }
  if (!any) return std::nullopt;
  return tls;
}

}  // namespace wsgate::client
