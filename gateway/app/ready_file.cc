#include "gateway/app/ready_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

namespace wsgate {

absl::Status WriteReadyFile(const std::string& path, const Addresses& addresses) {
  const std::string unfinished = path + ".tmp";
  const nlohmann::ordered_json content = {
      {"client", addresses.client}, {"control", addresses.control}, {"admin", addresses.admin}};
  std::ofstream file(unfinished, std::ios::trunc);
  file << content.dump() << "\n";
  file.close();
  if (file && std::rename(unfinished.c_str(), path.c_str()) == 0) return absl::OkStatus();
  return absl::UnavailableError("ready_file " + path + " cannot be written: " +
                                std::strerror(errno) + "; choose another place with --ready-file");
}

}  // namespace wsgate
