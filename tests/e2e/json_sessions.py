"""Sessions of wsgate.v1.json on two libraries; what they read leaves the gateway's pings out."""

import json
import pathlib
import queue
import subprocess
import threading

from gateway_process import find_tool
from websockets.sync.client import connect

HERE = pathlib.Path(__file__).resolve().parent
PROTOCOL = "wsgate.v1.json"
WAIT_SECONDS = 20


class JsonSession:
    """Python's `websockets`."""

    def __init__(self, gateway, user="ada"):
        tls = gateway.tls.authority.client_context() if gateway.tls else None
        self.socket = connect(gateway.ws_url(user), subprotocols=[PROTOCOL], compression=None,
                              ping_interval=None, max_size=None, legacy=True, ssl=tls)
        assert self.socket.subprotocol == PROTOCOL
        self.hello = self.read()["hello"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, frame):
        self.socket.send(frame if isinstance(frame, (str, bytes)) else json.dumps(frame))

    def read(self):
        while True:
            frame = self.socket.recv(WAIT_SECONDS)
            assert isinstance(frame, str)
            if json.loads(frame) != {"ping": {}}:
                return json.loads(frame)

    def ask(self, frame):
        self.send(frame)
        return self.read()


class NodeSession:
    """Node's `ws`, in a process of its own."""

    def __init__(self, gateway, user="ada"):
        self._process = subprocess.Popen(
            [find_tool("node"), str(HERE / "json_client.js"), gateway.ws_url(user)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._events = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()
        assert self.event() == {"open": PROTOCOL}
        self.hello = self.read()["hello"]

    def _read(self):
        for line in self._process.stdout:
            self._events.put(json.loads(line))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        assert self._process.wait(WAIT_SECONDS) == 0

    def event(self):
        return self._events.get(timeout=WAIT_SECONDS)

    def read(self):
        while (event := self.event()) == {"frame": {"ping": {}}}:
            pass
        return event["frame"]

    def ask(self, frame):
        self._process.stdin.write(json.dumps(frame).encode() + b"\n")
        self._process.stdin.flush()
        return self.read()
