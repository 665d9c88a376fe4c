"""Clients that do as a drain tells them: no second sees more of them leave, or come back, than the drain's bound."""

import asyncio
import re
import signal
import time
from types import SimpleNamespace

import pytest
from gateway_process import until
from rates import busiest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

HINT = re.compile(r"draining reconnect_after_ms=(\d+)")
SPREAD_SECONDS = 5


async def watch_lag(seen):
    """The event loop is late by as much as this wakes up late."""
    while True:
        due = time.monotonic() + 0.01
        await asyncio.sleep(0.01)
        seen.lag = max(seen.lag, time.monotonic() - due)


async def client(number, seen, first, second):
    """One session at the first gateway; once it is told to, one at the second."""
    options = {"compression": None, "ping_interval": None, "open_timeout": 30, "proxy": None}
    async with connect(first.ws_url(f"u{number}"), **options) as socket:
        seen.connected += 1
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        released = time.monotonic()
        seen.released.append(released)
        assert socket.close_code == 4000
        hint = int(HINT.fullmatch(socket.close_reason)[1]) / 1000
        seen.hints.append(hint)
    await asyncio.sleep(released + hint - time.monotonic())
    async with connect(second.ws_url(f"u{number}"), **options):
        seen.back.append(time.monotonic())


async def drain(clients, first, second, signals):
    seen = SimpleNamespace(connected=0, released=[], hints=[], back=[], lag=0.0)
    async with asyncio.TaskGroup() as group:
        everybody = []
        for number in range(clients):
            everybody.append(group.create_task(client(number, seen, first, second)))
            await asyncio.sleep(0.001)  # All at once would be a test of the backlog.
        while seen.connected < clients:
            await asyncio.sleep(0.01)
        lag = group.create_task(watch_lag(seen))
        seen.started = time.monotonic()
        for _ in range(signals):
            first.signal(signal.SIGTERM)
            await asyncio.to_thread(until, lambda: "drain" in first.log(), "it does not drain")
        await asyncio.wait(everybody)
        lag.cancel()
    return seen


@pytest.fixture
def gateways(start_gateway):
    """Starts one that drains so many a second, and one for its sessions to come back to."""
    def start(per_second):
        return start_gateway("--shards", "2", "--drain-notice", "0s", "--drain-window", "60s",
                             "--drain-sessions-per-second", str(per_second)), start_gateway()
    return start


@pytest.mark.parametrize("clients, per_second", [(300, 50), (200, 100)], ids=["long", "short"])
def test_no_second_sees_more_than_the_bound(gateways, clients, per_second):
    first, second = gateways(per_second)
    seen = asyncio.run(drain(clients, first, second, signals=1))
    assert first.wait() == 0
    assert len(seen.released) == len(seen.back) == clients
    released, back = busiest(seen.released, 1), busiest(seen.back, 1)
    took = max(seen.released) - seen.started
    print(f"released {released} in a second, back {back}; the clients looked {seen.lag * 1000:.0f} ms late")
    most = per_second * (1 + seen.lag) + 1  # A second of the clients' is as much longer as they looked late.
    assert released <= most
    assert back <= most
    assert (clients - 1) / per_second <= took <= clients / per_second * 1.2
    # Those who are released in less than the spread come back over all of it.
    assert back <= clients / max(took, SPREAD_SECONDS) * (1.01 + seen.lag) + 2
    assert max(seen.back) - seen.started >= SPREAD_SECONDS * 0.95


def test_whoever_a_second_signal_sends_away_comes_back_over_the_spread(gateways):
    clients = 200
    first, second = gateways(1)
    seen = asyncio.run(drain(clients, first, second, signals=2))
    assert first.wait() == 0
    assert len(seen.hints) == len(seen.back) == clients
    assert max(seen.released) - min(seen.released) < clients / 50, "at once, and not one a second"
    assert busiest(seen.hints, 1) <= clients / SPREAD_SECONDS + 2  # One or two had left before.
    assert SPREAD_SECONDS * 0.98 <= max(seen.hints) <= SPREAD_SECONDS
