"""Starts and stops the servers that are measured, each on one core."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
READY_SECONDS = 30
# Ways to start the gateway, and its flags besides the usual. With both of the next two it takes permessage-deflate; only
# the clients of wsgate_deflate offer it. 100 streams watch the sessions of wsgate_watched, and those of
# wsgate_told for a user who never comes: it is told who does, and nothing is written.
WSGATE_KINDS = {"wsgate": [], "wsgate_plain": ["--compression-enabled"],
                "wsgate_deflate": ["--compression-enabled"], "wsgate_watched": [],
                "wsgate_told": []}


class BenchError(Exception):
    """Why a run gave no figures; the text is for the person who started it."""


def tail(path: pathlib.Path, lines: int = 15) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


class Setup:
    """Where the binaries are and which cores they get."""

    def __init__(self, bin_dir: pathlib.Path, server_core: int, client_core: int):
        self.bin_dir = bin_dir
        self.server_core = server_core
        self.client_core = client_core
        tools = bin_dir.parent / "tools"
        node = tools / "bin" / "node"
        self.node = str(node) if node.exists() else shutil.which("node")
        self.node_path = os.environ.get("NODE_PATH") or str(tools / "node" / "node_modules")

    def command(self, kind: str, ready_file: pathlib.Path) -> list[str]:
        ready = ["--ready-file", str(ready_file)]
        if kind in WSGATE_KINDS:
            return [str(self.bin_dir / "wsgate"), "serve", "--auth-mode", "insecure",
                    "--client-address", "127.0.0.1:0", "--control-address", "127.0.0.1:0",
                    "--admin-address", "127.0.0.1:0", "--shards", "1", "--log-level", "warn",
                    *WSGATE_KINDS[kind], *ready]
        if kind == "limit":
            return [str(self.bin_dir / "wsgate-bench-limit"), *ready]
        if kind == "grpc_limit":
            return [str(self.bin_dir / "wsgate-bench-grpc-limit"), *ready]
        if kind == "node_ws":
            if self.node is None:
                raise BenchError("no node: run `make tools`, or put node on the PATH")
            if not (pathlib.Path(self.node_path) / "ws").is_dir():
                raise BenchError(f"no package ws in {self.node_path}: run `make tools`, or set NODE_PATH")
            return [self.node, str(ROOT / "bench/peers/node_ws/server.js"), *ready]
        raise BenchError(f"no such server: {kind}")

    def load_options(self, kind: str) -> list[str]:
        """What wsgate-load must know to talk to this server."""
        return []

    def environment(self, kind: str) -> dict[str, str]:
        # Only what the process itself needs: a WSGATE_ variable of the caller would change the gateway.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WSGATE_")}
        if kind == "node_ws":
            kept["NODE_PATH"] = self.node_path
        return kept


class Server:
    """One server process on one core; `with` ends it. `report` then says what a probe, if asked for, saw of send(2)."""

    def __init__(self, setup: Setup, kind: str, probe_sends: bool = False):
        self.setup = setup
        self.kind = kind
        self.report: dict = {}
        self._probe_sends = probe_sends
        self._directory = tempfile.TemporaryDirectory(prefix="wsgate-bench-")
        self._stderr = pathlib.Path(self._directory.name) / "stderr"
        self._probe_file = pathlib.Path(self._directory.name) / "sends"
        self._stdout = pathlib.Path(self._directory.name) / "stdout"

    def __enter__(self) -> "Server":
        ready_file = pathlib.Path(self._directory.name) / "ready.json"
        command = ["taskset", "-c", str(self.setup.server_core),
                   *self.setup.command(self.kind, ready_file)]
        environment = self.setup.environment(self.kind)
        if self._probe_sends:
            environment["LD_PRELOAD"] = str(self.setup.bin_dir / "libwsgate_bench_send_probe.so")
            environment["BENCH_SEND_PROBE"] = str(self._probe_file)
        with open(self._stdout, "wb") as stdout, open(self._stderr, "wb") as stderr:
            # taskset becomes the server: its process id is the server's.
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr,
                                            env=environment)
        try:
            self.ports = self._wait_until_ready(ready_file)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def _wait_until_ready(self, ready_file: pathlib.Path) -> dict:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if ready_file.exists():
                return json.loads(ready_file.read_text())
            if self.process.poll() is not None:
                raise BenchError(f"{self.kind} ended at once ({self.process.returncode}):\n"
                                 f"{tail(self._stdout)}\n{tail(self._stderr)}")
            time.sleep(0.02)
        raise BenchError(f"{self.kind} was not ready after {READY_SECONDS} s:\n{tail(self._stderr)}")

    def __exit__(self, *_) -> None:
        # The gateway would drain for a while; the others end at once either way.
        self.process.kill()
        self.process.wait()
        if self._probe_file.exists():
            calls, samples, sampled_ns = struct.unpack("=QQQ", self._probe_file.read_bytes())
            self.report = {"sends": calls, "send_cpu_ns": sampled_ns / samples if samples else 0.0}
        self._directory.cleanup()

    def load_command(self, scenario: str, arguments: list[str]) -> list[str]:
        """wsgate-load on the clients' core, against this server."""
        control_kind = "grpc" if self.kind in (*WSGATE_KINDS, "grpc_limit") else "post"
        if self.kind == "wsgate_deflate":
            arguments = [*arguments, "--compression"]
        if self.kind == "wsgate_watched":
            arguments = [*arguments, "--watchers", "100"]
        if self.kind == "wsgate_told":
            arguments = [*arguments, "--watchers", "100", "--quiet"]
        return ["taskset", "-c", str(self.setup.client_core), str(self.setup.bin_dir / "wsgate-load"),
                scenario, "--client", self.ports["client"], "--control", self.ports["control"],
                "--control-kind", control_kind, "--server-pid", str(self.process.pid),
                *self.setup.load_options(self.kind), *arguments]

    def log(self) -> str:
        return tail(self._stderr)
