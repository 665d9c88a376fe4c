"""clients/examples/hooks by the lines of its README: the gateway calls a backend in each language."""

import re

import pytest
import websockets
from client_drivers import PythonClient
from example_backend import BUILD_SECONDS, command_of, running
from gateway_process import ROOT, until

README = ROOT / "clients" / "examples" / "hooks" / "README.md"
LANGUAGES = ("Python", "Go", "Node")


def test_the_readme_names_every_example():
    named = set(re.findall(r"^# \w+: (\S+)$", README.read_text(), re.MULTILINE))
    assert named == {f"{path.parent.name}/{path.name}" for path in README.parent.glob("*/*")}
    assert len(named) == len(LANGUAGES)


@pytest.fixture(params=LANGUAGES)
def backend_log(request, tmp_path):
    """A running backend's output."""
    path = tmp_path / "backend.log"
    with (open(path, "wb") as log,
          running(command_of(README, request.param), {"BACKEND_ADDRESS": "127.0.0.1:0"}, stdout=log)):
        yield path


@pytest.fixture
def gateway(backend_log, start_gateway):
    """A gateway with the README's flags, once the backend listens."""
    listening = until(lambda: re.match(r"listening on (127\.0\.0\.1:[1-9]\d*)\n", backend_log.read_text()),
                      "the backend does not listen", timeout=BUILD_SECONDS)
    named = re.search(r"wsgate serve --dev --auth-mode hook(.*?)```", README.read_text(), re.DOTALL).group(1)
    hooks = re.findall(r"(--\S+) 127\.0\.0\.1:50052", named)
    assert hooks == [f"--hooks-on-{event}-targets" for event in ("connect", "message", "disconnect")]
    flags = [word for hook in hooks for word in (hook, listening.group(1))]
    return start_gateway(*flags, auth_mode="hook")


@pytest.fixture
def connect(gateway):
    """Connects a client with a token."""
    opened = []

    def connect(token):
        opened.append(PythonClient(gateway))
        opened[-1].connect(f"ws://{gateway.client}/ws?token={token}")
        return opened[-1]

    yield connect
    for client in opened:
        client.stop()


def test_decides_who_comes_in(connect_control, gateway, connect):
    connect("ada")
    for query in ("?token=eve", "?user=ada", ""):
        with pytest.raises(websockets.exceptions.InvalidStatus) as refused:
            websockets.sync.client.connect(f"ws://{gateway.client}/ws{query}")
        assert refused.value.response.status_code == 401
        assert refused.value.response.body == b"say who you are with ?token=NAME\n"
    (session,) = connect_control(gateway).sessions()
    assert session.user_id == "ada"


def test_answers_one_and_tells_all(connect):
    ada, grace = connect("ada"), connect("grace")
    ada.send("are you there? ☃")
    ada.send(b"all:\x00\xff")
    ada.send("all:good morning")
    ada.send("and good night")
    assert ada.receive() == "are you there? ☃"
    assert ada.receive() == b"all:\x00\xff"  # Binary: only a text is for all.
    assert sorted([ada.receive(), ada.receive()]) == ["ada: good morning", "and good night"]
    assert grace.receive() == "ada: good morning"  # The first thing that grace hears.


def test_hears_who_has_left(connect_control, gateway, connect, backend_log):
    ada = connect("ada")
    grace = connect("grace")
    ada.stop()
    until(lambda: "ada left: 1000 client_closed\n" in backend_log.read_text(), "not told of ada")
    assert "grace" not in backend_log.read_text()
    assert connect_control(gateway).disconnect(4700, "bye", user_id="grace") == 1
    assert grace.closed() == (4700, "bye")
    until(lambda: "grace left: 4700 kicked\n" in backend_log.read_text(), "not told of grace")
