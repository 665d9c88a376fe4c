// Where a gateway's control port is, and what a program shows there.
#pragma once

#include <optional>
#include <string>

#include "gateway/base/clock.h"

namespace wsgate::client {

// TLS to the gateway, everything as PEM.
struct TlsOptions {
  std::string ca;  // Who signs the gateway's certificate; empty: as gRPC finds the system's.
  std::string certificate;  // Our own, with its chain, where the gateway asks for one; else empty.
  std::string key;          // Its private key.
  std::string name;         // In the gateway's certificate; empty: the host of the address.
};

struct ClientOptions {
  std::string address = "127.0.0.1:50051";      // The gateway's control port, HOST:PORT.
  Duration timeout = std::chrono::seconds(10);  // Of each call; of a stream, until it connects.
  std::optional<TlsOptions> tls;                // nullopt: no TLS.
  std::string token;  // Sent as `authorization: Bearer TOKEN`; empty: none. See ReadTokenFile().
};

}  // namespace wsgate::client
