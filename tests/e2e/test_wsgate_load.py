"""wsgate-load run: what it sends it finds again, and what is not as it should be it says."""

import json
import os
import signal
import socket
import subprocess
import threading
import xml.etree.ElementTree

import pytest
from gateway_process import until
from load_runs import CLEAN, UNREACHABLE, USAGE, VIOLATED, command, expect, measure, run


def test_sends_reach_every_session_of_their_user(gateway):
    report = measure(gateway, "--sessions", 20, "--users", 10, "--send-rate", 200,
                     "--duration", "1s")
    assert report["sessions"]["opened"] == 20
    expect(report["sends"], wanted=200, sent=200, answered=200, queued=400, delivered=400)
    assert report["sends"]["latency_us"]["count"] == 400
    assert report["broadcasts"] is None and report["messages"] is None
    assert report["delivered"] == 400


def test_broadcasts_reach_everybody(gateway):
    report = measure(gateway, "--sessions", 30, "--broadcast-rate", 50, "--duration", "1s",
                     "--payload-bytes", 70000)
    expect(report["broadcasts"], wanted=50, answered=50, queued=1500, delivered=1500)
    latency = report["broadcasts"]["latency_us"]
    assert 0 < latency["min"] <= latency["p50"] <= latency["p99"] <= latency["max"]


def test_bursts_come_whole(gateway):
    report = measure(gateway, "--sessions", 10, "--burst", 20, "--burst-interval", "250ms",
                     "--duration", "1s")
    expect(report["bursts"], wanted=80, answered=80, delivered=800)


def test_messages_of_clients_are_received_and_checked(gateway, control):
    report = measure(gateway, "--sessions", 10, "--message-rate", 300, "--duration", "1s")
    expect(report["messages"], wanted=300, sent=300, delivered=300)
    control.expect_stats(messages_in=300)
    assert report["messages"]["latency_us"]["count"] == 300


def test_everything_at_once_in_two_processes(start_gateway):
    gateway = start_gateway("--shards", "2")
    report = measure(gateway, "--sessions", 41, "--processes", 2, "--send-rate", 100,
                     "--broadcast-rate", 20, "--burst", 5, "--burst-interval", "500ms",
                     "--message-rate", 82, "--duration", "1s")
    assert report["sessions"]["processes"] == 2
    assert report["sessions"]["opened"] == 41
    expect(report["sends"], answered=100, delivered=100)
    expect(report["broadcasts"], answered=20, delivered=20 * 41)
    expect(report["bursts"], answered=10, delivered=10 * 41)
    expect(report["messages"], wanted=82, sent=82, delivered=82)
    assert report["other_messages"] == 0


def test_with_envelopes(gateway):
    flags = ("--sessions", 10, "--send-rate", 100, "--message-rate", 100, "--duration", "1s")
    report = measure(gateway, "--subprotocol", "wsgate.v1.json", *flags)
    expect(report["sends"], delivered=100)
    expect(report["messages"], sent=100, delivered=100)
    assert report["other_messages"] == 110, "a greeting each, and a reply for each message"
    raw = measure(gateway, "--subprotocol", "wsgate.raw", *flags)
    assert raw["other_messages"] == 0
    done = run("--subprotocol", "chat", "--sessions", 10, gateway=gateway)
    assert done.returncode == UNREACHABLE and "chat was not selected" in done.stderr


def test_the_servers_process_is_found_and_measured(gateway):
    report = measure(gateway, "--sessions", 1000, "--users", 50, "--broadcast-rate", 10,
                     "--duration", "1s")
    server = report["server"]
    assert server["pid"] == gateway.process.pid
    assert 0 < server["cpu_us_per_delivered_message"] < 1000
    assert server["anonymous_bytes_per_session"] is not None
    named = measure(gateway, "--sessions", 5, "--duration", "100ms",
                    "--server-pid", os.getpid())
    assert named["server"]["pid"] == os.getpid()
    assert named["server"]["anonymous_bytes_per_session"] is None, "five do not show"


def test_table_svg_and_progress(gateway, tmp_path):
    svg = tmp_path / "latency.svg"
    done = run("--sessions", 10, "--broadcast-rate", 20, "--duration", "1500ms", "--svg", svg,
               "--progress", "always", gateway=gateway)
    assert done.returncode == CLEAN, done.stderr
    assert "10 of 10 opened" in done.stdout
    assert "result       clean" in done.stdout
    assert f"pid {gateway.process.pid}" in done.stdout
    assert "driving" in done.stderr and "ETA" in done.stderr
    root = xml.etree.ElementTree.parse(svg).getroot()
    assert root.tag.endswith("svg")
    assert "broadcasts: 300 deliveries" in "".join(root.itertext())
    quiet = run("--sessions", 2, "--duration", "100ms", gateway=gateway)
    assert quiet.stderr == "", "a pipe is no terminal"


def test_a_limit_that_ends_sessions_is_named(start_gateway):
    gateway = start_gateway("--limits-messages-per-second", 5, "--limits-messages-burst", 5)
    report = measure(gateway, "--sessions", 4, "--message-rate", 16, "--duration", "1s")
    expect(report["messages"], delivered=16)
    broken = measure(gateway, "--sessions", 4, "--message-rate", 400, "--duration", "1s",
                     code=VIOLATED)
    assert broken["sessions"]["ended"] == {"4503 message_rate": 4}
    assert any("limits.messages_per_second" in problem for problem in broken["problems"])


def test_sessions_that_are_refused_are_counted(start_gateway):
    gateway = start_gateway("--limits-sessions-per-node-max", 10)
    assert measure(gateway, "--sessions", 10, "--duration", "100ms")["sessions"]["opened"] == 10
    report = measure(gateway, "--sessions", 15, "--broadcast-rate", 10, "--duration", "500ms",
                     code=VIOLATED)
    assert report["sessions"]["opened"] == 10
    assert report["sessions"]["refused"] == {"503": 5}
    assert any("limits.sessions_per_node_max" in problem for problem in report["problems"])
    expect(report["broadcasts"], answered=5, delivered=50)


def test_a_gateway_that_ends_meanwhile_is_told(start_gateway):
    gateway = start_gateway()
    load = subprocess.Popen(command("-o", "json", "--sessions", 20, "--broadcast-rate", 50,
                                    "--duration", "30s", "--progress", "always", gateway=gateway),
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until(lambda: "driving" in load.stderr.readline(), "nothing is driven")
    gateway.stop()
    out, _ = load.communicate(timeout=60)
    assert load.returncode == VIOLATED
    report = json.loads(out)
    assert report["sessions"]["ended"] == {"4000 draining": 20}
    assert report["broadcasts"]["lost"] == 0, "of sessions that have ended nobody knows"


def test_ctrl_c_prints_what_was_measured(gateway, control):
    load = subprocess.Popen(command("-o", "json", "--sessions", 20, "--broadcast-rate", 50,
                                    "--send-rate", 50, "--message-rate", 50, "--processes", 2,
                                    "--duration", "10m", "--progress", "always", gateway=gateway),
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            start_new_session=True)
    until(lambda: "driving" in load.stderr.readline(), "nothing is driven")
    os.killpg(load.pid, signal.SIGINT)  # As a terminal does it: to all of its processes.
    out, _ = load.communicate(timeout=30)
    report = json.loads(out)
    assert load.returncode == CLEAN, report["problems"]
    assert report["interrupted"]
    for kind in ("sends", "broadcasts", "messages"):
        assert 0 < report[kind]["sent"] < report[kind]["wanted"]
        expect(report[kind])
    control.expect_stats(sessions=0)


def test_ctrl_c_while_it_connects(gateway):
    load = subprocess.Popen(command("--sessions", 1000, "--users", 100, "--connect-rate", 50,
                                    "--progress", "always", gateway=gateway),
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until(lambda: "connecting" in load.stderr.readline(), "nobody connects")
    load.send_signal(signal.SIGINT)
    out, _ = load.communicate(timeout=30)
    assert load.returncode == CLEAN, out
    assert "of 1,000 opened" in out and "(interrupted)" in out


def test_nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = "127.0.0.1:%d" % taken.getsockname()[1]
    at = ("--client-address", free, "--control-address", free)
    done = run(*at, "--sessions", 100, "--duration", "1s")
    assert done.returncode == UNREACHABLE and done.stdout == ""
    assert free in done.stderr and "Connection refused" in done.stderr
    done = run(*at, "--send-rate", 1, "--duration", "1s")
    assert done.returncode == UNREACHABLE
    assert f"control address {free}" in done.stderr


def test_the_wrong_port(gateway):
    def swapped(client, control, *flags):
        done = run("--client-address", client, "--control-address", control, "--sessions", 50,
                   *flags)
        assert done.returncode == UNREACHABLE, done.stderr
        assert len(done.stderr.splitlines()) == 1, done.stderr
        return done.stderr

    assert "HTTP 404" in swapped(gateway.admin, gateway.control)
    assert "not an HTTP/1.1 answer" in swapped(gateway.control, gateway.control)
    assert "control address" in swapped(gateway.client, gateway.client, "--send-rate", "1")


@pytest.mark.parametrize("flags, says", [
    (("--sessions", "0"), "--sessions"),
    (("--client-address", "localhost:http"), "IPV4:PORT"),
    (("--duration", "forever"), "--duration"),
    (("--payload-bytes", "10"), "--payload-bytes"),
    (("--users", "200", "--sessions", "100"), "--users 200"),
    (("--sessions", "1000000", "--processes", "1", "--addresses", "200"), "not enough descriptors"),
    (("--sessions", "50000", "--addresses", "1"), "--addresses"),
    (("--ready-file", "/nowhere/ready.json"), "/nowhere/ready.json"),
    (("--svg", "/nowhere/latency.svg"), "/nowhere/latency.svg"),
    (("--sesions", "5"), "--sesions"),
])
def test_a_wrong_flag_is_named(flags, says):
    done = run(*flags)
    assert done.returncode == USAGE
    assert says in done.stderr + done.stdout


def test_another_runs_broadcasts_are_not_taken_for_ones_own(gateway):
    reports = []

    def other():
        reports.append(measure(gateway, "--sessions", 10, "--broadcast-rate", 20,
                               "--duration", "2s"))

    beside = threading.Thread(target=other)
    beside.start()
    report = measure(gateway, "--sessions", 10, "--send-rate", 100, "--duration", "2s")
    beside.join()
    expect(report["sends"], answered=200, delivered=200)
    assert len(reports) == 1, "the other run was clean too"
    assert reports[0]["broadcasts"]["queued"] >= 400
    assert reports[0]["broadcasts"]["delivered"] == 400
