#!/usr/bin/env python3
"""Measures the gateway against its limits and says which figures hold.

The server runs on one core and the clients on another. Every figure is the median of five interleaved pairs of runs with
fresh processes; where a figure is a ratio, the two servers of a pair take turns, round by round. Exit code: 0 all figures
hold, 1 one is missed, 2 not measured.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import resource
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from quick_lib import report as reports  # noqa: E402
from quick_lib.figures import MEASUREMENTS, Measurement  # noqa: E402
from quick_lib.runs import run_alone, run_in_turn  # noqa: E402
from quick_lib.servers import ROOT, BenchError, Setup  # noqa: E402

FILES_NEEDED = 19_600  # 19,000 sessions and what else a process has open; the gateway keeps 512 back.


def parse_arguments() -> argparse.Namespace:
    names = [measurement.name for measurement in MEASUREMENTS]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=names, metavar="NAME",
                        help="measure this alone (again for more): " + ", ".join(names))
    parser.add_argument("--pairs", type=int, default=5, help="pairs of runs of each measurement")
    parser.add_argument("--series", type=int, default=1, help="how often the whole is repeated")
    parser.add_argument("--quick-smoke", action="store_true",
                        help="tiny counts: shows that the benchmark works; nothing is judged")
    parser.add_argument("--bin-dir", type=pathlib.Path, default=ROOT / "build/bin", help="where the binaries are")
    parser.add_argument("--output-dir", type=pathlib.Path,
                        help="where .json and .md go; bench/results, or nowhere for --quick-smoke")
    parser.add_argument("--server-core", type=int, default=0)
    parser.add_argument("--client-core", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.pairs < 1 or arguments.series < 1:
        parser.error("--pairs and --series must be at least 1")
    if arguments.output_dir is None and not arguments.quick_smoke:
        arguments.output_dir = ROOT / "bench/results"
    return arguments


def check_machine(arguments: argparse.Namespace) -> None:
    cores = os.sched_getaffinity(0)
    for core in (arguments.server_core, arguments.client_core):
        if core not in cores:
            raise BenchError(f"core {core} is not ours to use; these are: {sorted(cores)}")
    if arguments.server_core == arguments.client_core:
        raise BenchError("server and clients need a core each")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < FILES_NEEDED and not arguments.quick_smoke:
        raise BenchError(f"the hard open-file limit is {hard}; 19,000 sessions need {FILES_NEEDED}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for name in ("wsgate", "wsgate-load", "wsgate-bench-limit", "wsgate-bench-grpc-limit",
                 "libwsgate_bench_send_probe.so"):
        if not (arguments.bin_dir / name).exists():
            raise BenchError(f"{arguments.bin_dir / name} is missing: run `make test-build`")


def run_pairs(setup: Setup, measurement: Measurement, arguments: argparse.Namespace, place: str) -> list[dict]:
    options = measurement.smoke if arguments.quick_smoke else measurement.arguments
    pairs = []
    for index in range(arguments.pairs):
        kinds = {"baseline": measurement.baseline} if measurement.baseline else {}
        kinds["wsgate"] = measurement.kind
        if index % 2 == 1:
            kinds = dict(reversed(kinds.items()))  # What drifts with time falls on both sides alike.
        print(f"{place} {measurement.name}: pair {index + 1} of {arguments.pairs}", file=sys.stderr)
        if measurement.baseline and measurement.in_turn:
            pairs.append(run_in_turn(setup, kinds, measurement.scenario, options,
                                     measurement.probe_sends))
        else:
            pairs.append({side: run_alone(setup, kind, measurement.scenario, options)
                          for side, kind in kinds.items()})
    return pairs


def run_series(setup: Setup, arguments: argparse.Namespace, series: int) -> dict:
    chosen = [m for m in MEASUREMENTS if not arguments.only or m.name in arguments.only]
    result: dict = {"figures": [], "runs": {}}
    for at, measurement in enumerate(chosen, start=1):
        place = f"[series {series}/{arguments.series}, {at}/{len(chosen)}]"
        pairs = run_pairs(setup, measurement, arguments, place)
        result["runs"][measurement.name] = pairs
        for figure in measurement.figures:
            judged = figure.judge(pairs)
            if arguments.quick_smoke:
                judged["verdict"] = "not judged"
            result["figures"].append(judged)
            print(f"{place} {' | '.join(reports.figure_row(judged))}", file=sys.stderr)
    return result


def print_tables(series: dict) -> None:
    if series["figures"]:
        rows = [reports.figure_row(judged) for judged in series["figures"]]
        print(reports.plain_table(reports.FIGURE_HEADER, rows))
    if "table" in series["runs"]:
        rows = reports.comparison_rows(series["runs"]["table"])
        print("\n" + reports.plain_table(reports.COMPARISON_HEADER, rows))


def main() -> int:
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))  # So that servers are ended on the way out.
    start = time.monotonic()
    try:
        check_machine(arguments)
        setup = Setup(arguments.bin_dir.resolve(), arguments.server_core, arguments.client_core)
        report = {"date": reports.today(), "commit": reports.commit(), "pairs": arguments.pairs,
                  "machine": reports.machine(setup), "series": []}
        for series in range(1, arguments.series + 1):
            report["series"].append(run_series(setup, arguments, series))
            print_tables(report["series"][-1])
    except BenchError as error:
        print(f"bench/quick.py: {error}", file=sys.stderr)
        return 2
    if arguments.output_dir is not None:
        print(f"\nwritten: {reports.write(report, arguments.output_dir)}")
    print(f"{time.monotonic() - start:.0f} s", file=sys.stderr)
    missed = [judged["figure"] for series in report["series"] for judged in series["figures"]
              if judged["verdict"] == "miss"]
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
