"""Runs scenarios: one server alone, or two in turn, round by round."""

from __future__ import annotations

import contextlib
import json
import subprocess
import tempfile

from quick_lib.servers import BenchError, Server, Setup

SCENARIO_SECONDS = 600


def finished(server: Server, result: dict) -> dict:
    result["server"] = server.kind
    if server.report:
        result["server_report"] = server.report
    return result


def run_alone(setup: Setup, kind: str, scenario: str, arguments: list[str]) -> dict:
    """One fresh server, one scenario; its figures."""
    with Server(setup, kind) as server:
        try:
            done = subprocess.run(server.load_command(scenario, arguments), stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=SCENARIO_SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            raise BenchError(f"{scenario} against {kind} took over {SCENARIO_SECONDS} s") from error
        if done.returncode != 0:
            raise BenchError(f"{scenario} against {kind} failed:\n{done.stderr.strip()}\n{server.log()}")
    return finished(server, json.loads(done.stdout))


class PacedLoad:
    """A wsgate-load whose rounds start when we say so."""

    def __init__(self, server: Server, scenario: str, arguments: list[str]):
        self.server = server
        self.name = f"{scenario} against {server.kind}"
        self.result: dict | None = None
        self._stderr = tempfile.TemporaryFile()
        self._process = subprocess.Popen(server.load_command(scenario, [*arguments, "--paced"]),
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._stderr)

    def wait(self) -> None:
        """Returns when the load waits for the next round or has its result."""
        line = self._process.stdout.readline()
        if line == b"waiting\n":
            return
        if not line:
            self._process.wait()
            self._stderr.seek(0)
            raise BenchError(f"{self.name} failed:\n{self._stderr.read().decode(errors='replace').strip()}\n"
                             f"{self.server.log()}")
        self.result = json.loads(line)

    def round(self) -> None:
        with contextlib.suppress(BrokenPipeError):  # It has ended: wait() says why.
            self._process.stdin.write(b".")
            self._process.stdin.flush()
        self.wait()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()
        self._stderr.close()


def run_in_turn(setup: Setup, kinds: dict[str, str], scenario: str, arguments: list[str],
                probe_sends: bool) -> dict[str, dict]:
    """Two fresh servers, whose rounds alternate: whatever else the machine does falls on both alike."""
    loads: dict[str, PacedLoad] = {}
    with contextlib.ExitStack() as stack:
        for side, kind in kinds.items():
            server = stack.enter_context(Server(setup, kind, probe_sends))
            loads[side] = PacedLoad(server, scenario, arguments)
            stack.callback(loads[side].close)
            loads[side].wait()  # Connected and warm before the next one starts.
        # Always in the same order, so that every round finds caches that the other server has used.
        while not all(load.result for load in loads.values()):
            for load in loads.values():
                load.round()
    return {side: finished(load.server, load.result) for side, load in loads.items()}
