#include "clients/loadgen/run/listener.h"

#include <charconv>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>
#include <string>
#include <system_error>

#include "clients/loadgen/swarm.h"

namespace wsgate::loadgen {
namespace {

constexpr const char* kListening = "0A";  // The state, in /proc/net/tcp.

// The sockets that listen there: `socket:[INODE]`, as descriptors are shown.
std::set<std::string> ListeningSockets(const std::string& table, uint32_t address, uint16_t port) {
  std::set<std::string> sockets;
  std::ifstream file(table);
  file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');  // The names of the columns.
  for (std::string line; std::getline(file, line);) {
    std::istringstream columns(line);
    std::string number, local, remote, state, queues, timer, retransmits, user, timeout, inode;
    columns >> number >> local >> remote >> state >> queues >> timer >> retransmits >> user >>
        timeout >> inode;
    const size_t colon = local.find(':');
    if (state != kListening || colon == std::string::npos) continue;
    if (std::stoul(local.substr(colon + 1), nullptr, 16) != port) continue;
    const std::string host = local.substr(0, colon);
    const bool any = host.find_first_not_of('0') == std::string::npos;
    const bool same = host.size() == 8 && std::stoul(host, nullptr, 16) == address;
    if (any || same) sockets.insert("socket:[" + inode + "]");
  }
  return sockets;
}

bool Holds(const std::filesystem::path& process, const std::set<std::string>& sockets) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(process / "fd", error)) {
    const std::string target = std::filesystem::read_symlink(entry.path(), error).string();
    if (sockets.contains(target)) return true;
  }
  return false;
}

}  // namespace

pid_t FindListener(const std::string& address) {
  uint32_t host = 0;
  uint16_t port = 0;
  ParseAddress(address, host, port);
  std::set<std::string> sockets = ListeningSockets("/proc/net/tcp", host, port);
  sockets.merge(ListeningSockets("/proc/net/tcp6", host, port));
  if (sockets.empty()) return 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename().string();
    pid_t pid = 0;
    const auto number = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (number.ec != std::errc() || number.ptr != name.data() + name.size()) continue;
    if (Holds(entry.path(), sockets)) return pid;
  }
  return 0;
}

}  // namespace wsgate::loadgen
