// The whole gateway as one object: built in order, stopped in reverse.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/config/config.h"

namespace wsgate {

// Where the ports ended up, as `HOST:PORT`; port 0 in the configuration has become a real one.
struct Addresses {
  std::string client;
  std::string control;
  std::string admin;
};

// Flow:    main → App → everything.
// Owner:   main, or a test.
// Threads: the one that made it; BeginDrain() and StopNow() from any.
// Bounds:  one per process is usual, several work (each has its own shards and ports).
class App {
 public:
  // Opens every port and starts every thread. Errors: what is wrong and what to do, for example a
  // taken port.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<App>> Start(const Config& config);

  // Ends everything at once, if it has not ended before.
  virtual ~App() = default;

  virtual const Addresses& addresses() const = 0;
  // Changes what can change at run time.
  virtual void Reload(const Config& config) = 0;
  // Takes over certificates and lists of callers that have changed; to be called about twice a
  // second.
  virtual void LookAtFiles() = 0;
  // Counts a reload whose configuration could not be read.
  virtual void ReloadFailed() = 0;
  // The drain of one SIGTERM. A second call changes nothing.
  virtual void BeginDrain() = 0;
  // The second SIGTERM: goes to the drain's last step.
  virtual void StopNow() = 0;
  // Returns when a drain is over; everything is closed then.
  virtual void Wait() = 0;
  [[nodiscard]] virtual bool stopped() const = 0;
};

}  // namespace wsgate
