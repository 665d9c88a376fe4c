// Certificates of the tests' own, in files.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "gateway/tls/tls_certificate.h"

namespace wsgate {

struct PemPair {
  std::string certificate;
  std::string key;
};

// Self-signed for `name`, P-256, good for a day.
[[nodiscard]] PemPair MakeCertificate(std::string_view name);

// Owner:   a test.
class CertificateFiles {
 public:
  explicit CertificateFiles(const PemPair& pair);
  ~CertificateFiles();
  CertificateFiles(const CertificateFiles&) = delete;
  CertificateFiles& operator=(const CertificateFiles&) = delete;

  [[nodiscard]] TlsSettings Settings() const;
  // Replaces it as editors and Kubernetes do: by a new file of the same name.
  void WriteCertificate(std::string_view pem) { Write("tls.crt", pem); }
  void WriteKey(std::string_view pem) { Write("tls.key", pem); }

 private:
  void Write(const char* name, std::string_view text);

  const std::filesystem::path folder_;
};

}  // namespace wsgate
