"""wsgate.v1.json through a real gateway: Python's `websockets`, Node's `ws`, and the vectors."""

import base64
import json

import pytest
from gateway_process import ROOT, until
from json_sessions import PROTOCOL, WAIT_SECONDS, JsonSession, NodeSession
from raw_client import RawClient
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from wsgate.v1 import control_service_pb2 as api


def vectors(name):
    return json.loads((ROOT / "tests" / "vectors" / name).read_text())


@pytest.fixture(params=[JsonSession, NodeSession])
def join(request, gateway):
    """Opens a session of each library."""
    return lambda user="ada": request.param(gateway, user)


def without_text(reply):
    """A reply without an error's text, which must be there."""
    if "error" in reply:
        assert reply["error"].pop("message")
    return reply


def received(response):
    """A message that a service received, as the vectors write it."""
    kind = response.message.WhichOneof("payload")
    value = getattr(response.message, kind)
    return {kind: base64.b64encode(value).decode() if kind == "binary" else value}


def test_hello_says_who_they_are(gateway, control, join):
    with join("a\"da ☃") as session:
        (known,) = control.sessions(subprotocol=PROTOCOL)
        (node,) = control.stub.GetStats(api.GetStatsRequest()).nodes
        assert session.hello == {
            "session_id": known.session_id, "user_id": "a\"da ☃", "ping_interval_ms": 25000,
            "version": node.version, "features": ["message"]}
    with join("") as nobody:
        assert nobody.hello["user_id"] == ""


def test_messages_come_in_envelopes(control, join):
    with join() as session, join("bob") as other:
        assert control.send_to_user("ada", text="héllo \"☃\"\n").queued == 1
        assert session.read() == {"message": {"text": "héllo \"☃\"\n"}}
        assert control.send_to_user("ada", binary=bytes(range(256))).queued == 1
        pushed = session.read()["message"]
        assert base64.b64decode(pushed["binary"], validate=True) == bytes(range(256))
        assert control.broadcast(json='{"n":[1,2]}').queued == 2
        assert session.read() == other.read() == {"message": {"json": {"n": [1, 2]}}}
        large = "0123456789\"abcdef" * 60000
        assert control.send_to_user("ada", text=large).queued == 1
        assert session.read() == {"message": {"text": large}}


def test_what_it_says_reaches_a_backend(control, join):
    with join() as session, control.receive() as inbox:
        assert session.ask({"id": 6, "message": {"text": "a ☃"}}) == {"id": 6, "ok": {}}
        assert session.ask({"id": 7, "message": {"binary": "AP8="}}) == {"id": 7, "ok": {}}
        assert session.ask({"id": 8, "message": {"json": {"a": [1]}}}) == {"id": 8, "ok": {}}
        said = [inbox.next() for _ in range(3)]
    assert {message.user_id for message in said} == {"ada"}
    assert {message.session_id for message in said} == {session.hello["session_id"]}
    assert said[0].message.text == "a ☃"
    assert said[1].message.binary == b"\x00\xff"
    assert json.loads(said[2].message.json) == {"a": [1]}


def test_raw_and_json_share_a_broadcast(gateway, control):
    with JsonSession(gateway) as session, RawClient(gateway.client) as raw:
        assert raw.connect("/ws?user=bob").status == 101
        for number in range(50):
            assert control.broadcast(json=f'{{"number":{number}}}').queued == 2
        assert [session.read() for _ in range(50)] == [
            {"message": {"json": {"number": number}}} for number in range(50)]
        assert [raw.read_message() for _ in range(50)] == [
            f'{{"number":{number}}}' for number in range(50)]
    control.expect_stats(messages_out=100)


@pytest.mark.parametrize("vector", vectors("pushes.json"), ids=lambda vector: vector["name"])
def test_push_vectors(gateway, control, vector):
    ((kind, value),) = vector["send"].items()
    with JsonSession(gateway) as session:
        payload = base64.b64decode(value) if kind == "binary" else value
        assert control.send_to_user("ada", **{kind: payload}).queued == 1
        assert session.read() == vector["push"]


def test_request_vectors(gateway, control):
    with control.receive() as inbox:
        for vector in vectors("requests.json"):
            if vector.get("consumer", "taking") != "taking":
                continue
            with JsonSession(gateway) as session:
                for frame in vector["frames"]:
                    session.send(frame if isinstance(frame, str)
                                 else base64.b64decode(frame["binary"]))
                replies = [without_text(session.read()) for _ in vector["replies"]]
                assert replies == vector["replies"], vector["name"]
                assert session.ask({"id": 77, "ping": {}}) == {"id": 77, "pong": {}}, vector["name"]
                assert [received(inbox.next()) for _ in vector["received"]] == vector["received"]


def test_without_a_consumer_a_message_is_refused(gateway, control):
    (vector,) = [v for v in vectors("requests.json") if v.get("consumer") == "none"]
    with JsonSession(gateway) as session:
        assert [without_text(session.ask(frame)) for frame in vector["frames"]] == vector["replies"]
    control.expect_stats(dropped={"no_consumer": 2})


def test_a_consumer_that_is_behind_refuses(start_gateway, connect_control):
    gateway = start_gateway("--limits-messages-per-second", 0, "--limits-bytes-per-second", 0)
    control = connect_control(gateway)
    with JsonSession(gateway) as session, control.receive() as inbox:
        # It acknowledges nothing: 256 are on their way, 4,096 wait.
        for number in range(256 + 4096):
            session.send(json.dumps({"message": {"text": str(number)}}))
        assert session.ask({"id": 1, "ping": {}}) == {"id": 1, "pong": {}}
        refused = session.ask({"id": 2, "message": {"text": "one too many"}})
        assert without_text(refused) == {
            "id": 2, "error": {"code": "UNAVAILABLE", "reason": "CONSUMER_FULL"}}
        for number in range(256):
            assert inbox.next(ack=False).message.text == str(number)
        inbox.ack(256)
        until(lambda: session.ask({"id": 3, "message": {"text": "room"}}) == {"id": 3, "ok": {}},
              "there is no room again")


def test_large_integers_are_kept_both_ways(gateway, control):
    document = '{"n":9007199254740993,"m":123456789012345678901234567890,"f":1.00}'
    with JsonSession(gateway) as session, control.receive() as inbox:
        session.send(f'{{"id":1,"message":{{"json":{document}}}}}')
        assert session.read() == {"id": 1, "ok": {}}
        assert inbox.next().message.json == document
        assert control.send_to_user("ada", json=document).queued == 1
        assert session.socket.recv(WAIT_SECONDS) == f'{{"message":{{"json":{document}}}}}'


def test_pings_reach_the_page_and_any_frame_is_life(start_gateway, connect_control):
    gateway = start_gateway("--session-ping-interval", "1s")
    control = connect_control(gateway)
    with NodeSession(gateway) as node, RawClient(gateway.client) as silent:
        assert silent.connect("/ws?user=silent",
                              [f"Sec-WebSocket-Protocol: {PROTOCOL}"]).status == 101
        frames = []
        while (frame := silent.read_frame())[0] != 8:
            frames.append(frame)
        assert json.loads(frames[0][1])["hello"]["ping_interval_ms"] == 1000
        # Each ping is two frames: the library answers one, the page sees the other.
        assert frames[1:3] == [(9, b""), (1, b'{"ping":{}}')]
        assert frame[1] == (4004).to_bytes(2, "big") + b"no_pong"
        assert node.event() == {"frame": {"ping": {}}}
        assert node.event() == {"frame": {"ping": {}}}
    control.expect_stats(closed={"no_pong": 1})


def test_any_frame_of_a_page_is_life(start_gateway):
    gateway = start_gateway("--session-ping-interval", "1s")
    with RawClient(gateway.client) as lively:
        assert lively.connect("/ws?user=ada", [f"Sec-WebSocket-Protocol: {PROTOCOL}"]).status == 101
        pings = 0
        while pings < 5:  # Two silent intervals would end it; the library's pings go unanswered.
            opcode, payload = lively.read_frame()
            assert opcode in (1, 9)
            if payload == b'{"ping":{}}':
                pings += 1
                lively.send('{"pong":{}}')


@pytest.mark.parametrize("session_type", [JsonSession, NodeSession])
def test_a_drain_is_announced(start_gateway, session_type):
    gateway = start_gateway()
    with session_type(gateway) as session:
        gateway.signal(15)
        after = session.read()["draining"]["reconnect_after_ms"]
        assert 0 <= after <= 5000
        expected = (4000, f"draining reconnect_after_ms={after}")
        if session_type is NodeSession:
            assert session.event() == {"closed": list(expected)}
        else:
            with pytest.raises(ConnectionClosed) as ended:
                session.read()
            assert (ended.value.rcvd.code, ended.value.rcvd.reason) == expected
        assert gateway.wait() == 0


def test_a_frame_above_the_limit_ends_the_session(start_gateway, connect_control):
    gateway = start_gateway("--limits-message-bytes-max", 1000)
    with JsonSession(gateway) as session, connect_control(gateway).receive() as inbox:
        head, tail = '{"message":{"text":"', '"}}'
        text = "x" * (1000 - len(head) - len(tail))
        session.send(head + text + tail)
        assert inbox.next().message.text == text
        session.send(head + text + "x" + tail)
        with pytest.raises(ConnectionClosed) as ended:
            session.read()
        assert ended.value.rcvd.code == 1009


def test_bad_frames_count_into_the_message_rate(start_gateway):
    gateway = start_gateway("--limits-messages-per-second", 1, "--limits-messages-burst", 5)
    with JsonSession(gateway) as session:
        with pytest.raises(ConnectionClosed) as ended:  # The last send may be too late already.
            for _ in range(7):
                session.send("not JSON")
            while True:
                assert session.read()["error"]["reason"] == "BAD_JSON"
        assert ended.value.rcvd.code == 4503


def test_the_first_of_the_offer_that_we_speak(gateway, control):
    for offer, taken in ((["chat", PROTOCOL, "wsgate.raw"], PROTOCOL),
                         (["wsgate.raw", PROTOCOL], "wsgate.raw"), (["chat"], None)):
        with connect(gateway.ws_url("ada"), subprotocols=offer) as socket:
            assert socket.subprotocol == taken
            (session,) = control.sessions()
            assert session.subprotocol == (taken or "")
        control.expect_stats(sessions=0)
