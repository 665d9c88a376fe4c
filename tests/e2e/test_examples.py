"""clients/examples/first by the lines of its README, and the migration guide's backend."""

import json
import re
import subprocess
import time

import pytest
from client_drivers import PythonClient
from example_backend import BUILD_SECONDS, command_of, running
from gateway_process import ROOT

README = ROOT / "clients" / "examples" / "first" / "README.md"
LANGUAGES = ("Python", "Go", "Node")


def test_the_readme_names_every_example():
    named = set(re.findall(r"^# \w+: (\S+)$", README.read_text(), re.MULTILINE))
    assert named == {f"backend{suffix}" for suffix in (".py", ".go", ".mjs")}
    assert named <= {path.name for path in README.parent.iterdir()}


def environment_of(gateway):
    return {"WSGATE_CONTROL_ADDRESS": gateway.control}


@pytest.fixture
def client(gateway):
    client = PythonClient(gateway)
    client.connect(gateway.ws_url("ada"))
    yield client
    client.stop()


def answer_to(client, text):
    """Says it until an answer comes: nothing tells a client that a backend has begun to listen."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        client.send(text)
        try:
            return client.receive(timeout=0.2)
        except TimeoutError:
            continue
    raise AssertionError("no answer")


@pytest.mark.parametrize("language", LANGUAGES)
def test_says_hello_and_answers(gateway, client, language):
    with running(command_of(README, language), environment_of(gateway)) as backend:
        assert client.receive(timeout=BUILD_SECONDS) == "hello"
        assert backend.stdout.readline() == "matched 1, queued 1\n"
        assert answer_to(client, "are you there?") == "are you there?"


# What the migration guide's backend takes for granted, and a call of what it exports.
GUIDE_BUSINESS = """
const placeOrder = (userId, order) => ({id: `${userId}-${order.id}`});
const sendMail = async () => {};
setTimeout(() => priceChanged(42), 0);
"""


def test_the_migration_guide_works(gateway, client):
    guide = (ROOT / "docs" / "from-node-ws.md").read_text()
    code = re.search(r"```js\n(// backend\.js.*?)```", guide, re.DOTALL).group(1)
    code = code.replace("'http://127.0.0.1:50051'", f"'http://{gateway.control}'")
    # Before the loop, which has no end.
    code = code.replace("const requests", GUIDE_BUSINESS + "const requests", 1)
    command = "cd build && exec node --input-type=module"
    with running(command, environment_of(gateway), stdin=subprocess.PIPE) as backend:
        backend.stdin.write(code)
        backend.stdin.close()
        assert json.loads(client.receive()) == {"type": "price", "price": 42}
        assert backend.stdout.readline() == "1 of 1 sessions have it\n"
        assert json.loads(answer_to(client, '{"id":7}')) == {"type": "placed", "id": "ada-7"}
