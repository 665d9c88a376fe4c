"""wsgatectl explains itself: help, versions, and errors that say what to do."""

import socket

import pytest
from control_double import ControlDouble, refusal
from ctl import Ctl, check_golden, named

COMMANDS = ["", "send", "broadcast", "sessions", "sessions show", "sessions user", "disconnect", "stats",
            "token", "revoke", "limits", "limits set", "watch", "tail", "drain", "health", "check",
            "caller", "caller new", "completion"]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_as_the_golden_file_has_it(command):
    done = Ctl().expect(0, *command.split(), "--help")
    assert done.err == ""
    check_golden("help/" + (command.replace(" ", "_") or "wsgatectl"), done.out)
    assert Ctl().expect(0, *command.split(), "-h").out == done.out
    assert Ctl().expect(0, "help", *command.split()).out == done.out


def test_no_command_without_its_help():
    listed = Ctl()("--help").out.split("\nCommands\n")[1].split("\n\n")[0]
    names = {line.split()[0] for line in listed.splitlines()}
    assert names == {command.split()[0] for command in COMMANDS if command}


def test_version_and_no_command():
    assert Ctl().expect(0, "--version").out.startswith("wsgatectl ")
    done = Ctl().expect(2)
    assert (done.out, done.err) == ("", Ctl()("--help").out)


def test_what_is_wrong_with_a_command_line_is_said(tmp_path):
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "bytes").write_bytes(b"\xff")
    ctl = Ctl(cwd=tmp_path)
    runs = [ctl.expect(2, *arguments) for arguments in (
        ["sesions"],
        ["sessions", "shwo"],
        ["sessions", "show"],
        ["send", "--usr", "ada", "hello"],
        ["send", "--user"],
        ["send", "--user", "ada", "-5"],
        ["send", "hello"],
        ["send", "--user", "ada", "--session", "x", "hello"],
        ["send", "--session", "x", "--exclude-user", "ada", "hello"],
        ["send", "--user", "ada"],
        ["send", "--user", "ada", "--file", "nowhere"],
        ["send", "--user", "ada", "--file", "bytes"],
        ["send", "--user", "ada", "--file", "empty", "hello"],
        ["broadcast", "--meta", "room", "hello"],
        ["broadcast", "--connected-for", "10", "hello"],
        ["disconnect"],
        ["disconnect", "--all"],
        ["disconnect", "--all", "--user", "ada"],
        ["disconnect", "--user", "ada", "--code", "many"],
        ["limits", "set", "mesages_per_second=20"],
        ["limits", "set", "messages_per_second"],
        ["limits", "set", "message_bytes_max=64KB"],
        ["limits", "set"],
        ["stats", "--count", "5"],
        ["stats", "extra"],
        ["watch", "--snapshot", "--after", "x"],
        ["completion", "tcsh"],
        ["stats", "-o", "xml"],
        ["stats", "--timeout", "10"],
        ["stats", "--timeout", "0s"],
        ["stats", "--address", "localhost"],
        ["stats", "--token-file", "nowhere"],
        ["stats", "--token-file", "empty"],
    )]
    check_golden("usage_errors", "\n".join(run.transcript() for run in runs))
    for run in runs:
        assert run.out == "" and len(run.err.splitlines()) == 1, run.transcript()


def test_bytes_that_are_no_text_are_refused_before_they_are_sent():
    assert "argument 4 is not UTF-8" in Ctl().expect(2, "send", "--user", "ada", "\udcff").err


def test_nobody_there_and_nobody_answering_is_exit_code_3():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        refused = Ctl(address).expect(3, "stats")  # Bound, but it does not listen.
        silent.listen()
        waited = Ctl(address).expect(3, "stats", "--timeout", "200ms")
        streamed = Ctl(address).expect(3, "stats", "--watch", "--timeout", "200ms")
    check_golden("unreachable", named("\n".join(run.transcript() for run in (refused, waited, streamed))))


def test_what_the_gateway_refuses_is_said_with_what_helps(tmp_path):
    (tmp_path / "token").write_text("secret-token\n")
    answers = {
        "GetStats": refusal("UNAUTHENTICATED", "TOKEN_MISSING", "no token came with the call"),
        "Drain": refusal("PERMISSION_DENIED", "NOT_ALLOWED", "this token may not drain"),
        "SendToUser": refusal("RESOURCE_EXHAUSTED", "MAILBOX_FULL", "every shard was full", 50),
        "Broadcast": refusal("UNAVAILABLE", "STOPPING", "the gateway stops", 900),
        "GetSession": refusal("NOT_FOUND", "SESSION_NOT_FOUND", "no such open session"),
        "WatchSessions": refusal("OUT_OF_RANGE", "CURSOR_TOO_OLD", "the node does not remember it"),
    }
    with ControlDouble(**answers) as double:
        ctl = Ctl(double.control, cwd=tmp_path)
        runs = [ctl.expect(code, *arguments) for code, arguments in (
            (1, ["stats"]), (1, ["drain", "--token-file", "token"]),
            (1, ["send", "--user", "ada", "hello"]), (3, ["broadcast", "hello"]),
            (4, ["sessions", "show", "x"]), (1, ["watch", "--after", "x"]), (1, ["limits"]))]
    check_golden("refusals", named("\n".join(run.transcript() for run in runs)))
    metadata = {name: metadata for name, _, metadata in double.calls}
    assert metadata["Drain"]["authorization"] == "Bearer secret-token"
    assert "authorization" not in metadata["GetStats"]
    assert not any("secret-token" in run.err + run.out for run in runs)


def test_a_flag_beats_the_environment_and_may_stand_before_the_command():
    with ControlDouble(Drain=refusal("INTERNAL", "INTERNAL", "reached")) as double:
        for arguments in (["drain", "--address", double.control], ["--address", double.control, "drain"]):
            assert "reached" in Ctl("127.0.0.1:1").expect(1, *arguments).err
