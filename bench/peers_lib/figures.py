"""What is measured beside the peers, and how a table cell is made of runs."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Callable

# What one repetition gave: kind -> result of wsgate-load.
Repetition = dict[str, dict]

SUBJECT = "wsgate"
LIMIT = "limit"


@dataclasses.dataclass(frozen=True)
class Column:
    """One figure of each run."""

    name: str
    title: str
    unit: str
    of_run: Callable[[dict], float]
    lower_is_better: bool = True
    by_round: bool = False  # `rounds` of the result is this figure: ratios are made round by round.


@dataclasses.dataclass(frozen=True)
class Measurement:
    """One scenario, run against all servers. In turn: all run at once, and their rounds take turns."""

    name: str
    text: str
    scenario: str
    arguments: list[str]
    check: list[str]
    columns: list[Column]
    in_turn: bool = True
    to_one_user: bool = False


def median_round(result: dict) -> float:
    return statistics.median(result["rounds"])


def cpu_per_send(result: dict) -> float:
    """Of a call, or of an item of a stream."""
    used = result.get("server_cpu_us_per_call") or result["server_cpu_us_per_item"]
    return used["process"]


MEASUREMENTS = [
    Measurement(
        "broadcast", "one 126 B text to 10,000 sessions", "broadcast",
        ["--sessions", "10000", "--message-bytes", "126", "--rounds", "30"],
        ["--sessions", "60", "--rounds", "3", "--settle", "0.1"],
        [Column("broadcast_cpu", "broadcast to 10,000: CPU per message", "µs", median_round, by_round=True),
         Column("broadcast_last", "broadcast to 10,000: until the last has it", "ms",
                lambda result: result["last_arrival_ms"])]),
    Measurement(
        "burst", "20 such texts at once to 2,000 sessions", "burst",
        ["--sessions", "2000", "--message-bytes", "126", "--burst", "20", "--rounds", "20"],
        ["--sessions", "40", "--burst", "20", "--rounds", "2", "--settle", "0.1"],
        [Column("burst_cpu", "burst of 20 to 2,000: CPU per message", "µs", median_round, by_round=True)]),
    Measurement(
        "connect", "9,000 connections, until messages can come", "connect",
        ["--sessions", "9000", "--rounds", "30"], ["--sessions", "80", "--rounds", "4"],
        [Column("connect_cpu", "CPU per accepted connection", "µs", median_round, by_round=True)]),
    Measurement(
        "idle-memory", "process memory per idle session, slope over 2,000, 6,000 and 10,000", "idle-memory",
        ["--steps", "2000,6000,10000"], ["--steps", "50,100,200", "--settle", "0.1"],
        [Column("session_memory", "memory per idle session", "B", lambda result: result["bytes_per_session"])],
        in_turn=False),
    Measurement(
        "send-to-user", "a 126 B text to one of 1,000 users in turn, 64 calls in flight", "send-to-user",
        ["--sessions", "1000", "--calls-in-flight", "64", "--rounds", "8", "--settle", "0.1", "--seconds", "0.5"],
        ["--sessions", "40", "--rounds", "2", "--settle", "0.1", "--seconds", "0.2"],
        [Column("send_cpu", "single sends, a call each: CPU", "µs", cpu_per_send),
         Column("send_rate", "single sends, a call each: per second", "", median_round, lower_is_better=False,
                by_round=True)],
        to_one_user=True),
    Measurement(
        "send-stream", "the same on one stream, or pipelined on one connection", "send-stream",
        ["--sessions", "1000", "--calls-in-flight", "64", "--rounds", "8", "--settle", "0.1", "--seconds", "0.5"],
        ["--sessions", "40", "--rounds", "2", "--settle", "0.1", "--seconds", "0.2"],
        [Column("stream_cpu", "single sends, on one connection: CPU", "µs", cpu_per_send),
         Column("stream_rate", "single sends, on one connection: per second", "", median_round, lower_is_better=False,
                by_round=True)],
        to_one_user=True),
]


@dataclasses.dataclass(frozen=True)
class Cell:
    """One server's median, and how many times better wsgate is: above 1, wsgate is ahead."""

    value: float
    ratio: float | None  # None: this is wsgate.
    lowest: float
    highest: float

    @property
    def ahead(self) -> bool:
        return self.ratio is None or self.ratio > 1


def ratio_of(column: Column, peer: dict, subject: dict) -> float:
    if column.by_round:
        pairs = zip(peer["rounds"], subject["rounds"], strict=True)
    else:
        pairs = [(column.of_run(peer), column.of_run(subject))]
    return statistics.median(theirs / ours if column.lower_is_better else ours / theirs for theirs, ours in pairs)


def cell(column: Column, kind: str, repetitions: list[Repetition]) -> Cell | None:
    """None: this server was not measured, or has no such figure."""
    runs = [repetition for repetition in repetitions if kind in repetition]
    if not runs:
        return None
    values = [column.of_run(repetition[kind]) for repetition in runs]
    ratio = None
    if kind != SUBJECT:
        ratio = statistics.median(ratio_of(column, repetition[kind], repetition[SUBJECT]) for repetition in runs)
    return Cell(statistics.median(values), ratio, min(values), max(values))


def columns_of(runs: dict[str, list[Repetition]]) -> list[tuple[Column, list[Repetition]]]:
    """Every column that was measured, with its repetitions."""
    return [(column, runs[measurement.name]) for measurement in MEASUREMENTS if measurement.name in runs
            for column in measurement.columns]


def behind(runs: dict[str, list[Repetition]], kinds: list[str]) -> list[tuple[str, Column, Cell]]:
    """Where a peer is as good as wsgate or better. The limit is no peer."""
    found = []
    for column, repetitions in columns_of(runs):
        for kind in kinds:
            made = cell(column, kind, repetitions) if kind not in (SUBJECT, LIMIT) else None
            if made is not None and not made.ahead:
                found.append((kind, column, made))
    return found
