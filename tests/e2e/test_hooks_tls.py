"""Backends that are called over TLS, and that ask the gateway for its certificate."""

from concurrent import futures

import grpc
import pytest
from certificates import Authority
from gateway_process import run_gateway, until
from raw_client import RawClient

from wsgate.v1 import hook_service_pb2 as hooks
from wsgate.v1 import hook_service_pb2_grpc as hooks_grpc


class Backend(hooks_grpc.HookServiceServicer):
    """Lets everybody in, as whom the peer's certificate names."""

    def OnConnect(self, request, context):  # pylint: disable=invalid-name
        names = context.auth_context().get("x509_subject_alternative_name", [b"nobody"])
        return hooks.OnConnectResponse(accept=hooks.OnConnectResponse.Accept(user_id=names[0].decode()))


@pytest.fixture(scope="module")
def authority():
    return Authority("backends")


@pytest.fixture
def backend(authority):
    """A backend on a TLS port; `asks`: for a certificate."""
    servers = []

    def start(asks):
        certificate, key = authority.server_pair()
        server = grpc.server(futures.ThreadPoolExecutor(4))
        hooks_grpc.add_HookServiceServicer_to_server(Backend(), server)
        credentials = grpc.ssl_server_credentials([(key, certificate)], authority.pem if asks else None, asks)
        port = server.add_secure_port("127.0.0.1:0", credentials)
        server.start()
        servers.append(server)
        return f"127.0.0.1:{port}"
    yield start
    for server in servers:
        server.stop(None).wait()


@pytest.fixture
def files(tmp_path, authority):
    """ca.crt, me.crt, me.key, other.key, stranger.crt."""
    certificate, key = authority.pair("gateway", "wsgate.internal")
    contents = {"ca.crt": authority.pem, "me.crt": certificate, "me.key": key, "other.key": authority.pair("x")[1],
                "stranger.crt": Authority("backends").pem}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def flags(target, **paths):
    given = ["--hooks-on-connect-targets", target, "--hooks-on-connect-timeout", "1s"]
    for name, path in paths.items():
        given += [f"--hooks-tls-{name}-file", path]
    return given


def user_of(gateway, control):
    """Whose session a client becomes; the status where it becomes none."""
    until(lambda: not control.sessions(), "the last client is still there")
    with RawClient(gateway.client) as client:
        status = client.connect().status
        return control.sessions()[0].user_id if status == 101 else status


def test_backends_are_called_over_tls(start_gateway, connect_control, backend, files):
    for asks, paths, user in (
            (False, {"ca": "ca.crt"}, "nobody"),
            (True, {"ca": "ca.crt", "cert": "me.crt", "key": "me.key"}, "wsgate.internal"),
            (True, {"ca": "ca.crt"}, 503),           # No certificate, and one is asked for.
            (False, {"ca": "stranger.crt"}, 503),    # Not the one that signed the backend's.
            (False, {}, 503)):                       # Plain text to a TLS port.
        gateway = start_gateway(*flags(backend(asks), **{name: files / path for name, path in paths.items()}),
                                auth_mode="hook")
        assert user_of(gateway, connect_control(gateway)) == user, (asks, paths)


def reloads(gateway, result):
    return gateway.metric("wsgate_hook_tls_reloads_total", f'result="{result}"')


def test_files_are_read_again(start_gateway, connect_control, backend, files, authority):
    """The gateway's own certificate, then the backends' authority: a bad file changes nothing, a good one all."""
    gateway = start_gateway(*flags(backend(asks=True), ca=files / "ca.crt", cert=files / "me.crt", key=files / "me.key"),
                            auth_mode="hook")
    control = connect_control(gateway)
    assert user_of(gateway, control) == "wsgate.internal"

    certificate, key = authority.pair("gateway", "renewed.internal")
    (files / "me.crt").write_bytes(certificate)  # The old key stands beside it still.
    until(lambda: reloads(gateway, "error") == 1, gateway.log())
    assert "hooks.tls.key_file" in gateway.log() and "the old files go on" in gateway.log()
    assert user_of(gateway, control) == "wsgate.internal"
    (files / "me.key").write_bytes(key)
    until(lambda: reloads(gateway, "ok") == 1, gateway.log())
    assert user_of(gateway, control) == "renewed.internal"

    (files / "ca.crt").write_bytes((files / "stranger.crt").read_bytes())
    until(lambda: reloads(gateway, "ok") == 2, gateway.log())
    assert user_of(gateway, control) == 503
    (files / "ca.crt").write_bytes(authority.pem)
    until(lambda: reloads(gateway, "ok") == 3, gateway.log())
    assert user_of(gateway, control) == "renewed.internal"


def test_files_that_are_wrong_keep_the_gateway_from_starting(files):
    def error(**paths):
        done = run_gateway("serve", "--auth-mode", "hook", "--client-address", "127.0.0.1:0", "--control-address",
                           "127.0.0.1:0", "--admin-address", "127.0.0.1:0",
                           *flags("127.0.0.1:1", **{name: files / path for name, path in paths.items()}))
        assert done.returncode == 1
        return done.stderr
    assert "hooks.tls.ca_file: cannot read" in error(ca="missing")
    assert "hooks.tls.ca_file" in error(ca="me.key") and "has no CERTIFICATE" in error(ca="me.key")
    assert "hooks.tls.key_file is empty" in error(ca="ca.crt", cert="me.crt")
    assert "called without TLS" in error(cert="me.crt", key="me.key")
    assert "is not the key" in error(ca="ca.crt", cert="me.crt", key="other.key")
