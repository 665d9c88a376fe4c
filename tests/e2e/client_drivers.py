"""Three real client libraries behind one interface."""

import base64
import http.server
import json
import logging
import pathlib
import queue
import re
import subprocess
import threading

import websockets
from websockets.sync.client import connect as websockets_connect

from gateway_process import find_tool

HERE = pathlib.Path(__file__).resolve().parent
WAIT_SECONDS = 30


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

    def __init__(self, _gateway):
        self._connection = None
        self._counter = PingCounter()
        self._logger = logging.Logger("websockets.client", logging.DEBUG)
        self._logger.addHandler(self._counter)

    def connect(self, url):
        self._connection = websockets_connect(url, compression=None, ping_interval=None,
                                              logger=self._logger, legacy=True)

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


class ProcessClient:
    """A client in another process that speaks lines of JSON."""

    def __init__(self, *command):
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._events = queue.SimpleQueue()
        self._pings = 0
        self._console = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self._process.stdout:
            self._events.put(json.loads(line))
        self._events.put({"event": "process ended"})

    def event(self, *kinds):
        """The next event of one of these kinds; pings and console lines are noted on the way."""
        while True:
            try:
                event = self._events.get(timeout=WAIT_SECONDS)
            except queue.Empty:
                raise AssertionError(f"none of {kinds} came; console: {self._console}") from None
            self._note(event)
            if event["event"] in kinds:
                return event
            assert event["event"] in ("ping", "console", "error"), (
                f"{event}, expected {kinds}; console: {self._console}")

    def _note(self, event):
        self._pings += event["event"] == "ping"
        if event["event"] == "console":
            self._console.append(event["message"])

    def do(self, command, **arguments):
        self._process.stdin.write(json.dumps({"do": command, **arguments}).encode() + b"\n")
        self._process.stdin.flush()

    def connect(self, url):
        self.do("connect", url=url)
        self.event("open")

    def receive(self):
        event = self.event("message")
        return event["text"] if "text" in event else base64.b64decode(event["base64"])

    def send(self, payload):
        if isinstance(payload, str):
            self.do("send", text=payload)
        else:
            self.do("send", base64=base64.b64encode(payload).decode())

    def closed(self):
        event = self.event("close")
        return event["code"], event["reason"]

    def pings(self):
        while not self._events.empty():
            self._note(self._events.get())
        return self._pings

    def stop(self):
        if self._process.poll() is None:
            self._process.stdin.close()
        assert self._process.wait(WAIT_SECONDS) == 0


class NodeClient(ProcessClient):
    """Node's `ws`."""

    shows_pings = True

    def __init__(self, _gateway):
        super().__init__(find_tool("node"), str(HERE / "node_client.js"))

    def refusal(self, url):
        self.do("connect", url=url)
        message = self.event("error")["message"]
        return int(re.fullmatch(r"Unexpected server response: (\d+)", message).group(1))


class BlankPage(http.server.ThreadingHTTPServer):
    """An empty page on loopback: a page's origin decides whom its browser lets it talk to."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):  # pylint: disable=invalid-name
            body = b"<!doctype html><title>blank</title>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/"
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)
        self._thread.start()

    def stop(self):
        self.shutdown()
        self._thread.join()
        self.server_close()


class BrowserClient(ProcessClient):
    """A page in Debian's Chromium. Pages are not told of pings."""

    shows_pings = False

    def __init__(self, _gateway, page=None):
        self._blank = None if page else BlankPage()
        super().__init__(find_tool("node"), str(HERE / "browser_client.js"), find_tool("chromium"),
                         page or self._blank.url)
        self.event("ready")

    def stop(self):
        super().stop()
        if self._blank:
            self._blank.stop()

    def refusal(self, url):
        """A page sees only 1006; the status stands in the browser's console."""
        self.do("connect", url=url)
        assert self.closed() == (1006, "")
        shown = re.search(r"Unexpected response code: (\d+)", " ".join(self._console))
        assert shown, self._console
        return int(shown.group(1))

    def wait(self, script):
        self.do("wait", script=script)
        event = self.event("value", "failed")
        assert event["event"] == "value", f"{event}; console: {self._console}"

    def evaluate(self, script):
        self.do("evaluate", script=script)
        event = self.event("value", "failed")
        assert event["event"] == "value", event
        return event["value"]

    @property
    def console(self):
        return self._console
