"""Python's `websockets`, in the test's own process."""

import logging
import ssl

import websockets
from websockets.sync.client import connect

from .process import WAIT_SECONDS


class PingCounter(logging.Handler):
    """Counts the pings that `websockets` answers: it tells of them in its log alone."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.pings = 0

    def emit(self, record):
        if "< PING" in record.getMessage():
            self.pings += 1


class PythonClient:
    """Python's `websockets`."""

    shows_pings = True
    compressions = ("deflate",)
    extensions = ""

    def __init__(self, gateway):
        self._connection = None
        self._tls = None
        if gateway.tls:
            self._tls = gateway.tls.authority.client_context()
            if gateway.tls_highest == "1.2":
                self._tls.maximum_version = ssl.TLSVersion.TLSv1_2
        self._counter = PingCounter()
        self._logger = logging.Logger("websockets.client", logging.DEBUG)
        self._logger.addHandler(self._counter)

    def connect(self, url, compression=""):
        self._connection = connect(url, compression=compression or None, ping_interval=None,
                                   logger=self._logger, legacy=True, ssl=self._tls)
        self.extensions = self._connection.response.headers.get("Sec-WebSocket-Extensions", "")

    def refusal(self, url):
        """The HTTP status that the library shows for a refused connection."""
        try:
            self.connect(url)
        except websockets.exceptions.InvalidStatus as error:
            assert error.response.headers["Retry-After"]
            return error.response.status_code
        raise AssertionError("it was let in")

    def receive(self, timeout=WAIT_SECONDS):
        return self._connection.recv(timeout)

    def send(self, payload):
        self._connection.send(payload)

    def closed(self):
        """(code, reason) of the end, as the library shows it."""
        try:
            while True:
                self._connection.recv(WAIT_SECONDS)
        except websockets.exceptions.ConnectionClosed as error:
            return error.rcvd.code, error.rcvd.reason

    def pings(self):
        return self._counter.pings

    def stop(self):
        if self._connection is not None:
            self._connection.close()
