"""The servers that wsgate is measured beside: how each is started, and which are here."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import re
import shutil

from quick_lib.servers import ROOT, BenchError, Setup

PEERS = ROOT / "bench/peers"


@dataclasses.dataclass(frozen=True)
class Kind:
    """A server of the table."""

    name: str
    title: str
    dialect: str
    settings: str
    can_send: bool = True  # To one user.


KINDS = {kind.name: kind for kind in (
    Kind("limit", "bare epoll loop", "plain",
         "`bench/limit`: `send(2)` in a loop, reads no frame, pings nobody; the least that the kernel asks for, and no peer",
         can_send=False),
    Kind("wsgate", "wsgate", "plain", "as it comes, one shard; `SendToUser` and `Broadcast` over gRPC, one call a message"),
    Kind("node_ws", "Node `ws`", "plain",
         "no compression, no pings, a `Map` of users; one `send()` after the other, as its own examples do"),
    Kind("socket_io", "Socket.IO", "socket.io",
         "WebSocket only, no compression, the first request let go as its page on memory advises; `io.emit()`, default pings; "
         "a `Map` of users instead of a room each, which is cheaper"),
    Kind("centrifuge", "centrifuge", "centrifuge",
         "JSON protocol, one subscription by the server without history, recovery or presence; `ReadBufferSize` 512, "
         "`UseWriteBufferPool` and `ProcessCommandsOffReadLoop` for memory, default pings; `Node.Publish()`, and "
         "`Client.Send()` to one user"),
    Kind("sockudo", "Sockudo", "pusher",
         "built without its optional features; local adapter, memory caches, limits raised, no metrics; Pusher's HTTP API, "
         "signed by a helper outside of what is measured", can_send=False),
)}


class PeerSetup(Setup):
    """Setup, and where the peers are."""

    def __init__(self, bin_dir: pathlib.Path, server_core: int, client_core: int):
        super().__init__(bin_dir, server_core, client_core)
        self.peers = bin_dir.parent / "peers"

    def missing(self, kind: str) -> str | None:
        """Why this server cannot run here; None: it can."""
        needed = {"limit": self.bin_dir / "wsgate-bench-limit", "wsgate": self.bin_dir / "wsgate",
                  "node_ws": self.peers / "node_modules/ws", "socket_io": self.peers / "node_modules/socket.io",
                  "centrifuge": self.peers / "bin/centrifuge", "sockudo": self.peers / "bin/sockudo"}[kind]
        if needed.exists():
            if kind in ("node_ws", "socket_io", "sockudo") and self.node is None:
                return "there is no node: run `make tools`"
            return None
        if kind in ("limit", "wsgate"):
            return f"{needed} is missing: run `make test-build`"
        if kind == "sockudo":
            return ("it is not built: `bench/peers/fetch.sh --sockudo`" if shutil.which("cargo")
                    else "it is not built, and there is no cargo")
        return f"{needed} is missing: run `bench/peers/fetch.sh`"

    def command(self, kind: str, ready_file: pathlib.Path) -> list[str]:
        ready = ["--ready-file", str(ready_file)]
        if kind in ("node_ws", "socket_io"):
            return [str(self.node), str(PEERS / kind / "server.js"), *ready]
        if kind == "centrifuge":
            return [str(self.peers / "bin/centrifuge"), *ready]
        if kind == "sockudo":
            return [str(PEERS / "sockudo/start.sh"), str(self.peers / "bin/sockudo"), str(self.node),
                    str(self.client_core), *ready]
        return super().command(kind, ready_file)

    def load_options(self, kind: str) -> list[str]:
        return ["--dialect", KINDS[kind].dialect]

    def environment(self, kind: str) -> dict[str, str]:
        environment = super().environment(kind)
        if kind in ("node_ws", "socket_io"):
            environment["NODE_PATH"] = str(self.peers / "node_modules")
        return environment

    def version(self, kind: str) -> str:
        """Of a peer; empty for what is ours."""
        if kind in ("node_ws", "socket_io"):
            package = self.peers / "node_modules" / {"node_ws": "ws", "socket_io": "socket.io"}[kind] / "package.json"
            return json.loads(package.read_text())["version"]
        if kind == "centrifuge":
            return pinned(PEERS / "centrifuge/go.mod", r"centrifugal/centrifuge v(\S+)")
        if kind == "sockudo":
            return pinned(PEERS / "fetch.sh", r"sockudo_version=(\S+)")
        return ""


def pinned(path: pathlib.Path, pattern: str) -> str:
    found = re.search(pattern, path.read_text())
    if found is None:
        raise BenchError(f"{path} names no version")
    return found.group(1)
