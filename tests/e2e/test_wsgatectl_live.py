"""watch, tail and stats --watch against a real gateway."""

import json
import re
import select

import pytest
from client_drivers import PythonClient
from ctl import Ctl
from gateway_process import until

BINARY = b"\x00\xff"


@pytest.fixture(name="ctl")
def ctl_fixture(gateway):
    return Ctl(gateway.control)


@pytest.fixture(name="connect")
def connect_fixture(gateway):
    """Opens clients; they are closed after the test."""
    clients = []

    def connect(user, path="/ws"):
        clients.append(PythonClient(gateway))
        clients[-1].connect(gateway.ws_url(user, path))
        return clients[-1]

    yield connect
    for client in clients:
        client.stop()


class Lines:
    """What a command that goes on prints, an object a line."""

    def __init__(self, running):
        self._running = running

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._running.kill()
        self._running.communicate()

    def ask(self, ask):
        """Asks until the first line comes: what was said before the stream was open, it misses."""
        def came():
            ask()
            return select.select([self._running.stdout], [], [], 0.02)[0]
        until(came, "not a line came")
        return self.next()

    def next(self):
        line = self._running.stdout.readline()
        assert line, self._running.stderr.read()
        return json.loads(line)


def test_watch_tells_who_is_there_who_comes_and_who_goes(ctl, connect):
    connect("ada", "/ws/lobby")
    with Lines(ctl.start("watch", "--snapshot", "-o", "json")) as lines:
        assert lines.next()["connected"]["userId"] == "ada"
        assert lines.next()["snapshotDone"] == {"sessions": "1"}
        connect("bob")
        came = lines.next()
        assert came["connected"]["userId"] == "bob"
        ctl.expect(0, "disconnect", "--user", "ada", "--code", "4600", "--reason", "bye")
        gone = lines.next()
    end = gone["disconnected"]
    assert (end["session"]["userId"], end["code"], end["text"]) == ("ada", 4600, "bye")
    again = ctl.expect(0, "watch", "--after", came["cursor"], "--count", "1")
    assert re.fullmatch(r"\S+ \S+  disconnected  \w{26}  ada  /ws/lobby  after \S+: 4600 kicked \(bye\)\n",
                        again.out), again.out
    refused = ctl.expect(1, "watch", "--after", "no cursor")
    assert "after" in refused.err


def test_watch_leaves_out_whom_the_flags_do_not_name(ctl, connect):
    with Lines(ctl.start("watch", "--snapshot", "--user", "bob", "-o", "json")) as lines:
        assert lines.next()["snapshotDone"] == {"sessions": "0"}
        connect("ada")
        connect("bob")
        assert lines.next()["connected"]["userId"] == "bob"


def test_tail_gets_a_copy_of_everything_in_order(ctl, connect, control):
    ada = connect("ada")
    with control.receive() as service, Lines(ctl.start("tail", "-o", "json")) as lines:
        assert lines.ask(lambda: ada.send("are you there?"))["message"]["text"] == "are you there?"
        ctl.expect(0, "limits", "set", "messages_per_second=off")
        sent = [f"message {number}" for number in range(300)]  # More than may be unacknowledged.
        for text in sent:
            ada.send(text)
        ada.send(BINARY)
        got = []
        while len(got) < len(sent):
            text = lines.next()["message"]["text"]
            got += [text] if text.startswith("message") else []
        assert got == sent
        assert lines.next()["message"] == {"binary": "AP8="}
        seen = []
        while len(seen) < len(sent):
            text = service.next().message.text
            seen += [text] if text.startswith("message") else []
        assert seen == sent, "the service's group misses nothing"


def test_stats_go_on(ctl):
    done = ctl.expect(0, "stats", "--watch", "--interval", "100ms", "--count", "3")
    lines = done.out.splitlines()
    assert len(lines) == 4 and lines[0].split()[:2] == ["sessions", "users"]
    assert len({len(line) for line in lines}) == 1, "figures stand below their heads"
    objects = ctl.expect(0, "stats", "--watch", "--interval", "100ms", "--count", "2", "-o", "json").out
    assert [json.loads(line)["stats"]["total"]["sessions"] for line in objects.splitlines()] == ["0", "0"]
    assert "interval" in ctl.expect(1, "stats", "--watch", "--interval", "1ms").err
