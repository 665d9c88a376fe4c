"""The table beside the peers, as Markdown and as text, and the files that hold it."""

from __future__ import annotations

import json
import pathlib

from peers_lib.figures import LIMIT, SUBJECT, Cell, Column, behind, cell, columns_of
from peers_lib.plot import svg
from peers_lib.servers import KINDS
from quick_lib.report import markdown_table, number, plain_table
from quick_lib.servers import BenchError

BEGIN, END = "<!-- peers -->", "<!-- /peers -->"


def title(report: dict, kind: str) -> str:
    return f"{KINDS[kind].title} {report['servers'][kind]}".strip()


def cell_text(made: Cell | None) -> str:
    if made is None:
        return "–"
    if made.ratio is None:
        return f"**{number(made.value)}**"
    return f"{number(made.value)} ({made.ratio:.3g}×)"


def heading(column: Column) -> str:
    return f"{column.title}, {column.unit}" if column.unit else column.title


def table(report: dict) -> tuple[list[str], list[list[str]]]:
    """Header and rows: a row for each server, a column for each figure."""
    columns = columns_of(report["runs"])
    rows = [[title(report, kind)] + [cell_text(cell(column, kind, repetitions)) for column, repetitions in columns]
            for kind in report["servers"]]
    return ["server", *(heading(column) for column, _ in columns)], rows


def plain(report: dict) -> str:
    """A row for each figure: fits a terminal."""
    header, rows = table(report)
    turned = [[heading_, *(row[at] for row in rows)] for at, heading_ in enumerate(header) if at > 0]
    return plain_table(["", *(row[0] for row in rows)], turned)


def spread(report: dict) -> str:
    """The widest (largest - smallest) / median of the repetitions, over all cells."""
    made = [cell(column, kind, repetitions) for column, repetitions in columns_of(report["runs"])
            for kind in report["servers"]]
    widest = max(((one.highest - one.lowest) / one.value for one in made if one is not None), default=0.0)
    return f"{100 * widest:.0f} %"


def verdict(report: dict) -> str:
    kinds = list(report["servers"])
    missed = behind(report["runs"], kinds)
    if not missed:
        return "wsgate is ahead of every peer in every column."
    parts = [f"{title(report, kind)} in “{column.title}” ({made.ratio:.3g}×)" for kind, column, made in missed]
    return "wsgate is not ahead of " + "; ".join(parts) + "."


def made_on(report: dict) -> str:
    machine = report["machine"]
    repetitions = sorted({len(runs) for runs in report["runs"].values()})
    return (f"{report['date']}, commit {report['commit']}: {machine['cpu']}, {machine['cores']} cores, kernel "
            f"{machine['kernel']}, {', '.join(machine['compiler'])}, {', '.join(machine['build_type'])}, gRPC "
            f"{machine['grpc']}, Node {machine['node']}. Medians of {' or '.join(map(str, repetitions))} repetitions "
            f"with fresh processes; the widest spread of any cell is {spread(report)}.")


def settings(report: dict) -> str:
    return markdown_table(["server", "settings"],
                          [[title(report, kind), KINDS[kind].settings] for kind in report["servers"]])


def markdown(report: dict) -> str:
    parts = [f"# Beside other servers, {report['date']}, commit {report['commit']}", made_on(report),
             "In brackets: how many times better wsgate is; above 1 it is ahead.", markdown_table(*table(report)),
             verdict(report), settings(report)]
    return "\n\n".join(parts) + "\n"


def stem(report: dict) -> str:
    return f"peers-{report['date']}-{report['commit']}"


def write(report: dict, directory: pathlib.Path) -> pathlib.Path:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{stem(report)}.json").write_text(json.dumps(report, indent=1) + "\n")
    path = directory / f"{stem(report)}.md"
    path.write_text(markdown(report))
    return path


def docs_section(report: dict) -> str:
    parts = [f"From `bench/results/{stem(report)}.json`. {made_on(report)}", markdown_table(*table(report)),
             verdict(report), "![The table as bars](peers.svg)", settings(report)]
    return "\n\n".join(parts)


def replaced(text: str, section: str) -> str:
    """`text` with what stands between the two marks replaced."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise BenchError(f"performance.md needs the marks {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{section}\n{END}{after}"


def write_docs(report: dict, directory: pathlib.Path) -> pathlib.Path:
    path = directory / "performance.md"
    path.write_text(replaced(path.read_text(), docs_section(report)))
    (directory / "peers.svg").write_text(svg(plot_panels(report)))
    return path


def plot_panels(report: dict) -> list[dict]:
    """What svg() draws: for each figure its bars."""
    panels = []
    for column, repetitions in columns_of(report["runs"]):
        bars = []
        for kind in report["servers"]:
            made = cell(column, kind, repetitions)
            if made is not None:
                label = number(made.value) if made.ratio is None else f"{number(made.value)}  ({made.ratio:.3g}×)"
                bars.append({"name": title(report, kind).replace("`", ""), "value": made.value, "label": label,
                             "tone": {SUBJECT: "subject", LIMIT: "limit"}.get(kind, "peer")})
        better = "" if column.lower_is_better else " (more is better)"
        panels.append({"title": heading(column) + better, "bars": bars})
    return panels


def joined(reports: list[dict]) -> dict:
    """Results of several runs on one machine and commit as one: measurements side by side, repetitions appended."""
    result = {**reports[0], "servers": dict(reports[0]["servers"]), "runs": {}}
    for report in reports:
        for name in ("commit", "servers"):
            if report[name] != reports[0][name]:
                raise BenchError(f"these results differ in {name}: {reports[0][name]} and {report[name]}")
        for measurement, runs in report["runs"].items():
            result["runs"].setdefault(measurement, []).extend(runs)
    return result
