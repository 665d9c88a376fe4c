"""What is measured, how a figure is made of runs, and what it must be."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Callable

# A pair is {"baseline": result, "wsgate": result}; without a baseline only the second.
Pair = dict[str, dict]

SHARD_THREAD_PREFIX = "shard"


@dataclasses.dataclass(frozen=True)
class Figure:
    """One number of each pair, and a bound on the median of all pairs."""

    name: str
    unit: str
    target: float
    at_most: bool
    of_pair: Callable[[Pair], float]
    # How much beyond the target the noise of the pairs may explain, at most.
    allowance_max: float = 0.0
    # The absolute figure of one run, to show beside a ratio.
    of_run: Callable[[dict], float] | None = None
    run_unit: str = ""

    def judge(self, pairs: list[Pair]) -> dict:
        values = [self.of_pair(pair) for pair in pairs]
        median = statistics.median(values)
        allowance = min(self.allowance_max, standard_error(values))
        beyond = median - self.target if self.at_most else self.target - median
        verdict = "pass" if beyond <= 0 else "pass (within noise)" if beyond <= allowance else "miss"
        result = {"figure": self.name, "unit": self.unit, "median": median, "target": self.target,
                  "at_most": self.at_most, "allowance": allowance, "verdict": verdict, "values": values,
                  "spread": (max(values) - min(values)) / median if median else 0.0}
        if self.of_run is not None:
            result["run_unit"] = self.run_unit
            for side in ("baseline", "wsgate"):
                if side in pairs[0]:
                    result[side] = statistics.median(self.of_run(pair[side]) for pair in pairs)
        return result


def standard_error(values: list[float]) -> float:
    """Of the median, from the median absolute deviation: 1.2533 * 1.4826 * MAD / sqrt(n)."""
    middle = statistics.median(values)
    deviation = statistics.median(abs(value - middle) for value in values)
    return 1.2533 * 1.4826 * deviation / len(values) ** 0.5


@dataclasses.dataclass(frozen=True)
class Measurement:
    """One scenario, run in pairs against a baseline and the gateway.

    In turn: both servers run, and their rounds alternate. Otherwise one run follows the other.
    """

    name: str
    text: str
    scenario: str
    arguments: list[str]
    smoke: list[str]
    figures: list[Figure]
    baseline: str | None = None
    kind: str = "wsgate"  # Which way the gateway and its clients are started.
    in_turn: bool = True
    probe_sends: bool = False


def ratio_of_rounds(pair: Pair) -> float:
    """The median over rounds of the gateway's figure to that of the baseline's round beside it."""
    return statistics.median(wsgate / baseline for wsgate, baseline
                             in zip(pair["wsgate"]["rounds"], pair["baseline"]["rounds"], strict=True))


def median_round(result: dict) -> float:
    return statistics.median(result["rounds"])


def shard_cpu_besides_write(pair: Pair) -> float:
    """The shard thread's CPU for a call, less what its own send(2) costs, which the probe measured in the same run."""
    threads = pair["wsgate"]["server_cpu_us_per_call"]["threads"]
    shard = sum(us for name, us in threads.items() if name.startswith(SHARD_THREAD_PREFIX))
    return shard - pair["wsgate"]["server_report"]["send_cpu_ns"] / 1000


MEASUREMENTS = [
    Measurement(
        "broadcast", "CPU per delivered message, 10,000 sessions, 126 B text", "broadcast",
        ["--sessions", "10000", "--message-bytes", "126", "--rounds", "100"],
        ["--sessions", "200", "--rounds", "3", "--settle", "0.1"],
        [Figure("broadcast_cpu", "x limit", 1.05, True, ratio_of_rounds, allowance_max=0.03,
                of_run=median_round, run_unit="us/message")],
        baseline="limit"),
    Measurement(
        "burst", "CPU per delivered message, 20 messages at once to 2,000 sessions", "burst",
        ["--sessions", "2000", "--message-bytes", "126", "--burst", "20", "--rounds", "40"],
        ["--sessions", "100", "--burst", "20", "--rounds", "2", "--settle", "0.1"],
        [Figure("burst_cpu", "x limit", 0.15, True, ratio_of_rounds,
                of_run=median_round, run_unit="us/message")],
        baseline="limit"),
    Measurement(
        "compression", "CPU per delivered message, 10,000 sessions, 1 KiB of JSON, permessage-deflate or not",
        "broadcast", ["--sessions", "10000", "--message-bytes", "1024", "--json", "--rounds", "100"],
        ["--sessions", "200", "--message-bytes", "1024", "--json", "--rounds", "3", "--settle", "0.1"],
        [Figure("compression_cpu", "x uncompressed", 1.15, True, ratio_of_rounds,
                of_run=median_round, run_unit="us/message")],
        baseline="wsgate_plain", kind="wsgate_deflate"),
    Measurement(
        "connect", "CPU per accepted connection", "connect",
        ["--sessions", "9000", "--rounds", "45"], ["--sessions", "200", "--rounds", "4"],
        [Figure("connect_cpu", "x limit", 2.0, True, ratio_of_rounds,
                of_run=median_round, run_unit="us/connection")],
        baseline="limit"),
    Measurement(
        "idle-memory", "process memory per idle session, slope over 5,000, 10,000, 19,000", "idle-memory",
        ["--steps", "5000,10000,19000"], ["--steps", "100,200,400", "--settle", "0.1"],
        [Figure("session_memory", "B", 457, True, lambda pair: pair["wsgate"]["bytes_per_session"])]),
    Measurement(
        # From 12 s to 62 s after the last connection every session is pinged twice, at 25 s and 50 s +- 10 %.
        "idle-cpu", "idle CPU per second and session, pings every 25 s, 10,000 sessions", "idle-cpu",
        ["--sessions", "10000", "--settle", "12", "--seconds", "50"],
        ["--sessions", "100", "--settle", "0.1", "--seconds", "1"],
        [Figure("idle_cpu", "us/s/session", 2.2, True,
                lambda pair: pair["wsgate"]["cpu_us_per_second_and_session"]["process"])]),
    Measurement(
        "send-to-user", "SendToUser to 1,000 users in turn, 64 in flight", "send-to-user",
        ["--sessions", "1000", "--calls-in-flight", "64", "--rounds", "10", "--settle", "0.1",
         "--seconds", "0.5"],
        ["--sessions", "50", "--rounds", "2", "--settle", "0.1", "--seconds", "0.2"],
        [Figure("send_to_user_rate", "x bare handler", 0.75, False, ratio_of_rounds,
                of_run=median_round, run_unit="calls/s"),
         Figure("send_to_user_shard_cpu", "us/call besides send(2)", 2.0, True, shard_cpu_besides_write)],
        baseline="grpc_limit", probe_sends=True),
    Measurement(
        "send-stream", "one SendStream to 1,000 users in turn, 1,000 items unanswered", "send-stream",
        ["--sessions", "1000", "--calls-in-flight", "1000", "--rounds", "10", "--settle", "0.1",
         "--seconds", "0.5"],
        ["--sessions", "50", "--calls-in-flight", "1000", "--rounds", "2", "--settle", "0.1", "--seconds", "0.2"],
        [Figure("send_stream_rate", "x bare handler", 0.7, False, ratio_of_rounds,
                of_run=median_round, run_unit="items/s")],
        baseline="grpc_limit"),
    Measurement(
        "send-stream-empty", "the same to users who have no session, to an empty stream", "send-stream",
        ["--sessions", "1000", "--calls-in-flight", "1000", "--rounds", "10", "--settle", "0.1",
         "--seconds", "0.5", "--offline"],
        ["--sessions", "50", "--rounds", "2", "--settle", "0.1", "--seconds", "0.2", "--offline",
         "--calls-in-flight", "1000"],
        [Figure("send_stream_empty_rate", "x empty stream", 0.7, False, ratio_of_rounds,
                of_run=median_round, run_unit="items/s")],
        baseline="grpc_limit"),
    Measurement(
        "watch", "shard CPU for each of 1,000 connections a second, with 100 watchers or none", "watch",
        ["--connects-per-second", "1000", "--rounds", "10", "--settle", "0.2", "--seconds", "2"],
        ["--connects-per-second", "100", "--rounds", "2", "--settle", "0.1", "--seconds", "0.2"],
        [Figure("watch_shard_cpu", "x unwatched", 1.05, True, ratio_of_rounds, allowance_max=0.03,
                of_run=median_round, run_unit="us/connection")],
        baseline="wsgate", kind="wsgate_watched"),
    Measurement(
        # A core that is busy with what 100 watchers are written does a shard's work in fewer, larger turns. This one
        # shows the price of telling alone.
        "watch-told", "the same, but none of the 100 watchers is shown anything", "watch",
        ["--connects-per-second", "1000", "--rounds", "10", "--settle", "0.2", "--seconds", "2"],
        ["--connects-per-second", "100", "--rounds", "2", "--settle", "0.1", "--seconds", "0.2"],
        [Figure("watch_told_shard_cpu", "x unwatched", 1.05, True, ratio_of_rounds, allowance_max=0.03,
                of_run=median_round, run_unit="us/connection")],
        baseline="wsgate", kind="wsgate_told"),
    Measurement(
        "send-under-broadcast", "SendToUser p99 while 19,000 sessions get broadcasts", "send-under-broadcast",
        ["--sessions", "19000", "--seconds", "10"],
        ["--sessions", "200", "--seconds", "0.5", "--settle", "0.2"],
        [Figure("send_under_broadcast_p99", "ms", 10.0, True,
                lambda pair: pair["wsgate"]["latency_us"]["p99"] / 1000)]),
    Measurement(
        "table", "the analysis's table: memory and broadcast time, beside Node ws", "table",
        ["--steps", "200,500,1000,5000,10000", "--rounds", "10"],
        ["--steps", "20,50", "--rounds", "2", "--settle", "0.1"],
        [], baseline="node_ws", in_turn=False),
]
