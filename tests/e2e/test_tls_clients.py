"""Real client libraries over TLS: what they get, send and see is what they do without."""

import datetime
import json
import ssl

import pytest
from client_drivers import PythonClient
from gateway_process import until
from json_sessions import JsonSession
from raw_client import RawClient

from wsgate.v1 import control_service_pb2 as api
from wsgate.v1 import message_pb2

MIB = 1 << 20
LARGE = "0123456789abcdef" * (MIB // 16)

GENEROUS = ("--limits-message-bytes-max", 2 * MIB, "--limits-bytes-per-second", 64 * MIB, "--limits-bytes-burst", 64 * MIB)

# Who takes nothing below 1.3 shows what the library speaks.
VERSIONS = [("1.2", {"tls_highest": "1.2"}, ()), ("1.3", {}, ("--tls-min-version", "1.3"))]


def to_ada(number, size):
    return api.SendToUserRequest(user_id="ada", message=message_pb2.Message(text=f"{number} " + "x" * size))


@pytest.mark.parametrize("version, settings, flags", VERSIONS, ids=lambda value: value if isinstance(value, str) else "")
def test_messages_of_all_sizes_and_the_close(start_tls_gateway, connect_control, start_client, version, settings, flags):
    gateway = start_tls_gateway(*GENEROUS, *flags, **settings)
    control = connect_control(gateway)
    client = start_client(gateway)
    client.connect(gateway.ws_url("ada"))

    assert control.send_to_user("ada", text="héllo, wörld ☃").queued == 1
    assert client.receive() == "héllo, wörld ☃"
    for number in range(200):
        assert control.send_to_user("ada", binary=bytes([number]) * number).queued == 1
    for number in range(200):
        assert client.receive() == bytes([number]) * number
    assert control.send_to_user("ada", text=LARGE).queued == 1
    assert client.receive() == LARGE

    with control.receive() as inbox:
        client.send("a question ☃")
        client.send(LARGE.encode())
        assert inbox.next().message.text == "a question ☃"
        assert inbox.next().message.binary == LARGE.encode()

    assert control.disconnect(4700, "see you", user_id="ada") == 1
    assert client.closed() == (4700, "see you"), version
    control.expect_stats(sessions=0)


def test_answers_pings(start_tls_gateway, connect_control, start_client):
    gateway = start_tls_gateway("--session-ping-interval", "1s")
    control = connect_control(gateway)
    client = start_client(gateway)
    client.connect(gateway.ws_url("ada"))
    until(lambda: control.sessions(user_ids=["ada"], connected_for=datetime.timedelta(seconds=3)),
          "the client did not live for three ping intervals", timeout=15)


@pytest.mark.parametrize("kind", ["p256", "rsa"])
def test_keys(start_tls_gateway, connect_control, kind):
    gateway = start_tls_gateway(kind=kind)
    with RawClient(gateway.client, tls=gateway.tls.authority.client_context()) as client:
        assert client.socket.getpeercert(binary_form=True) == gateway.tls.pair.der
        assert client.connect("/ws?user=ada").status == 101
        assert connect_control(gateway).send_to_user("ada", text="hello").queued == 1
        assert client.read_message() == "hello"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_many_messages_at_once(start_tls_gateway, connect_control, version):
    gateway = start_tls_gateway("--limits-queued-bytes-per-session-max", 16 * MIB)
    control = connect_control(gateway)
    with RawClient(gateway.client, tls=gateway.tls.authority.client_context(version)) as client:
        assert client.connect("/ws?user=ada").status == 101
        # Small ones share a record, large ones take many.
        sizes = [number * 997 % 40_000 for number in range(500)]
        calls = [control.stub.SendToUser.future(to_ada(number, size)) for number, size in enumerate(sizes)]
        assert {call.result().outcome.queued for call in calls} == {1}
        got = [client.read_message() for _ in sizes]
        assert sorted(got) == sorted(f"{number} " + "x" * size for number, size in enumerate(sizes))


def test_who_does_not_read_is_ended(start_tls_gateway, connect_control):
    bound = 256 * 1024
    gateway = start_tls_gateway("--limits-queued-bytes-per-session-max", bound)
    control = connect_control(gateway)
    trust = gateway.tls.authority.client_context()
    with (RawClient(gateway.client, tls=trust, receive_buffer=4096) as slow,
          RawClient(gateway.client, tls=trust) as reader):
        assert slow.connect("/ws?user=slow").status == 101
        assert reader.connect("/ws?user=reader").status == 101
        before, most, sent = gateway.peak_resident_bytes(), 0, 0
        while control.send_to_user("slow", text="x" * 16384).queued == 1:
            most = max(most, gateway.metric("wsgate_queued_bytes"))
            sent += 1
            assert sent < 2000
        control.expect_stats(closed={"slow_consumer": 1})
        assert bound * 3 // 4 < most <= bound
        assert gateway.peak_resident_bytes() - before < 8 * MIB
        until(lambda: gateway.metric("wsgate_queued_bytes") < 256, "more than a Close is left in the queue")
        assert control.send_to_user("reader", text="unharmed").queued == 1
        assert reader.read_message() == "unharmed"
        assert slow.read_close() in (None, (4002, "slow_consumer"))


def test_who_reads_late_gets_all(start_tls_gateway, connect_control):
    gateway = start_tls_gateway("--limits-queued-bytes-per-session-max", 4 * MIB)
    control = connect_control(gateway)
    trust = gateway.tls.authority.client_context()
    with RawClient(gateway.client, tls=trust, receive_buffer=4096) as client:
        assert client.connect("/ws?user=ada").status == 101
        texts = [f"{number} " + "x" * 50_000 for number in range(60)]
        for text in texts:
            assert control.send_to_user("ada", text=text).queued == 1
        assert gateway.metric("wsgate_queued_bytes") > 0
        assert [client.read_message() for _ in texts] == texts
        until(lambda: gateway.metric("wsgate_queued_bytes") == 0, "the queue is not empty")


def test_json_protocol(start_tls_gateway, connect_control):
    gateway = start_tls_gateway()
    with JsonSession(gateway) as ada:
        assert connect_control(gateway).send_to_user("ada", json='{"n":1}').queued == 1
        assert "1" in json.dumps(ada.read())
        assert "error" in json.dumps(ada.ask("no JSON")).lower()


def test_compression(start_tls_gateway, connect_control):
    gateway = start_tls_gateway("--compression-enabled")
    client = PythonClient(gateway)
    client.connect(gateway.ws_url("ada"), compression="deflate")
    assert "permessage-deflate" in client.extensions
    control = connect_control(gateway)
    assert control.send_to_user("ada", text=LARGE).queued == 1
    assert client.receive() == LARGE
    with control.receive() as inbox:
        client.send("back" * 10_000)
        assert inbox.next().message.text == "back" * 10_000
    client.stop()
