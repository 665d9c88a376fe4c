"""A client in a process of its own, whatever its language."""

import base64
import json
import os
import pathlib
import queue
import subprocess
import threading

from gateway_process import ROOT

HERE = pathlib.Path(__file__).resolve().parent
BUILT = ROOT / "build" / "e2e"
WAIT_SECONDS = 30


def compile_client(*command, cwd=HERE):
    """Runs a compiler; what it says is shown where it fails."""
    BUILT.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    assert done.returncode == 0, f"{command}:\n{done.stdout}"


def tls_environment(gateway):
    """What makes the libraries trust the gateway's certificate: OpenSSL's and Go's variable, and Node's own."""
    if not gateway.tls:
        return {}
    ca_file = str(gateway.tls.authority.ca_file)
    trust = {"SSL_CERT_FILE": ca_file, "NODE_EXTRA_CA_CERTS": ca_file}
    if gateway.tls_highest:
        trust["E2E_TLS_HIGHEST"] = gateway.tls_highest  # Which our own programs look at.
        trust["NODE_OPTIONS"] = f"--tls-max-v{gateway.tls_highest}"
    return trust


class ProcessClient:
    """A client in another process that speaks lines of JSON, an object of strings and numbers each.

    To it:    {"do": "connect", "url", "compression"}  {"do": "send", "text" or "base64"}  end of input: exit 0
    From it:  {"event": "open", "extensions"}  {"event": "message", "text" or "base64"}  {"event": "ping"}
              {"event": "close", "code", "reason"}  {"event": "refused", "status", "retryAfter"}
              {"event": "error", "message"}
    """

    compressions = ()
    extensions = ""

    def __init__(self, gateway, *command):
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         env={**os.environ, **tls_environment(gateway)})
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
        if event["event"] in ("console", "error"):
            self._console.append(event["message"])

    def do(self, command, **arguments):
        self._process.stdin.write(json.dumps({"do": command, **arguments}).encode() + b"\n")
        self._process.stdin.flush()

    def connect(self, url, compression=""):
        """`compression`: one of `compressions`; empty: it is not offered where the library can help it."""
        self.do("connect", url=url, compression=compression)
        self.extensions = self.event("open").get("extensions", "")

    def refusal(self, url):
        """The HTTP status that the library shows for a refused connection."""
        self.do("connect", url=url, compression="")
        refused = self.event("refused")
        assert int(refused["retryAfter"]) >= 1
        return refused["status"]

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
