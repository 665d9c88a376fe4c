#!/usr/bin/env python3
"""Measures wsgate beside other servers that do the same work: Node `ws`, Socket.IO, centrifuge and, where it is built,
Sockudo, with the bare loop of bench/limit as the floor.

The servers share one core, the clients another. In each repetition all servers run, and their rounds take turns; a
figure is the median of the repetitions. Exit code: 0 wsgate is ahead everywhere, 1 it is not, 2 not measured.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import resource
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from peers_lib import report as reports  # noqa: E402
from peers_lib.figures import MEASUREMENTS, Measurement, behind  # noqa: E402
from peers_lib.servers import KINDS, PeerSetup  # noqa: E402
from quick_lib import report as quick_reports  # noqa: E402
from quick_lib.runs import run_alone, run_in_turn  # noqa: E402
from quick_lib.servers import ROOT, BenchError  # noqa: E402

FILES_NEEDED = 10_600  # 10,000 sessions, and what the gateway keeps back.


def parse_arguments() -> argparse.Namespace:
    names = [measurement.name for measurement in MEASUREMENTS]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true",
                        help="tiny counts: every server that is here must deliver every message; nothing is judged")
    parser.add_argument("--only", action="append", choices=names, metavar="NAME",
                        help="measure this alone (again for more): " + ", ".join(names))
    parser.add_argument("--servers", type=lambda text: text.split(","), metavar="A,B",
                        help="only these beside wsgate: " + ", ".join(KINDS))
    parser.add_argument("--repetitions", type=int, default=3, help="of each measurement, with fresh processes")
    parser.add_argument("--bin-dir", type=pathlib.Path, default=ROOT / "build/bin", help="where the binaries are")
    parser.add_argument("--output", type=pathlib.Path, help="folder for the .json and the .md")
    parser.add_argument("--docs", type=pathlib.Path, help="folder whose performance.md and peers.svg are written anew")
    parser.add_argument("--from", dest="earlier", type=pathlib.Path, nargs="+", metavar="JSON",
                        help="measure nothing; put these results together")
    parser.add_argument("--server-core", type=int, default=0)
    parser.add_argument("--client-core", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.repetitions < 1:
        parser.error("--repetitions must be at least 1")
    for kind in arguments.servers or []:
        if kind not in KINDS:
            parser.error(f"no such server: {kind}")
    return arguments


def raise_file_limit(arguments: argparse.Namespace) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < FILES_NEEDED and not arguments.check:
        raise BenchError(f"the hard open-file limit is {hard}; 10,000 sessions need {FILES_NEEDED}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def chosen_kinds(setup: PeerSetup, arguments: argparse.Namespace) -> list[str]:
    wanted = list(KINDS) if arguments.servers is None else [*arguments.servers, "wsgate"]
    kinds = []
    for kind in KINDS:
        if kind not in wanted:
            continue
        why = setup.missing(kind)
        if why is None:
            kinds.append(kind)
        elif kind in ("wsgate", "limit") or arguments.servers is not None:
            raise BenchError(f"{kind}: {why}")
        else:
            print(f"left out: {KINDS[kind].title}: {why}", file=sys.stderr)
    return kinds


def run_repetition(setup: PeerSetup, measurement: Measurement, kinds: list[str], options: list[str]) -> dict:
    if measurement.in_turn:
        return run_in_turn(setup, {kind: kind for kind in kinds}, measurement.scenario, options, probe_sends=False)
    return {kind: run_alone(setup, kind, measurement.scenario, options) for kind in kinds}


def require_delivered(measurement: Measurement, results: dict) -> None:
    """wsgate-load ends in an error when a message is missing; this counts once more what it says."""
    for kind, result in results.items():
        if "messages" in result:
            # One broadcast, or one burst, warms up.
            wanted = result["sessions"] * result["at_once"] * (len(result["rounds"]) + 1)
            if result["messages"] != wanted:
                raise BenchError(f"{measurement.name}: {kind} delivered {result['messages']}, not {wanted}")
        print(f"{measurement.name}: {kind}: whole", file=sys.stderr)


def measure(setup: PeerSetup, arguments: argparse.Namespace) -> dict:
    kinds = chosen_kinds(setup, arguments)
    report = {"date": quick_reports.today(), "commit": quick_reports.commit(), "machine": quick_reports.machine(setup),
              "servers": {kind: setup.version(kind) for kind in kinds}, "runs": {}}
    repetitions = 1 if arguments.check else arguments.repetitions
    for measurement in MEASUREMENTS:
        if arguments.only and measurement.name not in arguments.only:
            continue
        able = [kind for kind in kinds if KINDS[kind].can_send or not measurement.to_one_user]
        options = measurement.check if arguments.check else measurement.arguments
        runs = report["runs"][measurement.name] = []
        for index in range(repetitions):
            turned = able[index % len(able):] + able[:index % len(able)]  # Each comes first once.
            print(f"{measurement.name}: {index + 1} of {repetitions}", file=sys.stderr)
            runs.append(run_repetition(setup, measurement, turned, options))
            if arguments.check:
                require_delivered(measurement, runs[-1])
    return report


def put_out(report: dict, arguments: argparse.Namespace) -> None:
    print(reports.plain(report))
    if arguments.output is not None:
        print(f"written: {reports.write(report, arguments.output)}")
    if arguments.docs is not None:
        print(f"written: {reports.write_docs(report, arguments.docs)}")


def main() -> int:
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))  # So that servers are ended on the way out.
    try:
        if arguments.earlier:
            report = reports.joined([json.loads(path.read_text()) for path in arguments.earlier])
        else:
            cores = {arguments.server_core, arguments.client_core}
            if len(cores) < 2 or not cores <= os.sched_getaffinity(0):
                raise BenchError(f"server and clients need a core each of {sorted(os.sched_getaffinity(0))}")
            raise_file_limit(arguments)
            setup = PeerSetup(arguments.bin_dir.resolve(), arguments.server_core, arguments.client_core)
            report = measure(setup, arguments)
        put_out(report, arguments)
    except BenchError as error:
        print(f"bench/peers.py: {error}", file=sys.stderr)
        return 2
    missed = [] if arguments.check else behind(report["runs"], list(report["servers"]))
    for kind, column, made in missed:
        print(f"not ahead: {column.title}: {KINDS[kind].title} is {1 / made.ratio:.2f} times as good", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
