#!/usr/bin/env python3
"""Runs the marked blocks of docs/kubernetes.md as they stand, in a cluster. Exits 0 when all did as it says.

usage: node.sh exec unshare --pid --fork --kill-child --mount-proc python3 document_runner.py PAGE

The blocks are marked as in the README (tests/e2e/readme_blocks.py). `sh test=serve` is a port-forward here, or several:
what follows waits for the ports that it names. In a `test=client` PASTE_THE_TOKEN is what the block before it printed, as for
the reader. Whatever it started ends with it.
"""

import dataclasses
import pathlib
import re
import sys
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

# pylint: disable=wrong-import-position
from readme_blocks import extract  # noqa: E402
from readme_runner import PORTS, START_SECONDS, Background, Failure, check_output, listens, run, until  # noqa: E402


def start(block):
    """A block that goes on running; waits for the ports that it names."""
    started = Background(block)
    for name, address in PORTS.items():
        if re.search(rf"\b{address[1]}\b", block.text):
            until(lambda: started.check_runs() and listens(address),
                  lambda: f"nothing listens on the {name} port:\n{started.output()}", START_SECONDS)
    return started


def open_sessions():
    """How many sessions the pod says are open."""
    with urllib.request.urlopen("http://%s:%d/metrics" % PORTS["admin"], timeout=10) as answer:
        return int(re.search(r"^wsgate_sessions (\d+)", answer.read().decode(), re.MULTILINE)[1])


def connect(block, clients, printed):
    """A client that stays."""
    client = Background(dataclasses.replace(block, text=block.text.replace("PASTE_THE_TOKEN", printed.strip())))
    until(lambda: client.check_runs() and open_sessions() > len(clients),
          lambda: f"the client of line {block.line} did not connect:\n{client.output()}", 30)
    return client


def run_page(blocks):
    """Runs the blocks in order. Errors: Failure."""
    served, clients, printed = [], [], ""
    for block in blocks:
        print(f"line {block.line}: {block.kind} ({block.language})", flush=True)
        if block.kind == "serve":
            served.append(start(block))
        elif block.kind == "client":
            clients.append(connect(block, clients, printed))
        elif block.kind == "run":
            printed = run(block, clients)
        else:
            check_output(block, printed)


def main():
    page = pathlib.Path(sys.argv[1])
    blocks = extract(page.read_text())
    if len(blocks) < 5:
        sys.exit(f"{page.name}: only {len(blocks)} blocks are marked")
    try:
        run_page(blocks)
    except Failure as failure:
        sys.exit(f"{page.name}: {failure}")
    print(f"{page.name}: every marked block did what the page says")


if __name__ == "__main__":
    main()
