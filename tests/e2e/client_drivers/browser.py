"""A page in Debian's Chromium."""

import http.server
import re
import threading

from gateway_process import find_tool

from .process import HERE, ProcessClient


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
    compressions = ("always",)  # A page cannot choose.

    def __init__(self, gateway, page=None):
        # The gateway's own host, where even "nothing is here" is a page: others it refuses.
        scheme, flags = "http", []
        if gateway.tls:
            scheme = "https"
            flags.append(f"--ignore-certificate-errors-spki-list={gateway.tls.pair.key_hash}")
        if gateway.tls_highest:
            flags.append(f"--ssl-version-max=tls{gateway.tls_highest}")
        super().__init__(gateway, find_tool("node"), str(HERE / "browser_client.js"), find_tool("chromium"),
                         page or f"{scheme}://{gateway.client}/page", *flags)
        self.event("ready")

    def connect_as(self, url, protocols):
        """Offers subprotocols; returns the one that was chosen."""
        self.do("connect", url=url, protocols=protocols)
        return self.event("open")["protocol"]

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
