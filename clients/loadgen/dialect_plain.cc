// A message is the payload of a frame.
#include <cstdio>

#include "clients/loadgen/dialect.h"

namespace wsgate::loadgen {
namespace {

class Plain final : public Dialect {
 public:
  std::string Target(const std::string& user, uint32_t number) const override {
    // 40 bytes of metadata: keys of 6 and 4, values of 14 and 16, the first one different for
    // everybody.
    char metadata[64];
    std::snprintf(metadata, sizeof metadata, "&meta.device=phone-%08u&meta.plan=enterprise-month",
                  number);
    return "/ws?user=" + user + metadata;
  }
  bool reads_texts() const override { return false; }
  Heard OnText(std::string_view) const override { return {.messages = 1}; }
};

}  // namespace

std::unique_ptr<Dialect> MakePlain() {
  return std::make_unique<Plain>();
}

}  // namespace wsgate::loadgen
