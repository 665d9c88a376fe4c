#include "gateway/net/listen_socket.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <vector>

#include "tests/support/raw_client.h"

namespace wsgate {
namespace {

class ListenSocketTest : public testing::Test {
 public:
  ~ListenSocketTest() override {
    for (const int fd : fds_) ::close(fd);
  }

 protected:
  absl::StatusOr<ListenSockets> Open(const std::string& address, uint32_t count) {
    absl::StatusOr<ListenSockets> sockets = OpenListenSockets(address, count);
    if (sockets.ok()) fds_.insert(fds_.end(), sockets->fds.begin(), sockets->fds.end());
    return sockets;
  }
  std::vector<int> fds_;
};

TEST_F(ListenSocketTest, OneForEachShardOnTheSamePort) {
  const auto sockets = Open("127.0.0.1:0", 3);
  ASSERT_TRUE(sockets.ok()) << sockets.status();
  EXPECT_EQ(sockets->fds.size(), 3u);
  EXPECT_TRUE(sockets->address.starts_with("127.0.0.1:"));
  EXPECT_FALSE(sockets->address.ends_with(":0"));
  RawClient client;
  EXPECT_TRUE(client.Connect(sockets->address));
}

TEST_F(ListenSocketTest, ATakenPortIsToldWithTheRemedy) {
  const auto first = Open("127.0.0.1:0", 2);
  ASSERT_TRUE(first.ok());
  const auto second = Open(first->address, 2);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_NE(second.status().message().find("--client-address"), absl::string_view::npos);
}

TEST_F(ListenSocketTest, BadAddressesAreRefused) {
  EXPECT_FALSE(Open("nonsense", 1).ok());
  EXPECT_FALSE(Open("192.0.2.1:0", 1).ok()) << "no address of this machine";
}

TEST_F(ListenSocketTest, LocalhostIsAnAddress) {
  const auto sockets = Open("localhost:0", 1);
  ASSERT_TRUE(sockets.ok()) << sockets.status();
}

}  // namespace
}  // namespace wsgate
