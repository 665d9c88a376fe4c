"""grpcurl, with nothing but the server's reflection: lists, describes and calls every RPC."""

import json
import os
import re
import subprocess

import pytest
from gateway_process import find_tool
from raw_client import RawClient

SERVICE = "wsgate.v1.ControlService"
RPCS = {"SendToUser", "SendToUsers", "SendToSession", "Broadcast", "SendStream", "GetSession",
        "ListSessions", "GetUserStatus", "Disconnect", "Revoke", "WatchSessions", "ReceiveMessages",
        "GetStats", "WatchStats", "GetLimits", "SetLimits", "Drain"}


@pytest.fixture
def grpcurl(gateway):
    """Runs grpcurl against the gateway and returns its output."""
    def run(*arguments, data=None, succeeds=True):
        command = [find_tool("grpcurl"), "-plaintext"]
        command += ["-d", json.dumps(data)] if data is not None else []
        # Options stand before the address, verbs and methods behind it.
        done = subprocess.run([*command, gateway.control, *arguments], capture_output=True,
                              text=True, timeout=30, check=False)
        assert (done.returncode == 0) == succeeds, done.stderr
        return done.stdout if succeeds else done.stderr
    return run


@pytest.fixture
def ada(gateway):
    """A session of the user `ada`."""
    with RawClient(gateway.client) as client:
        assert client.connect("/ws?user=ada&meta.room=blue").status == 101
        yield client


def with_proto_names(text):
    """JSON with the names of the proto: grpcurl prints these or lowerCamelCase, by what
    reflection tells it."""
    def rename(pairs):
        return {re.sub("([A-Z])", lambda m: "_" + m.group(1).lower(), name): value
                for name, value in pairs}
    return json.JSONDecoder(object_pairs_hook=rename).raw_decode(text)[0]


def call(grpcurl, rpc, data=None):
    return with_proto_names(grpcurl(f"{SERVICE}/{rpc}", data=data or {}))


def test_lists_and_describes_everything(grpcurl):
    services = grpcurl("list").split()
    assert {SERVICE, "grpc.health.v1.Health"} <= set(services)
    listed = {name.rsplit(".", 1)[1] for name in grpcurl("list", SERVICE).split()}
    assert listed == RPCS
    for rpc in RPCS:
        text = grpcurl("describe", f"{SERVICE}.{rpc}")
        assert f"rpc {rpc} (" in text
    assert "oneof payload" in grpcurl("describe", "wsgate.v1.Message")


def test_health_is_serving(grpcurl):
    assert "rpc Watch (" in grpcurl("describe", "grpc.health.v1.Health")
    for service in ("", SERVICE):
        answer = json.loads(grpcurl("grpc.health.v1.Health/Check", data={"service": service}))
        assert answer == {"status": "SERVING"}


def test_the_line_of_the_readme(gateway, ada):
    """Through a shell, as it is written there, but for the port."""
    line = ("""grpcurl -plaintext -d '{"user_id":"ada","message":{"text":"hello"}}' """
            f"{gateway.control} wsgate.v1.ControlService/SendToUser")
    done = subprocess.run(line, shell=True, capture_output=True, text=True, timeout=30, check=True,
                          env=os.environ)
    outcome = json.loads(done.stdout)["outcome"]
    assert list(outcome)[:2] == ["matched", "queued"]
    assert (outcome["matched"], outcome["queued"], outcome["nodes"]) == (1, 1, 1)
    assert ada.read_message() == "hello"


def test_calls_every_send(grpcurl, ada):
    (session,) = call(grpcurl, "ListSessions")["sessions"]
    message = {"message": {"text": "hello"}}
    sends = {"SendToUser": {"user_id": "ada"}, "SendToUsers": {"user_ids": ["ada", "bob"]},
             "SendToSession": {"session_id": session["session_id"]},
             "Broadcast": {"filter": {"metadata": {"room": "blue"}}}}
    for rpc, target in sends.items():
        answer = call(grpcurl, rpc, {**target, **message})
        assert (answer["outcome"]["matched"], answer["outcome"]["queued"]) == (1, 1), answer
        assert ada.read_message() == "hello"
        assert answer.get("offline_user_ids") == (["bob"] if rpc == "SendToUsers" else None)
    assert call(grpcurl, "Broadcast", {"filter": {"path_prefix": "/elsewhere"}, **message}) == {
        "outcome": {"nodes": 1}}


def test_shows_sessions_and_users(grpcurl, ada):
    (session,) = call(grpcurl, "ListSessions", {"filter": {"user_ids": ["ada"]}})["sessions"]
    assert (session["user_id"], session["path"]) == ("ada", "/ws")
    assert session["metadata"] == {"room": "blue"}
    assert len(session["session_id"]) == 26
    own = ada.socket.getsockname()
    assert session["remote_address"] == f"{own[0]}:{own[1]}"
    shown = call(grpcurl, "GetSession", {"session_id": session["session_id"]})["session"]
    assert shown["session_id"] == session["session_id"]
    assert call(grpcurl, "GetUserStatus", {"user_ids": ["ada", "bob"]})["statuses"] == [
        {"user_id": "ada", "online": True, "sessions": 1, "session_ids": [session["session_id"]]},
        {"user_id": "bob"}]
    stats = call(grpcurl, "GetStats")
    assert stats["total"]["sessions"] == "1"
    assert stats["nodes"][0]["stats"]["users"] == "1"


def test_an_error_names_the_field(grpcurl):
    error = grpcurl(f"{SERVICE}/SendToUser", data={"user_id": "ada"}, succeeds=False)
    assert "InvalidArgument" in error
    assert "google.rpc.BadRequest" in error and '"message"' in error
    error = grpcurl(f"{SERVICE}/GetSession", data={"session_id": "a" * 26}, succeeds=False)
    assert "NotFound" in error and "google.rpc.ErrorInfo" in error


def test_changes_limits(grpcurl):
    before = call(grpcurl, "GetLimits")["limits"]
    assert before["message_bytes_max"] == "65536"
    changed = call(grpcurl, "SetLimits", {"limits": {"message_bytes_max": "1000"}})["limits"]
    assert changed == {**before, "message_bytes_max": "1000"}
    assert call(grpcurl, "GetLimits")["limits"] == changed


def test_disconnects(grpcurl, ada):
    answer = call(grpcurl, "Disconnect", {"target": {"user_id": "ada"}, "code": 4700,
                                          "reason": "bye"})
    assert answer == {"disconnected": 1}
    assert ada.read_close() == (4700, "bye")


def test_receives_messages_from_stdin(gateway, ada):
    """A stream by hand: the start and then an acknowledgement, a line each."""
    command = [find_tool("grpcurl"), "-plaintext", "-d", "@", gateway.control,
               f"{SERVICE}/ReceiveMessages"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as stream:
        stream.stdin.write(b'{"start":{}}\n')
        stream.stdin.flush()
        received = b""
        # grpcurl does not show when the stream is open, so the client says it until it is heard.
        os.set_blocking(stream.stdout.fileno(), False)
        for _ in range(200):
            ada.send("hello")
            assert ada.is_silent_for(0.05)
            received += stream.stdout.read() or b""
            if received.rstrip().endswith(b"}"):
                break
        first = with_proto_names(received.decode())
        assert (first["number"], first["user_id"]) == ("1", "ada")
        assert first["message"] == {"text": "hello"}
        stream.stdin.write(b'{"ack":{"number":1}}\n')
        stream.stdin.close()
        assert stream.wait(30) == 0


def test_drains(gateway, grpcurl):
    assert call(grpcurl, "Drain") == {}  # No sessions.
    assert gateway.wait() == 0
