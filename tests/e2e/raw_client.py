"""A WebSocket client that hides nothing: HTTP answer, frames, what it leaves unread."""

import base64
import os
import socket
import struct

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
READ_SECONDS = 30


class HttpAnswer:
    """Status and headers of the answer to an upgrade request."""

    def __init__(self, head):
        lines = head.split("\r\n")
        self.status = int(lines[0].split(" ")[1])
        self.headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            self.headers[name.strip().lower()] = value.strip()


class RawClient:
    """One TCP connection; connect() sends the upgrade request and reads the answer's head.

    `tls`: an ssl.SSLContext to speak TLS with, `tls_session` to resume.
    """

    def __init__(self, address, receive_buffer=None, tls=None, tls_session=None):
        host, port = address.rsplit(":", 1)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(READ_SECONDS)
        self.socket.connect((host, int(port)))
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname=host, session=tls_session)
        self.host = address
        self._unread = bytearray()
        self.first_byte = None  # Of the last frame: FIN, the reserved bits, the opcode.

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def request(self, target="/ws", headers=()):
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {target} HTTP/1.1", f"Host: {self.host}", "Upgrade: websocket",
                 "Connection: Upgrade", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13",
                 *headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def connect(self, target="/ws", headers=()):
        self.socket.sendall(self.request(target, headers))
        return self.read_answer()

    def read_answer(self):
        while b"\r\n\r\n" not in self._unread:
            if not self._fill():
                raise EOFError("closed before an answer")
        head = self._take(self._unread.index(b"\r\n\r\n") + 4)
        return HttpAnswer(head.decode("latin-1"))

    def is_silent_for(self, seconds):
        """Whether nothing comes, not even the end, for so long."""
        self.socket.settimeout(seconds)
        try:
            if not self._unread:
                self._fill()
            return False
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(READ_SECONDS)

    def send(self, payload, opcode=None, first_bits=0x80):
        """Sends one masked frame; `str` is a text message, `bytes` a binary one. `first_bits`: FIN
        and the reserved bits."""
        if opcode is None:
            opcode = TEXT if isinstance(payload, str) else BINARY
        data = payload.encode() if isinstance(payload, str) else payload
        head = bytes([first_bits | opcode])
        if len(data) < 126:
            head += bytes([0x80 | len(data)])
        elif len(data) < 1 << 16:
            head += struct.pack("!BH", 0x80 | 126, len(data))
        else:
            head += struct.pack("!BQ", 0x80 | 127, len(data))
        self.socket.sendall(head + bytes(4) + data)  # A mask of zeros leaves the bytes as they are.

    def send_close(self, code=1000):
        self.send(struct.pack("!H", code), CLOSE)

    def read_frame(self):
        """(opcode, payload) of the next frame; None at the end of the connection."""
        head = self._take(2)
        if head is None:
            return None
        length = head[1] & 0x7F
        if length == 126:
            length = struct.unpack("!H", self._take(2))[0]
        elif length == 127:
            length = struct.unpack("!Q", self._take(8))[0]
        payload = self._take(length)
        self.first_byte = head[0]
        return None if payload is None else (head[0] & 0x0F, payload)

    def read_message(self):
        """The next message, `str` or `bytes`; answers pings on the way."""
        while True:
            frame = self.read_frame()
            assert frame is not None, "the connection ended"
            opcode, payload = frame
            if opcode == PING:
                self.send(payload, PONG)
                continue
            assert opcode in (TEXT, BINARY), f"opcode {opcode}: {payload[:200]!r}"
            return payload.decode() if opcode == TEXT else payload

    def read_close(self):
        """Reads on to the Close frame and returns (code, reason); None if there was none."""
        while (frame := self.read_frame()) is not None:
            if frame[0] == CLOSE:
                payload = frame[1]
                return (struct.unpack("!H", payload[:2])[0] if payload else 1005,
                        payload[2:].decode())
        return None

    def _take(self, count):
        while len(self._unread) < count:
            if not self._fill():
                return None
        taken = bytes(self._unread[:count])
        del self._unread[:count]
        return taken

    def _fill(self):
        """Reads what there is; False at the end of the connection."""
        try:
            data = self.socket.recv(1 << 16)
        except ConnectionResetError:
            return False
        self._unread += data
        return bool(data)
