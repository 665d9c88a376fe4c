"""Says on what machine figures were made, and writes them down."""

from __future__ import annotations

import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess

from quick_lib.servers import ROOT, Setup

# What the analysis estimated for a Node server: users -> (memory, broadcast time).
ANALYSIS = {200: ("~1 MB", "~5-10 ms"), 500: ("~2.5 MB", "~15-20 ms"), 1000: ("~5 MB", "~30-40 ms"),
            5000: ("~25 MB", "~150-200 ms"), 10000: ("~50 MB", "~300-400 ms")}


def output_of(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def commit() -> str:
    head = output_of("git", "rev-parse", "--short=10", "HEAD")
    if not head:
        return "uncommitted"
    # Results of earlier runs do not change what is measured.
    changed = [line for line in output_of("git", "status", "--porcelain").splitlines()
               if "bench/results/" not in line]
    return head + ("-dirty" if changed else "")


def cpu_model() -> str:
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def machine(setup: Setup) -> dict:
    cache = setup.bin_dir.parent / "CMakeCache.txt"
    build_type = [line.split("=", 1)[1] for line in cache.read_text().splitlines()
                  if line.startswith("CMAKE_BUILD_TYPE:")] if cache.exists() else []
    ws = pathlib.Path(setup.node_path) / "ws" / "package.json"
    return {
        "cpu": cpu_model(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
        "load_average": list(os.getloadavg()),
        "compiler": output_of("c++", "--version").splitlines()[:1],
        "build_type": build_type,
        "wsgate": output_of(str(setup.bin_dir / "wsgate"), "--version"),
        "grpc": output_of("dpkg-query", "-W", "-f", "${Version}", "libgrpc++1.51"),
        "node": output_of(setup.node, "--version") if setup.node else "",
        "ws": json.loads(ws.read_text())["version"] if ws.exists() else "",
    }


def number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) < 100 else f"{value:.1f}"


def figure_row(judged: dict) -> list[str]:
    bound = ("<= " if judged["at_most"] else ">= ") + number(judged["target"])
    if judged["allowance"] > 0:
        bound += f" (+{judged['allowance']:.3f} noise)"
    sides = ""
    if "run_unit" in judged:
        sides = f"{number(judged['wsgate'])} : {number(judged['baseline'])} {judged['run_unit']}"
    median = f"{judged['median']:.3f}" if abs(judged["median"]) < 10 else number(judged["median"])
    return [judged["figure"], f"{median} {judged['unit']}", bound, judged["verdict"],
            f"{100 * judged['spread']:.0f} %", sides]


FIGURE_HEADER = ["figure", "median", "target", "verdict", "spread", "wsgate : baseline"]


def comparison_rows(pairs: list[dict]) -> list[list[str]]:
    """The analysis's table from the pairs of `table`: growth of process memory, time to the last arrival."""
    rows = []
    for at, row in enumerate(pairs[0]["wsgate"]["rows"]):
        cells = [f"{row['sessions']:,}", *ANALYSIS.get(row["sessions"], ("", ""))]
        for side in ("baseline", "wsgate"):
            memory = statistics.median(pair[side]["rows"][at]["anonymous_bytes"] -
                                       pair[side]["empty_anonymous_bytes"] for pair in pairs)
            last = statistics.median(pair[side]["rows"][at]["last_arrival_ms"] for pair in pairs)
            cells += [f"{memory / 1e6:.2f} MB", f"{last:.1f} ms"]
        rows.append(cells)
    return rows


COMPARISON_HEADER = ["users", "analysis: memory", "broadcast", "Node ws: memory", "broadcast",
                     "wsgate: memory", "broadcast"]


def markdown_table(header: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in [header, ["---"] * len(header), *rows]]
    return "\n".join(lines)


def plain_table(header: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(row[at]) for row in [header, *rows]) for at in range(len(header))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
                     for row in [header, *rows])


def markdown(report: dict) -> str:
    made_on = report["machine"]
    parts = [f"# Quick figures, {report['date']}, commit {report['commit']}",
             f"{made_on['cpu']}, {made_on['cores']} cores, kernel {made_on['kernel']}, "
             f"{', '.join(made_on['compiler'])}, {', '.join(made_on['build_type'])}, gRPC {made_on['grpc']}, "
             f"Node {made_on['node']}, ws {made_on['ws']}.",
             f"The server on one core, the clients on another, over loopback. Each figure is the median of "
             f"{report['pairs']} interleaved pairs of runs with fresh processes. A ratio is, in each pair, the median "
             f"over rounds in which the two servers take turns. Spread is (largest - smallest) / median of the pairs. Where a noise allowance is given, it is the standard error of the median, "
             f"from the pairs' median absolute deviation, and at most 0.03. What send(2) costs in SendToUser is "
             f"measured in the gateway itself, by a library preloaded into it."]
    for index, series in enumerate(report["series"], start=1):
        parts.append(f"## Series {index} of {len(report['series'])}")
        if series["figures"]:
            parts.append(markdown_table(FIGURE_HEADER, [figure_row(figure) for figure in series["figures"]]))
        if "table" in series["runs"]:
            parts.append("Memory is what the process grew by since it held no session; broadcast is the time "
                         "from the call to the last arrival.")
            parts.append(markdown_table(COMPARISON_HEADER, comparison_rows(series["runs"]["table"])))
    return "\n\n".join(parts) + "\n"


def write(report: dict, directory: pathlib.Path) -> pathlib.Path:
    directory.mkdir(parents=True, exist_ok=True)
    stem = directory / f"quick-{report['date']}-{report['commit']}"
    stem.with_name(stem.name + ".json").write_text(json.dumps(report, indent=1) + "\n")
    path = stem.with_name(stem.name + ".md")
    path.write_text(markdown(report))
    return path


def today() -> str:
    return datetime.date.today().isoformat()
