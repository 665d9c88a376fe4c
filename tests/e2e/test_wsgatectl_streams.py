"""The commands that go on: watch, tail and stats --watch."""

import json
import signal

from control_double import ControlDouble
from ctl import Ctl, check_golden, named

from wsgate.v1 import control_service_pb2 as api
from wsgate.v1 import message_pb2, session_pb2, stats_pb2

TIME = 1_795_528_140  # 2026-11-24 13:49:00


def ada(**fields):
    return session_pb2.Session(session_id="a" * 26, user_id="ada", path="/ws/lobby",
                               remote_address="127.0.0.1:4000", **fields)


def events():
    """One of each kind that WatchSessions tells."""
    came = api.WatchSessionsResponse(connected=ada(tenant="acme"), cursor="c1", number=1,
                                     node_id="node-1")
    gone = api.WatchSessionsResponse(
        disconnected=session_pb2.SessionEnd(session=ada(), code=4600, reason="kicked",
                                            text="signed in elsewhere"),
        cursor="c2", number=2, node_id="node-1")
    gone.disconnected.duration.seconds = 192
    for event in (came, gone):
        event.event_time.seconds = TIME
    done = api.WatchSessionsResponse(snapshot_done=api.WatchSessionsResponse.SnapshotDone(sessions=1))
    open_before = api.WatchSessionsResponse(connected=ada())
    open_before.connected.connect_time.seconds = TIME - 5
    return [open_before, done, came, gone]


def messages():
    texts = [message_pb2.Message(text="hello\x1b[2J"), message_pb2.Message(binary=b"\x00\xff"),
             message_pb2.Message(text="good bye")]
    found = [api.ReceiveMessagesResponse(number=number, session_id="a" * 26, user_id="ada", message=text)
             for number, text in enumerate(texts, start=1)]
    for message in found:
        message.receive_time.seconds = TIME
    return found


def figures(number):
    stats = stats_pb2.Stats(sessions=1234, users=1000, messages_in=5, queued_bytes=2048,
                            resident_bytes=20 << 20)
    stats.broadcast_latency.p99.nanos = 1_250_000 * number
    return api.WatchStatsResponse(stats=api.GetStatsResponse(total=stats))


def test_each_event_is_a_line():
    with ControlDouble(WatchSessions=events()) as double:
        ctl = Ctl(double.control)
        runs = [ctl.expect(0, "watch", "--snapshot"), ctl.expect(0, "watch", "--after", "c0", "--cursors"),
                ctl.expect(0, "watch", "--count", "2", "--user", "ada", "--path", "/ws", "-o", "json")]
    check_golden("watch", named("\n".join(run.transcript() for run in runs)))
    assert [json.loads(line) for line in runs[2].out.splitlines()]
    first, second, third = (request for _, request, _ in double.calls)
    assert first.snapshot and not first.after
    assert second.after == "c0" and not second.HasField("filter")
    assert list(third.filter.user_ids) == ["ada"] and third.filter.path_prefix == "/ws"


def test_each_message_is_a_line_and_acknowledged():
    with ControlDouble(ReceiveMessages=messages()) as double:
        ctl = Ctl(double.control)
        runs = [ctl.expect(0, "tail"), ctl.expect(0, "tail", "--group", "shared", "-o", "json"),
                ctl.expect(0, "tail", "--count", "1")]
    check_golden("tail", named("\n".join(run.transcript() for run in runs)))
    said = [request for _, request, _ in double.calls]
    groups = [request.start.group for request in said if request.HasField("start")]
    assert groups[1] == "shared"
    assert groups[0].startswith("wsgatectl-") and groups[0] != groups[2], "each has one of its own"
    acks = [request.ack.number for request in said if request.HasField("ack")]
    assert acks == [1, 2, 3, 1, 2, 3, 1]


def test_each_moment_is_a_line():
    with ControlDouble(WatchStats=[figures(1), figures(2)]) as double:
        ctl = Ctl(double.control)
        runs = [ctl.expect(0, "stats", "--watch", "--interval", "250ms"),
                ctl.expect(0, "stats", "--watch", "--count", "1", "-o", "json")]
    check_golden("stats_watch", "\n".join(run.transcript() for run in runs))
    assert [request.interval.nanos for _, request, _ in double.calls] == [250_000_000, 0]
    assert not double.calls[1][1].HasField("interval")


def test_a_gateway_that_lacks_the_call_is_named():
    with ControlDouble() as double:
        runs = [Ctl(double.control).expect(1, *command)
                for command in (["watch"], ["tail"], ["stats", "--watch"])]
    check_golden("unimplemented", named("\n".join(run.transcript() for run in runs)))


def test_the_interrupt_key_ends_it():
    with ControlDouble(WatchSessions=events()) as double:
        running = Ctl(double.control).start("watch", "-o", "json")
        assert "connected" in json.loads(running.stdout.readline())
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=30)
    assert running.returncode in (0, -signal.SIGINT)
