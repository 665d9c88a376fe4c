"""Fixtures of the end-to-end tests: gateways and backends."""

import os
import pathlib
import resource
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
STUBS = pathlib.Path(os.environ.get("GATEWAY_STUBS") or ROOT / "build" / "stubs")
sys.path.insert(0, str(STUBS / "python"))

# pylint: disable=wrong-import-position
from certificates import Authority, ServerFiles  # noqa: E402
from client_drivers import CLIENTS  # noqa: E402
from control_client import Control  # noqa: E402
from gateway_process import Gateway, binary_path  # noqa: E402


def pytest_configure():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # Some tests hold a thousand sockets.


@pytest.fixture(scope="session", autouse=True)
def built_gateway():
    """No test is skipped because something is missing: it fails and says what to do."""
    assert os.access(binary_path(), os.X_OK), f"{binary_path()} is missing: run `make build`"


@pytest.fixture
def start_gateway(tmp_path):
    """Starts gateways with extra flags; each must exit 0 on SIGTERM when the test is over."""
    running = []

    def start(*flags, **settings):
        gateway = Gateway(tmp_path / f"gateway-{len(running)}", *flags, **settings)
        running.append(gateway)
        return gateway.start()

    yield start
    for gateway in running:
        if gateway.process is not None and gateway.process.returncode is None:
            gateway.stop()


@pytest.fixture
def gateway(start_gateway):
    """A gateway with the default limits."""
    return start_gateway()


@pytest.fixture(params=CLIENTS, ids=lambda client: client.__name__)
def start_client(request):
    """Starts the client under test for a gateway."""
    started = []

    def start(gateway):
        started.append(request.param(gateway))
        return started[-1]

    yield start
    for client in started:
        client.stop()


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """Whom the clients trust."""
    return Authority().write(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def start_tls_gateway(start_gateway, authority, tmp_path):
    """Starts gateways whose clients speak TLS."""
    def start(*flags, kind="p256", **settings):
        if "tls" not in settings:
            settings["tls"] = ServerFiles(tmp_path / "tls", authority, kind)
        return start_gateway(*flags, **settings)

    return start


@pytest.fixture
def connect_control():
    """Opens control connections and closes them after the test."""
    opened = []

    def connect(gateway_or_address):
        address = getattr(gateway_or_address, "control", gateway_or_address)
        opened.append(Control(address))
        return opened[-1]

    yield connect
    for control in opened:
        control.close()


@pytest.fixture
def control(gateway, connect_control):
    """A backend of `gateway`."""
    return connect_control(gateway)
