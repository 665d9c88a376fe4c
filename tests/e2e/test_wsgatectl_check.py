"""wsgatectl check against real gateways: a message all the way, and every place where it can end."""

import json
import re
import socket
import time

import pytest
from client_drivers import PythonClient
from certificates import Authority
from ctl import Ctl
from gateway_process import until


def url(gateway, target="/ws"):
    return f"ws://{gateway.client}{target}"


@pytest.fixture(name="ctl")
def ctl_fixture(gateway):
    return Ctl(gateway.control)


def test_a_message_arrives(ctl, gateway):
    done = ctl.expect(0, "check", "--url", url(gateway))
    assert re.fullmatch(r"ok: a message to check-[0-9a-f]{16} arrived after [\d.]+ ?\w+\n", done.out), done.out
    assert done.err == ""
    answer = json.loads(ctl.expect(0, "check", "--url", url(gateway), "-o", "json").out)
    assert answer["user_id"].startswith("check-") and answer["session_id"] and answer["took_us"] > 0
    assert answer["user_id"] not in done.out  # Another one each time.


def test_it_leaves_nothing_behind(ctl, gateway, control):
    ctl.expect(0, "check", "--url", url(gateway, "/ws/lobby?meta.room=blue"))
    until(lambda: control.stats().sessions == 0, "the session is still open")


@pytest.mark.parametrize("target, user", [("/ws?user=ada", "ada"), ("/ws?meta.room=blue&user=ada", "ada")])
def test_a_user_of_the_callers_own_gets_nothing_in_other_sessions(ctl, gateway, target, user):
    other = PythonClient(gateway)
    try:
        other.connect(gateway.ws_url("ada"))
        answer = json.loads(ctl.expect(0, "check", "--url", url(gateway, target), "-o", "json").out)
        assert answer["user_id"] == user
        ctl.expect(0, "send", "--user", "ada", "the only message")
        assert other.receive() == "the only message"
    finally:
        other.stop()


def test_a_control_port_of_another_gateway_is_found_out(gateway, start_gateway):
    other = start_gateway()
    began = time.monotonic()
    done = Ctl(other.control).expect(4, "check", "--url", url(gateway), "--timeout", "600ms")
    assert time.monotonic() - began >= 0.6  # It has tried again until then.
    assert "are they the same gateway?" in done.err
    assert done.out == ""


def test_a_refused_websocket_names_the_status(ctl, gateway):
    assert "HTTP 404" in ctl.expect(1, "check", "--url", url(gateway, "/elsewhere")).err
    assert re.search("HTTP 400 .*user must be", ctl.expect(1, "check", "--url", url(gateway, "/ws?user=")).err)
    assert "HTTP 404" in ctl.expect(1, "check", "--url", f"ws://{gateway.admin}/ws").err


def test_a_gateway_that_drains_does_not_pass(start_gateway):
    gateway = start_gateway("--drain-notice", "10s")
    ctl = Ctl(gateway.control)
    ctl.expect(0, "check", "--url", url(gateway))
    ctl.expect(0, "drain")
    until(lambda: ctl("health").code == 1, "health still says SERVING")
    assert "NOT_SERVING" in ctl.expect(1, "check", "--url", url(gateway)).err
    gateway.signal(15)  # The second: ends at once.


def test_who_does_not_answer_is_given_up(ctl, gateway):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = "ws://127.0.0.1:%d/ws" % silent.getsockname()[1]
        assert "no answer in time" in ctl.expect(3, "check", "--url", address, "--timeout", "300ms").err
    assert "cannot connect" in ctl.expect(3, "check", "--url", address, "--timeout", "5s").err
    assert "cannot connect" in ctl.expect(3, "check", "--url", "ws://no-such-host.invalid/ws").err
    closed = Ctl("127.0.0.1:1").expect(3, "check", "--url", url(gateway))
    assert "127.0.0.1:1" in closed.err


@pytest.mark.parametrize("wrong, why", [
    ("http://127.0.0.1/ws", "does not begin with ws://"),
    ("ws:///ws", "names no host"),
    ("ws://127.0.0.1:http/ws", "no port that is a number"),
    ("ws://127.0.0.1:/ws", "no port that is a number"),
])
def test_a_wrong_url_is_said_before_anything_is_called(wrong, why):
    assert why in Ctl("127.0.0.1:1").expect(2, "check", "--url", wrong).err


@pytest.fixture(name="secret")
def secret_fixture(tmp_path):
    file = tmp_path / "secret"
    file.write_text("s" * 32)
    return file


def test_it_signs_itself_a_token(start_gateway, secret, tmp_path):
    gateway = start_gateway("--auth-mode", "jwt", "--auth-jwt-secret-file", secret, "--auth-jwt-issuer", "me",
                            "--auth-jwt-audience", "chat")
    ctl = Ctl(gateway.control)
    check = ("check", "--url", url(gateway))
    signed = (*check, "--secret-file", secret, "--issuer", "me", "--audience", "chat")
    assert "arrived" in ctl.expect(0, *signed).out
    assert "HTTP 401" in ctl.expect(1, *check).err
    assert "HTTP 401" in ctl.expect(1, *signed[:-2]).err
    token = tmp_path / "token"
    token.write_text(ctl.expect(0, "token", "--user", "ada", "--secret-file", secret, "--issuer", "me", "--audience", "chat").out)
    answer = json.loads(ctl.expect(0, *check, "--session-token-file", token, "-o", "json").out)
    assert answer["user_id"] == "ada"
    assert "give one" in ctl.expect(2, *signed, "--session-token-file", token).err


def test_over_tls_it_believes_one_certificate_or_the_systems_authorities(start_gateway, tmp_path):
    files = {}
    for name in ("own", "other"):
        certificate, key = Authority(name).pair(name, "chat.example.com")
        files[name] = tmp_path / f"{name}.crt"
        files[name].write_bytes(certificate)
        files[name].with_suffix(".key").write_bytes(key)
    gateway = start_gateway("--tls-cert-file", files["own"], "--tls-key-file", files["own"].with_suffix(".key"))
    ctl = Ctl(gateway.control)
    check = ("check", "--url", f"wss://{gateway.client}/ws")
    assert "arrived" in ctl.expect(0, *check, "--url-certificate", files["own"]).out
    assert "another certificate" in ctl.expect(1, *check, "--url-certificate", files["other"]).err
    assert "certificate verify failed" in ctl.expect(1, *check).err
    assert "is none in PEM" in ctl.expect(1, *check, "--url-certificate", files["own"].with_suffix(".key")).err
    assert "--url-certificate" in ctl.expect(2, "check", "--url-certificate", tmp_path / "missing").err
    assert ctl("check", "--url", url(gateway), "--timeout", "2s").code != 0
