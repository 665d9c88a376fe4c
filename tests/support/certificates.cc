#include "tests/support/certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include <fstream>

#include "gateway/base/check.h"

namespace wsgate {
namespace {

std::string TextOf(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  return std::string(bytes, static_cast<size_t>(size));
}

std::filesystem::path MakeFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "wsgate-tls-XXXXXX").string();
  WSGATE_CHECK(::mkdtemp(name.data()) != nullptr);
  return name;
}

}  // namespace

PemPair MakeCertificate(std::string_view name) {
  const EvpPkeyPtr key(EVP_EC_gen("P-256"));
  const X509Ptr certificate(X509_new());
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 24 * 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* const subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, Bytes(name),
                             static_cast<int>(name.size()), -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  WSGATE_CHECK(X509_sign(certificate.get(), key.get(), EVP_sha256()) != 0);
  const BioPtr certificate_pem(BIO_new(BIO_s_mem()));
  const BioPtr key_pem(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(certificate_pem.get(), certificate.get());
  PEM_write_bio_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return {.certificate = TextOf(certificate_pem.get()), .key = TextOf(key_pem.get())};
}

CertificateFiles::CertificateFiles(const PemPair& pair) : folder_(MakeFolder()) {
  WriteCertificate(pair.certificate);
  WriteKey(pair.key);
}

CertificateFiles::~CertificateFiles() {
  std::filesystem::remove_all(folder_);
}

TlsSettings CertificateFiles::Settings() const {
  return {.certificate_file = folder_ / "tls.crt", .key_file = folder_ / "tls.key"};
}

void CertificateFiles::Write(const char* name, std::string_view text) {
  std::ofstream(folder_ / "new") << text;
  std::filesystem::rename(folder_ / "new", folder_ / name);
}

}  // namespace wsgate
