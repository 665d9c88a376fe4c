"""From the ready file to the last exit code: signals, reload, drain, and the admin port."""

import json
import os
import re
import signal
import urllib.error
import urllib.request

import grpc
import pytest
from gateway_process import until
from raw_client import RawClient


def get(gateway, path):
    """(status, body) of a page of the admin port."""
    try:
        with urllib.request.urlopen(f"http://{gateway.admin}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def session(gateway, user="ada"):
    client = RawClient(gateway.client)
    assert client.connect(f"/ws?user={user}").status == 101
    return client


def test_ready_file_names_ports_that_listen(gateway, control):
    assert json.loads(gateway.ready_file.read_text()) == gateway.addresses
    assert set(gateway.addresses) == {"client", "control", "admin"}
    with session(gateway):
        control.expect_stats(sessions=1)
    for path in ("/livez", "/healthz", "/readyz"):
        assert get(gateway, path)[0] == 200, path
    assert get(gateway, "/nothing")[0] == 404


def test_metrics_agree_with_stats(gateway, control):
    with session(gateway):
        assert control.send_to_user("ada", text="hello").queued == 1
        status, text = get(gateway, "/metrics")
    assert status == 200
    lines = text.splitlines()
    assert "wsgate_sessions 1" in lines
    assert any(re.fullmatch(r"wsgate_messages_sent_total(\{.*\})? 1", line) for line in lines)
    for name in {line.split("{")[0].split(" ")[0] for line in lines if not line.startswith("#")}:
        assert name.startswith("wsgate_") or name.startswith("process_"), name


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_signal_drains_and_exits_0(start_gateway, number):
    gateway = start_gateway()
    with session(gateway) as client:
        gateway.signal(number)
        code, reason = client.read_close()
        assert code == 4000 and reason.startswith("draining reconnect_after_ms=")
    assert gateway.wait() == 0


def test_a_drain_lets_nobody_in_and_sends_go_on(start_gateway, connect_control):
    gateway = start_gateway("--drain-notice", "0s", "--drain-window", "60s",
                            "--drain-sessions-per-second", "1")
    control = connect_control(gateway)
    with (session(gateway, "ada") as ada, session(gateway, "bob") as bob,
          session(gateway, "eve") as eve):
        gateway.signal(signal.SIGTERM)
        until(lambda: get(gateway, "/readyz")[0] == 503, "it stays ready")
        assert get(gateway, "/livez")[0] == 200

        def is_refused():
            try:
                with RawClient(gateway.client) as late:
                    return late.connect("/ws?user=late").status == 503
            except OSError:
                return True  # The listener is closed.
        until(is_refused, "newcomers still get in")
        outcome = control.broadcast(text="still here")
        assert outcome.matched >= 1, "one session a second leaves time for this"
        gateway.signal(signal.SIGTERM)  # The second one ends it at once.
        assert gateway.wait(timeout=10) == 0
        ends = [client.read_close() for client in (ada, bob, eve)]
        assert all(end is None or end[0] == 4000 for end in ends), ends


def test_drain_notice_is_cut_short_by_a_second_signal(start_gateway):
    gateway = start_gateway("--drain-notice", "1h", "--drain-window", "1h")
    with session(gateway) as before:
        gateway.signal(signal.SIGTERM)
        until(lambda: get(gateway, "/readyz")[0] == 503, "it stays ready")
        with session(gateway, "bob"):  # The notice: newcomers still come in.
            gateway.signal(signal.SIGTERM)
            assert gateway.wait(timeout=10) == 0
        before.read_close()


def test_a_drain_answers_every_open_call(start_gateway, connect_control):
    gateway = start_gateway()
    control = connect_control(gateway)
    with control.receive() as inbox:
        gateway.signal(signal.SIGTERM)
        with pytest.raises(grpc.RpcError) as caught:
            inbox.next()
        assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
    assert gateway.wait() == 0


CONFIG = "limits:\n  message_bytes_max: {}\n"


def test_sighup_reloads_the_limits(start_gateway, connect_control):
    gateway = start_gateway(config=CONFIG.format(1000))
    control = connect_control(gateway)
    assert control.limits().message_bytes_max == 1000
    with session(gateway) as client:
        # Same size and time, so that only the signal can be what tells it.
        before = gateway.config_file.stat()
        gateway.config_file.write_text(CONFIG.format(2000))
        os.utime(gateway.config_file, ns=(before.st_atime_ns, before.st_mtime_ns))
        gateway.signal(signal.SIGHUP)
        until(lambda: control.limits().message_bytes_max == 2000, "SIGHUP changed nothing")
        assert control.send_to_user("ada", text="still here").queued == 1
        assert client.read_message() == "still here"


def test_a_changed_file_reloads_the_limits(start_gateway, connect_control):
    gateway = start_gateway(config=CONFIG.format(1000))
    control = connect_control(gateway)
    gateway.config_file.write_text(CONFIG.format(20000))
    until(lambda: control.limits().message_bytes_max == 20000, "the change was not seen")


def test_a_broken_file_changes_nothing_and_is_logged(start_gateway, connect_control):
    gateway = start_gateway(config=CONFIG.format(1000))
    control = connect_control(gateway)
    gateway.config_file.write_text("limits:\n  mesage_bytes_max: 20000\n")
    gateway.signal(signal.SIGHUP)
    until(lambda: "mesage_bytes_max" in gateway.log(), "nothing was logged")
    assert control.limits().message_bytes_max == 1000
    gateway.config_file.write_text(CONFIG.format(3000))
    gateway.signal(signal.SIGHUP)
    until(lambda: control.limits().message_bytes_max == 3000, "a good file was not taken")


def test_log_is_one_json_object_a_line(start_gateway):
    gateway = start_gateway("--log-format", "json")
    gateway.stop()
    lines = gateway.log().splitlines()
    assert lines and all(isinstance(json.loads(line), dict) for line in lines)
