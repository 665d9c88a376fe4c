"""Real client libraries against the real gateway: what each of them sends, gets and shows."""

import datetime
import time

import pytest
import websockets
from gateway_process import until
from raw_client import CLOSE, RawClient

MIB = 1 << 20


def test_gets_text_binary_and_a_mebibyte(gateway, control, start_client):
    client = start_client(gateway)
    client.connect(gateway.ws_url("ada"))

    assert control.send_to_user("ada", text="héllo, wörld ☃").queued == 1
    assert client.receive() == "héllo, wörld ☃"

    assert control.send_to_user("ada", binary=bytes(range(256))).queued == 1
    assert client.receive() == bytes(range(256))

    assert control.send_to_user("ada", json='{"n":9007199254740993}').queued == 1
    assert client.receive() == '{"n":9007199254740993}'

    large = "0123456789abcdef" * (MIB // 16)
    assert control.send_to_user("ada", text=large).queued == 1
    assert client.receive() == large
    assert control.send_to_user("ada", binary=large.encode()).queued == 1
    assert client.receive() == large.encode()


def test_what_it_says_reaches_a_backend(gateway, control, start_client):
    client = start_client(gateway)
    client.connect(gateway.ws_url("ada", path="/ws/lobby", room="blue"))
    (session,) = control.sessions(user_ids=["ada"])
    assert (session.path, dict(session.metadata)) == ("/ws/lobby", {"room": "blue"})

    with control.receive() as inbox:
        client.send("a question ☃")
        client.send(b"\x00\xff" * 1000)
        first, second = inbox.next(), inbox.next()

    assert (first.number, first.user_id, first.session_id) == (1, "ada", session.session_id)
    assert first.message.text == "a question ☃"
    assert (second.number, second.message.binary) == (2, b"\x00\xff" * 1000)
    assert abs(first.receive_time.ToSeconds() - time.time()) < 60
    assert control.send_to_session(first.session_id, text="an answer").queued == 1
    assert client.receive() == "an answer"


def test_answers_pings(start_gateway, connect_control, start_client):
    gateway = start_gateway("--session-ping-interval", "1s")
    control = connect_control(gateway)
    client = start_client(gateway)
    with RawClient(gateway.client) as silent:
        assert silent.connect("/ws?user=silent").status == 101
        client.connect(gateway.ws_url("ada"))
        # Who does not answer is ended after two silent intervals: who stays has answered.
        assert silent.read_close() == (4004, "no_pong")

    until(lambda: control.sessions(user_ids=["ada"], connected_for=datetime.timedelta(seconds=3)),
          "the client did not live for three ping intervals", timeout=15)
    if client.shows_pings:
        assert client.pings() >= 2
    control.expect_stats(closed={"no_pong": 1})


@pytest.mark.parametrize("code, reason, shown", [
    (0, "", (4500, "kicked")),
    (4700, "see you on Monday ☃", (4700, "see you on Monday ☃")),
    (1000, "done", (1000, "done")),
])
def test_sees_code_and_reason_of_a_kick(gateway, control, start_client, code, reason, shown):
    client = start_client(gateway)
    client.connect(gateway.ws_url("ada"))
    assert control.disconnect(code, reason, user_id="ada") == 1
    assert client.closed() == shown
    control.expect_stats(sessions=0)
    assert control.send_to_user("ada", text="too late").offline == 1


def test_sees_a_refusal(start_gateway, connect_control, start_client):
    gateway = start_gateway("--limits-sessions-per-node-max", 1)
    client = start_client(gateway)
    with RawClient(gateway.client) as only:
        assert only.connect("/ws?user=first").status == 101
        assert client.refusal(gateway.ws_url("ada")) == 503
    connect_control(gateway).expect_stats(accepted=1)


def test_python_close_handshake_is_counted(gateway, control):
    with websockets.sync.client.connect(gateway.ws_url("ada")) as connection:
        connection.close(code=3333, reason="bye")
        assert connection.protocol.close_rcvd.code == 3333  # Ours is echoed.
    control.expect_stats(closed={"client_closed": 1})


def test_subprotocol_is_chosen_from_the_offer(gateway, control):
    offer = ["chat.example", "wsgate.raw"]
    with websockets.sync.client.connect(gateway.ws_url("ada"), subprotocols=offer) as connection:
        assert connection.subprotocol == "wsgate.raw"
        (session,) = control.sessions(subprotocol="wsgate.raw")
        assert session.user_id == "ada"


def test_drain_tells_when_to_come_back(start_gateway):
    gateway = start_gateway()
    with RawClient(gateway.client) as raw:
        assert raw.connect("/ws?user=ada").status == 101
        gateway.signal(15)
        opcode, payload = raw.read_frame()
        assert opcode == CLOSE and payload[:2] == (4000).to_bytes(2, "big")
        word, _, milliseconds = payload[2:].decode().partition(" reconnect_after_ms=")
        assert word == "draining" and 0 <= int(milliseconds) <= 5000
    assert gateway.wait() == 0
