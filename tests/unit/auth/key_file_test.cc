#include "gateway/auth/key_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "gateway/config/strings.h"
#include "tests/unit/auth/test_keys.h"

namespace wsgate {
namespace {

using testing::HasSubstr;

std::string ErrorOf(const auto& parsed) {
  return parsed.ok() ? "none" : MessageOf(parsed.status());
}

TEST(KeyFileTest, EveryPublicKeyOfAPemFileIsTaken) {
  const std::string text =
      "# two keys\n" + Signer(KeyKind::kP256).PublicPem() + Signer(KeyKind::kEd25519).PublicPem();
  const auto keys = ParsePemKeys(text);
  ASSERT_TRUE(keys.ok()) << ErrorOf(keys);
  ASSERT_EQ(keys->size(), 2u);
  EXPECT_TRUE(keys->at(0).Allows(JwtAlgorithm::kEs256));
  EXPECT_FALSE(keys->at(0).Allows(JwtAlgorithm::kEs384));
  EXPECT_TRUE(keys->at(1).Allows(JwtAlgorithm::kEdDsa));
}

TEST(KeyFileTest, APrivateKeyIsNotWantedHere) {
  EXPECT_THAT(ErrorOf(ParsePemKeys(PrivatePem(KeyKind::kRsa))), HasSubstr("private key"));
}

TEST(KeyFileTest, WhatIsNoKeyIsAnError) {
  EXPECT_THAT(ErrorOf(ParsePemKeys("")), HasSubstr("no PUBLIC KEY"));
  EXPECT_THAT(ErrorOf(ParsePemKeys("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")),
              HasSubstr("no public key"));
}

TEST(KeyFileTest, AWeakRsaKeyIsAnError) {
  const EvpPkeyPtr weak(EVP_RSA_gen(1024));
  const BioPtr writer(BIO_new(BIO_s_mem()));
  PEM_write_bio_PUBKEY(writer.get(), weak.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(writer.get(), &text);
  EXPECT_THAT(ErrorOf(ParsePemKeys({text, static_cast<size_t>(size)})), HasSubstr("1024 bits"));
}

TEST(KeyFileTest, ASecretIsTheFileWithoutItsLastLineBreak) {
  const auto key = ParseSecret(Secret() + "\n");
  ASSERT_TRUE(key.ok());
  VerifyScratch scratch;
  const std::string token = Token(JwtAlgorithm::kHs512, "{}");
  EXPECT_TRUE(key->Allows(JwtAlgorithm::kHs512));
}

TEST(KeyFileTest, ASecretHasThirtyTwoBytes) {
  EXPECT_TRUE(ParseSecret(std::string(32, 'x')).ok());
  EXPECT_THAT(ErrorOf(ParseSecret(std::string(31, 'x'))), HasSubstr("31 bytes"));
  EXPECT_THAT(ErrorOf(ParseSecret("\n")), HasSubstr("0 bytes"));
}

TEST(KeyFileTest, AShortSecretIsGoodOnlyForShortHashes) {
  const auto key = ParseSecret(std::string(47, 'x'));
  ASSERT_TRUE(key.ok());
  EXPECT_TRUE(key->Allows(JwtAlgorithm::kHs256));
  EXPECT_FALSE(key->Allows(JwtAlgorithm::kHs384));
}

TEST(KeyFileTest, APublicKeyIsNoSecret) {
  EXPECT_THAT(ErrorOf(ParseSecret(Signer(KeyKind::kRsa).PublicPem())),
              HasSubstr("auth.jwt.public_key_file"));
}

TEST(KeyFileTest, AFileThatIsNotThereIsNamed) {
  EXPECT_THAT(ErrorOf(ReadKeyFile("/nowhere/key.pem")), HasSubstr("/nowhere/key.pem"));
  EXPECT_FALSE(ReadKeyFile("/").ok());
}

}  // namespace
}  // namespace wsgate
