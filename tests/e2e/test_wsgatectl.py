"""wsgatectl against a real gateway with real clients."""

import json
import re

import pytest
from client_drivers import PythonClient
from ctl import Ctl, check_golden, named, narrow
from gateway_process import until

TIMES = (r"(?<![\w.])(\d+[dhm])?\d+(\.\d+)?(ns|us|ms|s|m|h)(?![\w.])", "<time>")


@pytest.fixture(name="gateway")
def gateway_fixture(start_gateway):
    """A gateway whose figures are the same on every machine."""
    return start_gateway("--shards", "1", "--node-id", "node-1",
                         "--limits-sessions-per-node-max", "1000")


@pytest.fixture(name="ctl")
def ctl_fixture(gateway, tmp_path):
    return Ctl(gateway.control, cwd=tmp_path)


@pytest.fixture(name="connect")
def connect_fixture(gateway):
    """Opens clients; they are closed after the test."""
    clients = []

    def connect(user="", path="/ws", **metadata):
        clients.append(PythonClient(gateway))
        clients[-1].connect(gateway.ws_url(user, path, **metadata))
        return clients[-1]

    yield connect
    for client in clients:
        client.stop()


def test_send_reaches_a_user_in_every_form(ctl, connect, tmp_path):
    ada = connect("ada")
    (tmp_path / "text").write_text("from a file\n")
    (tmp_path / "bytes").write_bytes(b"\x00\xff\n")
    to_ada = ("send", "--user", "ada")
    for expected, arguments, stdin in (
            ("hello", ["hello"], b""),
            ("-5", ["--", "-5"], b""),
            ("piped", [], b"piped\n"),
            ("two\nlines\n", ["--file", "-"], b"two\nlines\n\n"),
            ("from a file", ["--file", "text"], b""),
            ('{"a":1}', ["--json", '{"a":1}'], b""),
            ('{"b":2}', ["--json"], b'{"b":2}\n'),
            (b"\x00\xff\n", ["--binary-file", "bytes"], b""),
            (b"\xfe\n", ["--binary-file", "-"], b"\xfe\n")):
        ctl.expect(0, *to_ada, *arguments, stdin=stdin)
        assert ada.receive() == expected
    done = ctl.expect(1, *to_ada, "--json", "{bad")
    assert "message.json is not JSON" in done.err


def test_send_outcomes(ctl, connect, control):
    ada, _ = connect("ada"), connect("eve")
    ada_id = control.sessions(user_ids=["ada"])[0].session_id
    runs = [ctl.expect(code, "send", *arguments, "hello") for code, arguments in (
        (0, ["--user", "ada"]), (4, ["--user", "bob"]), (0, ["--users", "ada,bob", "--user", "eve"]),
        (0, ["--session", ada_id]), (4, ["--session", "x"]),
        (4, ["--user", "ada", "--exclude-session", ada_id]),
        (0, ["--users", "ada,eve", "--exclude-user", "ada", "-o", "json"]),
        (1, ["--user", ""]))]
    check_golden("send", named("\n".join(run.transcript() for run in runs)))
    assert [ada.receive() for _ in range(3)] == ["hello"] * 3


def test_broadcast_reaches_whom_the_flags_name(ctl, connect, control):
    blue, red = connect("ada", "/ws/lobby", room="blue"), connect("bob", "/ws/lobby", room="red")
    other = connect("eve", "/ws/other")
    eve_id = control.sessions(user_ids=["eve"])[0].session_id
    runs = [ctl.expect(code, "broadcast", *arguments) for code, arguments in (
        (0, ["all"]), (0, ["--path", "/ws/lobby", "lobby"]), (0, ["--meta", "room=blue", "blue"]),
        (0, ["--user", "bob", "--users", "eve,nobody", "two"]), (0, ["--session", eve_id, "eve"]),
        (0, ["--exclude-user", "ada", "--exclude-session", eve_id, "not ada"]),
        (4, ["--connected-for", "1h", "old"]), (4, ["--subprotocol", "wsgate.raw", "raw"]),
        (4, ["--tenant", "acme", "tenant"]))]
    check_golden("broadcast", named("\n".join(run.transcript() for run in runs)))
    assert [blue.receive() for _ in range(3)] == ["all", "lobby", "blue"]
    assert [red.receive() for _ in range(4)] == ["all", "lobby", "two", "not ada"]
    assert [other.receive() for _ in range(3)] == ["all", "two", "eve"]


def test_sessions_are_listed_shown_and_counted(ctl, connect, control):
    runs = [ctl.expect(0, "sessions")]
    connect("ada", "/ws/lobby", room="blue")
    connect("bob")
    connect("", "/ws/\u20ac")
    ada_id = control.sessions(user_ids=["ada"])[0].session_id
    runs += [ctl.expect(0, *arguments) for arguments in (
        ["sessions"], ["sessions", "--user", "ada"], ["sessions", "--user", "nobody"],
        ["sessions", "-o", "json", "--user", "ada"], ["sessions", "show", ada_id],
        ["sessions", "show", ada_id, "-o", "json"], ["sessions", "user", "ada", "nobody"],
        ["sessions", "user", "ada", "-o", "json"])]
    runs.append(ctl.expect(4, "sessions", "show", "x"))
    check_golden("sessions", narrow(named("\n".join(run.transcript() for run in runs), TIMES)))


def test_pages_of_sessions_go_on_where_one_ended(ctl, connect):
    for number in range(5):
        connect(f"user-{number}")
    seen, token = [], []
    while True:
        page = json.loads(ctl.expect(0, "sessions", "--page-size", "2", "-o", "json", *token).out)
        seen += [session["userId"] for session in page["sessions"]]
        if not page["nextPageToken"]:
            break
        token = ["--page-token", page["nextPageToken"]]
    assert sorted(seen) == [f"user-{number}" for number in range(5)]
    whole = json.loads(ctl.expect(0, "sessions", "--page-size", "2", "--all", "-o", "json").out)
    assert [session["userId"] for session in whole["sessions"]] == seen
    assert whole["nextPageToken"] == ""
    first = ctl.expect(0, "sessions", "--page-size", "2")
    assert len(first.out.splitlines()) == 3 and "--page-token " in first.err
    assert "PAGE_TOKEN_INVALID" in ctl.expect(1, "sessions", "--page-token", "x").err


def test_stats_show_nodes_latencies_and_causes(ctl, connect, control):
    ada = connect("ada")
    ada.send("hello")
    ctl.expect(0, "send", "--user", "ada", "hello")
    ctl.expect(4, "broadcast", "--user", "nobody", "hello")
    ctl.expect(0, "disconnect", "--user", "ada")
    assert ada.closed()[0] == 4500
    control.expect_stats(sessions=0, messages_in=1, messages_out=1, closed={"kicked": 1})
    runs = [ctl.expect(0, "stats"), ctl.expect(0, "stats", "-o", "json")]
    figures = ((r"(turn of a shard +)[\d,]+", r"\1<count>"),
               (r'("loopLag": \{\s+"count": )"\d+"', r'\1"<count>"'),
               (r'"(p50|p90|p99|max)": "[^"]*"', r'"\1": "<time>"'),
               (r'"residentBytes": "[1-9]\d*"', '"residentBytes": "<bytes>"'),
               (r"\d[\d.]*MiB", "<size>"), (r"\b\d+\.\d+\.\d+\b", "<version>"), TIMES)
    text = "\n".join(run.transcript() for run in runs)
    check_golden("stats", narrow(named(text, *figures)))
    assert json.loads(runs[1].out)["nodes"][0]["nodeId"] == "node-1"


def test_each_shard_has_a_row_where_there_are_several(start_gateway):
    ctl = Ctl(start_gateway("--shards", "2", "--node-id", "node-1").control)
    names = [re.split(r"\s{2,}", line.strip())[0] for line in ctl.expect(0, "stats").out.splitlines()[:4]]
    assert names == ["node", "node-1", "shard 0", "shard 1"]


def test_limits_are_shown_and_set_in_units(ctl, control):
    runs = [ctl.expect(code, "limits", *arguments) for code, arguments in (
        (0, []), (0, ["set", "messages_per_second=20", "message_bytes_max=128KiB",
                      "handshake_timeout=1m", "sessions_per_user_max=off", "bytes_burst=auto"]),
        (1, ["set", "header_bytes_max=1", "sessions_per_user_max=2000"]),
        (0, ["-o", "json"]), (0, ["set", "messages_per_second=21", "-o", "json"]))]
    check_golden("limits", "\n".join(run.transcript() for run in runs))
    limits = control.limits()
    assert (limits.messages_per_second, limits.message_bytes_max) == (21, 128 * 1024)
    assert limits.handshake_timeout.seconds == 60


def test_disconnect_ends_with_code_and_reason(ctl, connect, control):
    ada, bob, lobby, rest = connect("ada"), connect("bob"), connect("eve", "/ws/lobby"), connect("fay")
    bob_id = control.sessions(user_ids=["bob"])[0].session_id
    runs = [ctl.expect(code, "disconnect", *arguments) for code, arguments in (
        (0, ["--user", "ada", "--code", "4600", "--reason", "signed in elsewhere"]),
        (0, ["--session", bob_id]), (4, ["--session", bob_id]), (4, ["--user", "nobody"]),
        (0, ["--path", "/ws/lobby", "--code", "1000", "-o", "json"]),
        (1, ["--user", "fay", "--code", "4001"]), (4, ["--user", "fay", "--exclude-user", "fay"]),
        (0, ["--all", "--yes"]), (4, ["--all", "--yes"]))]
    check_golden("disconnect", named("\n".join(run.transcript() for run in runs)))
    assert ada.closed() == (4600, "signed in elsewhere")
    assert bob.closed() == (4500, "kicked")
    assert lobby.closed()[0] == 1000
    assert rest.closed()[0] == 4500


def test_disconnect_all_asks_at_a_terminal(ctl, connect):
    ada = connect("ada")
    no = ctl.on_terminal("disconnect", "--all", answer="n")
    assert no.code == 1 and "End all 1 sessions of " in no.out and "nothing was done" in no.out
    ctl.expect(0, "send", "--user", "ada", "still here")
    assert ada.receive() == "still here"
    yes = ctl.on_terminal("disconnect", "--all", answer="y")
    assert yes.code == 0 and "disconnected 1 session" in yes.out
    assert ada.closed()[0] == 4500


def test_drain_and_health_agree(start_gateway):
    gateway = start_gateway("--drain-window", "20s", "--drain-notice", "10s")
    ctl = Ctl(gateway.control)
    client = PythonClient(gateway)
    client.connect(gateway.ws_url("ada"))
    runs = [ctl.expect(0, "health"), ctl.expect(0, "health", "-o", "json"), ctl.expect(0, "drain")]
    until(lambda: ctl("health").code == 1, "health still says SERVING")
    runs += [ctl.expect(1, "health"), ctl.expect(0, "drain", "-o", "json")]
    check_golden("drain_health", "\n".join(run.transcript() for run in runs))
    gateway.stop()
    client.stop()


def test_colour_is_for_terminals(ctl):
    assert "\x1b[" not in ctl.expect(0, "health").out
    assert ctl.expect(0, "health", "--color", "always").out == "\x1b[32mSERVING\x1b[0m\n"
    assert "\x1b[32mSERVING" in ctl.on_terminal("health").out
    for plain in (ctl.on_terminal("health", env={"NO_COLOR": "1"}), ctl.on_terminal("health", "--color=never"),
                  ctl.on_terminal("health", env={"TERM": "dumb"})):
        assert plain.out == "SERVING\n"
    assert "\x1b[31mwsgatectl:" in ctl.on_terminal("sessions", "show", "x").out
    assert "\x1b[" not in ctl.expect(4, "sessions", "show", "x").err
