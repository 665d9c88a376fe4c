#include "gateway/tls/tls_stream.h"

#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace wsgate {
namespace {

constexpr size_t kRecordBytesMax = 16 * 1024;  // RFC 8446 section 5.1.

bool IsTransient(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ENOBUFS;
}

// Copies from `parts`, from byte `from` on.
size_t Gather(std::span<const iovec> parts, size_t from, std::span<char> into) {
  size_t copied = 0;
  for (const iovec& part : parts) {
    if (from >= part.iov_len) {
      from -= part.iov_len;
      continue;
    }
    const size_t size = std::min(part.iov_len - from, into.size() - copied);
    std::memcpy(into.data() + copied, static_cast<const char*>(part.iov_base) + from, size);
    copied += size;
    from = 0;
    if (copied == into.size()) break;
  }
  return copied;
}

ssize_t Fail(int error) {
  errno = error;
  return -1;
}

}  // namespace

// Between OpenSSL and the socket.
struct SocketBio {
  static TlsStream& Of(BIO* bio) { return *static_cast<TlsStream*>(BIO_get_data(bio)); }

  static int Write(BIO* bio, const char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    return Of(bio).Put(bytes, static_cast<size_t>(size)) ? size : -1;
  }
  static int Read(BIO* bio, char* into, int size) {
    BIO_clear_retry_flags(bio);
    TlsStream& stream = Of(bio);
    const ssize_t got = ::recv(stream.fd_, into, static_cast<size_t>(size), MSG_DONTWAIT);
    if (got < 0 && IsTransient(errno)) BIO_set_retry_read(bio);
    if (got == 0) stream.ended_ = true;
    if (got < 0 && !IsTransient(errno)) stream.broken_ = true;
    return static_cast<int>(got);
  }
  static long Control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static const BIO_METHOD* Method() {
    static BIO_METHOD* const method = [] {
      BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wsgate socket");
      BIO_meth_set_write(made, Write);
      BIO_meth_set_read(made, Read);
      BIO_meth_set_ctrl(made, Control);
      return made;
    }();
    return method;
  }
};

std::unique_ptr<TlsStream> TlsStream::Make(SslPtr ssl, int fd) {
  BIO* bio = ssl ? BIO_new(SocketBio::Method()) : nullptr;
  if (bio == nullptr) return nullptr;
  std::unique_ptr<TlsStream> stream(new TlsStream(std::move(ssl), fd));
  BIO_set_data(bio, stream.get());
  BIO_set_init(bio, 1);
  SSL_set_bio(stream->ssl_.get(), bio, bio);
  SSL_set_accept_state(stream->ssl_.get());
  return stream;
}

ssize_t TlsStream::Receive(std::span<char> into) {
  if (!Flush()) return Fail(ECONNRESET);
  size_t got = 0;
  drained_ = false;
  while (got < into.size() && !ended_ && !broken_) {
    ERR_clear_error();
    size_t bytes = 0;
    const int done = SSL_read_ex(ssl_.get(), into.data() + got, into.size() - got, &bytes);
    if (done == 1) {
      got += bytes;
      continue;
    }
    const int why = SSL_get_error(ssl_.get(), done);
    if (why == SSL_ERROR_WANT_READ) {
      drained_ = true;
      break;
    }
    if (why == SSL_ERROR_ZERO_RETURN) {
      ended_ = true;
    } else if (!ended_) {
      error_ = ERR_peek_error();
      saw_plain_http_ = ERR_GET_REASON(error_) == SSL_R_HTTP_REQUEST;
      broken_ = true;
    }
  }
  if (got > 0) return static_cast<ssize_t>(got);
  if (ended_) return 0;
  return Fail(broken_ ? ECONNRESET : EAGAIN);
}

std::string TlsStream::error() const {
  const char* const reason = error_ == 0 ? nullptr : ERR_reason_error_string(error_);
  return reason == nullptr ? "" : reason;
}

ssize_t TlsStream::Send(std::span<const iovec> parts) {
  if (!Flush()) return Fail(EPIPE);
  if (holds()) return Fail(EAGAIN);
  size_t size = 0;
  for (const iovec& part : parts) size += part.iov_len;
  std::array<char, kRecordBytesMax> record;
  size_t taken = 0;
  while (taken < size && !holds()) {
    const char* bytes = record.data();
    size_t count = 0;
    if (parts.size() == 1) {
      bytes = static_cast<const char*>(parts[0].iov_base) + taken;
      count = std::min(size - taken, kRecordBytesMax);
    } else {
      count = Gather(parts, taken, record);
    }
    ERR_clear_error();
    size_t written = 0;
    if (SSL_write_ex(ssl_.get(), bytes, count, &written) != 1) {
      broken_ = true;
      return Fail(EPIPE);
    }
    taken += written;
  }
  return static_cast<ssize_t>(taken);
}

ssize_t TlsStream::ToSocket(const char* bytes, size_t size) {
  const ssize_t sent = ::send(fd_, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent >= 0) return sent;
  if (IsTransient(errno)) return 0;
  broken_ = true;
  return -1;
}

bool TlsStream::Put(const char* bytes, size_t size) {
  if (broken_) return false;
  ssize_t sent = 0;
  if (!holds()) sent = ToSocket(bytes, size);
  if (sent < 0) return false;
  const auto left = size - static_cast<size_t>(sent);
  if (held_.size() + left > kHeldMax) {
    broken_ = true;
    return false;
  }
  held_.append(bytes + sent, left);
  return true;
}

bool TlsStream::Flush() {
  if (broken_) return false;
  if (!holds()) return true;
  const ssize_t sent = ToSocket(held_.data(), held_.size());
  if (sent < 0) return false;
  held_.erase(0, static_cast<size_t>(sent));
  if (held_.empty()) held_.shrink_to_fit();
  return true;
}

void TlsStream::SayGoodbye() {
  if (std::exchange(said_goodbye_, true) || broken_ || !ready()) return;
  ERR_clear_error();
  (void)SSL_shutdown(ssl_.get());
}

ssize_t Receive(int fd, TlsStream* tls, std::span<char> into) {
  if (tls != nullptr) return tls->Receive(into);
  return ::recv(fd, into.data(), into.size(), MSG_DONTWAIT);
}

ssize_t Send(int fd, TlsStream* tls, std::span<const iovec> parts) {
  if (tls != nullptr) return tls->Send(parts);
  if (parts.size() == 1) {
    return ::send(fd, parts[0].iov_base, parts[0].iov_len, MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts.data());
  message.msg_iovlen = parts.size();
  return ::sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

ssize_t Send(int fd, TlsStream* tls, std::string_view bytes) {
  const iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  return Send(fd, tls, std::span(&part, 1));
}

bool ShutDown(int fd, TlsStream* tls) {
  if (tls != nullptr) {
    tls->SayGoodbye();
    if (tls->Flush() && tls->holds()) return false;
  }
  ::shutdown(fd, SHUT_WR);
  return true;
}

}  // namespace wsgate
