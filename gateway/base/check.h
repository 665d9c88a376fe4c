// WSGATE_CHECK: for what cannot be. Untrusted input never reaches it; a broken invariant ends the
// process at once.
#pragma once

namespace wsgate {

// Prints `expression` and its place to stderr and aborts.
[[noreturn]] void CheckFailed(const char* expression, const char* file, int line);

}  // namespace wsgate

#define WSGATE_CHECK(expression) \
  ((expression) ? (void)0 : ::wsgate::CheckFailed(#expression, __FILE__, __LINE__))
