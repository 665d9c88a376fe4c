// What a client says and hears around its messages. wsgate and a bare server send each message as
// it is; the servers that wsgate is measured beside wrap it, greet and ping in words of their own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace wsgate::loadgen {

// Flow:    Swarm → Dialect → what to count and to answer.
// Owner:   the swarm.
// Threads: the swarm's.
// Bounds:  keeps nothing of a session.
class Dialect {
 public:
  // What one text from the server meant.
  struct Heard {
    uint32_t messages = 0;  // Broadcasts and sends in it: some servers put several into one frame.
    bool ping = false;      // The server's own, above WebSocket's.
    bool ready = false;     // From here on the session gets messages.
    bool refused = false;   // The server does not take the client.
    // At most 125 bytes to send back; empty: nothing. Lives as long as the dialect.
    std::string_view answer{};
  };

  virtual ~Dialect() = default;

  // Path and query of the upgrade request of session `number`, which is `user`'s.
  virtual std::string Target(const std::string& user, uint32_t number) const = 0;
  // Said after the 101, at most 125 bytes; empty: the server speaks first, or nobody does.
  virtual std::string_view Greeting() const { return {}; }
  // Whether texts must be read; otherwise each counts as one message, and the 101 opens the
  // session.
  virtual bool reads_texts() const { return true; }
  // A whole text from the server.
  virtual Heard OnText(std::string_view text) const = 0;
};

std::unique_ptr<Dialect> MakePlain();
std::unique_ptr<Dialect> MakeSocketIo();
std::unique_ptr<Dialect> MakeCentrifuge();
std::unique_ptr<Dialect> MakePusher();

// By the name that `--dialect` takes; ends the program where there is none.
std::unique_ptr<Dialect> MakeDialect(const std::string& name);

}  // namespace wsgate::loadgen
