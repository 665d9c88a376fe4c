#!/usr/bin/env python3
"""Runs the marked blocks of a Markdown page as they stand, with the page's own ports. Exits 0 when all did as it says.

usage: unshare --net --pid --fork --kill-child --mount-proc python3 readme_runner.py PAGE

Run it only in namespaces of its own, as above: the ports are fixed, and whatever it started ends with it.
"""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import grpc

from readme_blocks import extract, missing_from
from wsgate.v1 import control_service_pb2, control_service_pb2_grpc

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONTROL = ("127.0.0.1", 50051)
PORTS = {"client": ("127.0.0.1", 8080), "control": CONTROL, "admin": ("127.0.0.1", 8081)}
START_SECONDS = 120  # `make run` may still have something to link.
BLOCK_SECONDS = 60
PAGE = ["node", str(ROOT / "tests/e2e/client_drivers/browser_client.js"), shutil.which("chromium") or "chromium",
        "http://%s:%d/" % PORTS["client"]]
COMMANDS = {"sh": ["bash", "-euo", "pipefail", "-c"], "js": ["node", "-e"], "python": ["python3", "-c"]}


class Failure(Exception):
    """A block did not do what the page says; the text is for the reader of the page."""


def environment():
    """What a newcomer's shell has: none of our settings, and no outer make that would speak to the page's make."""
    hidden = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES")
    return {key: value for key, value in os.environ.items() if key not in hidden and not key.startswith("WSGATE_")}


def until(condition, what, seconds):
    """Waits for `condition()` to be true."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Failure(f"after {seconds} s: {what()}")
        time.sleep(0.01)  # Between two looks, never instead of one.


class Background:
    """A block that goes on running: the gateway, or a client."""

    def __init__(self, block):
        self.block = block
        self._output = tempfile.NamedTemporaryFile(mode="w+b", suffix=f"-{block.kind}.log")
        in_page = block.language == "js"
        command = PAGE if in_page else COMMANDS[block.language] + [block.text]
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment(), stdin=subprocess.PIPE,
                                         stdout=self._output, stderr=self._output)
        if in_page:  # Its console is the output. The page lives until stdin ends, with this process.
            self._process.stdin.write(json.dumps({"do": "evaluate", "script": block.text}).encode() + b"\n")
            self._process.stdin.flush()
        else:
            self._process.stdin.close()

    def output(self):
        return pathlib.Path(self._output.name).read_text(errors="replace")

    def check_runs(self):
        code = self._process.poll()
        if code is not None:
            raise Failure(f"the block of line {self.block.line} ended with {code}:\n{self.output()}")
        return True


def listens(address):
    with socket.socket() as probe:
        return probe.connect_ex(address) == 0


def open_sessions():
    """How many sessions the gateway says are open."""
    with grpc.insecure_channel("%s:%d" % CONTROL) as channel:
        stub = control_service_pb2_grpc.ControlServiceStub(channel)
        return stub.GetStats(control_service_pb2.GetStatsRequest(), timeout=10).total.sessions


def run(block, clients):
    """Runs one block to its end; returns what it printed. A text that it sends must reach every client."""
    text = block.sent_text() if clients else None
    before = [client.output().count(text) for client in clients] if text else []
    try:
        done = subprocess.run(COMMANDS[block.language] + [block.text], cwd=ROOT, env=environment(), text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=BLOCK_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Failure(f"the block of line {block.line} did not end within {BLOCK_SECONDS} s") from None
    if done.returncode != 0:
        raise Failure(f"the block of line {block.line} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    for client, count in zip(clients, before):
        until(lambda: client.check_runs() and client.output().count(text) > count,
              lambda: f"`{text}` did not reach the client of line {client.block.line}:\n{client.output()}", 10)
    return done.stdout


def check_output(block, printed):
    """The JSON that the page shows must be in what was printed."""
    try:
        said = missing_from(json.loads(block.text), json.loads(printed))
    except ValueError as error:
        raise Failure(f"line {block.line}: no JSON to compare ({error}); printed was:\n{printed}") from None
    if said:
        raise Failure(f"line {block.line}: {said}; printed was:\n{printed}")


def run_page(blocks):
    """Runs the blocks in order. Errors: Failure."""
    counts = {kind: sum(block.kind == kind for block in blocks) for kind in ("serve", "client", "run", "output")}
    if counts["serve"] != 1 or not counts["client"] or not counts["run"] or not counts["output"]:
        raise Failure(f"one test=serve and at least one each of test=client, test, test=output are needed: {counts}")
    gateway, clients, printed = None, [], ""
    for block in blocks:
        print(f"line {block.line}: {block.kind} ({block.language})", flush=True)
        if block.kind == "serve":
            gateway = Background(block)
            for name, address in PORTS.items():
                until(lambda: gateway.check_runs() and listens(address),
                      lambda: f"nothing listens on the {name} port:\n{gateway.output()}", START_SECONDS)
            continue
        if gateway is None:
            raise Failure(f"the block of line {block.line} comes before test=serve")
        gateway.check_runs()
        if block.kind == "client":
            clients.append(Background(block))
            until(lambda: clients[-1].check_runs() and open_sessions() >= len(clients),
                  lambda: f"the client of line {block.line} did not connect:\n{clients[-1].output()}", 30)
        elif block.kind == "run":
            printed = run(block, clients)
        else:
            check_output(block, printed)
    gateway.check_runs()


def main():
    page = pathlib.Path(sys.argv[1])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for name, address in PORTS.items():
        if listens(address):
            sys.exit(f"the {name} port is taken: this runs only in a network namespace of its own")
    try:
        run_page(extract(page.read_text()))
    except Failure as failure:
        sys.exit(f"{page.name}: {failure}")
    print(f"{page.name}: every marked block did what the page says")


if __name__ == "__main__":
    main()
