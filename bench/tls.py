#!/usr/bin/env python3
"""Measures what TLS costs, against a bare OpenSSL server (bench/tls), and says which figures hold.

The servers run on one core and the clients on another. Handshakes: both servers are up and take turns, round by round;
all are full handshakes, and each connection is upgraded and closed; what is counted is the server's CPU. Memory: one
server after the other, the slope of its anonymous memory over idle sessions. Exit code: 0 all figures hold, 1 one is
missed, 2 not measured.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import pathlib
import re
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from quick_lib import report as reports  # noqa: E402
from quick_lib.figures import Figure, median_round, ratio_of_rounds  # noqa: E402
from quick_lib.servers import ROOT, BenchError, Server, Setup  # noqa: E402

KEYS = {"p256": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "rsa2048": ["rsa:2048"]}
SMOKE = {"steps": [50, 100, 150], "rounds": 2, "connections": 20}
REAL = {"steps": [2000, 5000, 9000], "rounds": 20, "connections": 200}
FILES_NEEDED = 9_600

HANDSHAKES = {
    key: Figure(f"tls_handshakes_{key}", "x floor", 0.9, False, lambda pair: 1 / ratio_of_rounds(pair),
                of_run=median_round, run_unit="us/handshake")
    for key in KEYS}
MEMORY = Figure("tls_session_memory", "x floor", 1.1, True,
                lambda pair: pair["wsgate"]["bytes_per_session"] / pair["baseline"]["bytes_per_session"],
                of_run=lambda run: run["bytes_per_session"], run_unit="B/session")
MEASUREMENTS = {"memory": MEMORY, **HANDSHAKES}


class TlsSetup(Setup):
    """The two servers, with one certificate."""

    certificate = ""
    key = ""

    def use(self, directory: pathlib.Path, kind: str) -> None:
        self.certificate, self.key = str(directory / f"{kind}.crt"), str(directory / f"{kind}.key")
        subprocess.run(["openssl", "req", "-x509", "-newkey", *KEYS[kind], "-nodes", "-subj", "/CN=localhost",
                        "-days", "2", "-keyout", self.key, "-out", self.certificate], check=True, capture_output=True)

    def command(self, kind: str, ready_file: pathlib.Path) -> list[str]:
        if kind == "baseline":
            return [str(self.bin_dir / "wsgate-bench-tls-floor"), "--ready-file", str(ready_file),
                    self.certificate, self.key]
        # Clients that are held answer no ping.
        return [*super().command("wsgate", ready_file), "--tls-cert-file", self.certificate, "--tls-key-file", self.key,
                "--session-ping-interval", "10m"]


class Load:
    """wsgate-bench-tls-load on the clients' core, against one server."""

    def __init__(self, server: Server):
        self._server = server
        setup = server.setup
        self._process = subprocess.Popen(
            ["taskset", "-c", str(setup.client_core), str(setup.bin_dir / "wsgate-bench-tls-load"),
             server.ports["client"], str(server.process.pid)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __enter__(self) -> "Load":
        return self

    def __exit__(self, *_) -> None:
        self._process.kill()
        self._process.communicate()

    def ask(self, what: str) -> dict:
        self._process.stdin.write(what + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise BenchError(f"{what} against {self._server.kind}: {self._process.stderr.read()}\n{self._server.log()}")
        return json.loads(line)


def anonymous_bytes(server: Server) -> int:
    rollup = pathlib.Path(f"/proc/{server.process.pid}/smaps_rollup").read_text()
    return int(re.search(r"^Anonymous:\s+(\d+) kB", rollup, re.MULTILINE)[1]) * 1024


def settled_bytes(server: Server) -> int:
    """When it has not changed for a second: what handshakes took for a while has been given back."""
    looks: list[int] = []
    while len(looks) < 60:
        looks.append(anonymous_bytes(server))
        if len(looks) > 4 and len(set(looks[-5:])) == 1:
            break
        time.sleep(0.25)
    return looks[-1]


def measure_memory(setup: TlsSetup, counts: dict) -> dict:
    pair = {}
    for side in ("baseline", "wsgate"):
        with Server(setup, side) as server, Load(server) as load:
            rows = []
            for sessions in counts["steps"]:
                load.ask(f"hold {sessions}")
                rows.append({"sessions": sessions, "anonymous_bytes": settled_bytes(server)})
        slope = statistics.linear_regression([row["sessions"] for row in rows],
                                             [row["anonymous_bytes"] for row in rows]).slope
        pair[side] = {"rows": rows, "bytes_per_session": slope}
    return pair


def measure_handshakes(setup: TlsSetup, counts: dict) -> dict:
    pair: dict = {side: {"rounds": [], "per_second": []} for side in ("baseline", "wsgate")}
    with contextlib.ExitStack() as stack:
        loads = {side: stack.enter_context(Load(stack.enter_context(Server(setup, side)))) for side in pair}
        for load in loads.values():
            load.ask(f"handshakes {counts['connections']}")  # Warm.
        for _ in range(counts["rounds"]):
            for side, load in loads.items():
                told = load.ask(f"handshakes {counts['connections']}")
                pair[side]["rounds"].append(told["server_cpu_us"] / told["connections"])
                pair[side]["per_second"].append(told["connections"] / told["seconds"])
    return pair


def markdown(report: dict) -> str:
    made_on = report["machine"]
    return "\n\n".join([
        f"# What TLS costs, {report['date']}, commit {report['commit']}",
        f"{made_on['cpu']}, {made_on['cores']} cores, kernel {made_on['kernel']}, {', '.join(made_on['compiler'])}, "
        f"{', '.join(made_on['build_type'])}, {made_on['openssl']}.",
        f"The server on one core, the clients on another, over loopback, TLS 1.3. Each figure is the median of "
        f"{report['pairs']} pairs of runs with fresh processes. The baseline is a bare OpenSSL server: epoll, released "
        f"buffers, the same certificate, ticket and allocator. Handshakes are full ones, with the upgrade and the end of "
        f"the connection; the ratio is of the CPU that the server needs for one, so of how many a core does in a second. "
        f"Memory is the slope over {', '.join(f'{step:,}' for step in report['steps'])} idle sessions. Spread is "
        f"(largest - smallest) / median of the pairs.",
        reports.markdown_table(reports.FIGURE_HEADER, [reports.figure_row(figure) for figure in report["figures"]]),
    ]) + "\n"


def write(report: dict, directory: pathlib.Path) -> pathlib.Path:
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"tls-{report['date']}-{report['commit']}.md"
    path.with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n")
    path.write_text(markdown(report))
    return path


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=MEASUREMENTS, metavar="NAME",
                        help="measure this alone (again for more): " + ", ".join(MEASUREMENTS))
    parser.add_argument("--pairs", type=int, default=3, help="pairs of runs of each measurement")
    parser.add_argument("--smoke", action="store_true",
                        help="tiny counts: shows that the benchmark works; nothing is judged")
    parser.add_argument("--bin-dir", type=pathlib.Path, default=ROOT / "build/bin", help="where the binaries are")
    parser.add_argument("--output", type=pathlib.Path, help="folder for the .json and the .md; without it nowhere")
    parser.add_argument("--server-core", type=int, default=0)
    parser.add_argument("--client-core", type=int, default=1)
    return parser.parse_args()


def check_machine(arguments: argparse.Namespace) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < FILES_NEEDED and not arguments.smoke:
        raise BenchError(f"the hard open-file limit is {hard}; 9,000 sessions need {FILES_NEEDED}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for name in ("wsgate", "wsgate-bench-tls-floor", "wsgate-bench-tls-load"):
        if not (arguments.bin_dir / name).exists():
            raise BenchError(f"{arguments.bin_dir / name} is missing: run `make test-build`")


def measure(arguments: argparse.Namespace, setup: TlsSetup, directory: pathlib.Path) -> dict:
    counts = SMOKE if arguments.smoke else REAL
    report = {"date": reports.today(), "commit": reports.commit(), "pairs": arguments.pairs, "steps": counts["steps"],
              "machine": {**reports.machine(setup), "openssl": reports.output_of("openssl", "version")},
              "figures": [], "runs": {}}
    for name, figure in MEASUREMENTS.items():
        if arguments.only and name not in arguments.only:
            continue
        setup.use(directory, "p256" if name == "memory" else name)
        run = measure_memory if name == "memory" else measure_handshakes
        pairs = []
        for number in range(1, arguments.pairs + 1):
            print(f"{name}: pair {number} of {arguments.pairs}", file=sys.stderr)
            pairs.append(run(setup, counts))
        judged = figure.judge(pairs)
        if arguments.smoke:
            judged["verdict"] = "not judged"
        report["runs"][name] = pairs
        report["figures"].append(judged)
    return report


def main() -> int:
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))  # So that servers are ended on the way out.
    try:
        check_machine(arguments)
        setup = TlsSetup(arguments.bin_dir.resolve(), arguments.server_core, arguments.client_core)
        with tempfile.TemporaryDirectory(prefix="wsgate-bench-tls-") as directory:
            report = measure(arguments, setup, pathlib.Path(directory))
    except BenchError as error:
        print(f"bench/tls.py: {error}", file=sys.stderr)
        return 2
    print(reports.plain_table(reports.FIGURE_HEADER, [reports.figure_row(figure) for figure in report["figures"]]))
    if arguments.output is not None:
        print(f"\nwritten: {write(report, arguments.output)}")
    return 1 if any(figure["verdict"] == "miss" for figure in report["figures"]) else 0


if __name__ == "__main__":
    sys.exit(main())
