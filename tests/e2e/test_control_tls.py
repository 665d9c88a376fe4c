"""TLS on the control port: who shows which certificate, and certificates that are replaced under calls."""

import os
import pathlib
import subprocess
import threading

import grpc
import pytest
from certificates import Authority
from control_callers import SERVICE, answer, bearer, entry, token_of, write_callers
from control_client import CALL_SECONDS, error_details
from ctl import Ctl
from gateway_process import find_tool, run_gateway, until

from wsgate.v1 import control_service_pb2 as api
from wsgate.v1 import control_service_pb2_grpc as api_grpc

METHODS = {method.name: method for method in SERVICE.methods}
SPIFFE = "spiffe://example/ns/shop/sa/orders"


class Files:
    """A mounted Secret as Kubernetes makes it: files are links into `..data`, a link to the folder of now."""

    def __init__(self, folder):
        self.folder, self._count = folder, 0
        folder.mkdir()

    def swap(self, **contents):
        """Puts all files in place at once."""
        self._count += 1
        now = self.folder / f"..{self._count}"
        now.mkdir()
        for name, content in contents.items():
            (now / name.replace("_", ".")).write_bytes(content)
        (self.folder / "..new").symlink_to(now.name)
        os.replace(self.folder / "..new", self.folder / "..data")
        for name in contents:
            link = self.folder / name.replace("_", ".")
            if not link.is_symlink():
                link.symlink_to(pathlib.Path("..data") / link.name)

    def path(self, name):
        return self.folder / name


def swap_server(files, authority, client_authority=None):
    certificate, key = authority.server_pair()
    more = {"ca_crt": client_authority.pem} if client_authority else {}
    files.swap(tls_crt=certificate, tls_key=key, **more)
    return certificate


def tls_flags(files, client_ca=False):
    flags = ["--control-tls-cert-file", files.path("tls.crt"), "--control-tls-key-file", files.path("tls.key")]
    return flags + (["--control-tls-client-ca-file", files.path("ca.crt")] if client_ca else [])


def secure_channel(gateway, authority, pair=(None, None)):
    credentials = grpc.ssl_channel_credentials(authority.pem, pair[1], pair[0])
    return grpc.secure_channel(gateway.control, credentials, options=[("grpc.use_local_subchannel_pool", 1)])


@pytest.fixture(scope="module")
def servers():
    return Authority("servers")


@pytest.fixture(scope="module")
def clients():
    return Authority("clients")


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path / "tls")


@pytest.fixture
def mtls(start_gateway, tmp_path, files, servers, clients):
    """Callers by DNS name and by URI."""
    swap_server(files, servers, clients)
    callers = write_callers(tmp_path / "callers.yaml",
                            {"name": "orders", "san": SPIFFE, "scopes": ["send"]},
                            {"name": "watcher", "san": ["watcher.internal", "w.internal"], "scopes": "stats.read"})
    return start_gateway("--control-auth-mode", "mtls", "--control-auth-tokens-file", callers,
                         *tls_flags(files, client_ca=True))


def code_of(channel, name="GetStats", metadata=()):
    """OK, a refusal, or UNAVAILABLE where TLS did not come about."""
    try:
        method = METHODS[name]
        channel.unary_unary(f"/{SERVICE.full_name}/{method.name}")(b"", metadata=metadata, timeout=CALL_SECONDS)
    except grpc.RpcError as error:
        return error.code()
    return grpc.StatusCode.OK


def test_mtls_asks_for_the_right_certificate(mtls, servers, clients):
    with secure_channel(mtls, servers, clients.pair("any", "w.internal")) as channel:
        assert code_of(channel) == grpc.StatusCode.OK
        refused = answer(channel, METHODS["SendToUser"])
        assert error_details(refused)["ErrorInfo"].metadata["caller"] == "watcher"
    with secure_channel(mtls, servers, clients.pair("any", SPIFFE)) as channel:
        assert code_of(channel) == grpc.StatusCode.PERMISSION_DENIED
        assert code_of(channel, "SendToUser") == grpc.StatusCode.INVALID_ARGUMENT  # Let in.
    with secure_channel(mtls, servers, clients.pair("watcher.internal", "other.internal")) as channel:
        refused = answer(channel, METHODS["GetStats"])  # The subject's name is no proof.
        assert refused.code() == grpc.StatusCode.UNAUTHENTICATED
        assert refused.details() == "no caller has a name of this certificate as its `san`"
    with secure_channel(mtls, servers, clients.pair("nameless")) as channel:
        assert code_of(channel) == grpc.StatusCode.UNAUTHENTICATED
    assert mtls.metric("wsgate_control_refused_total", 'reason="unknown_certificate"') == 2


def test_mtls_without_the_right_authority_does_not_connect(mtls, servers, clients):
    stranger = Authority("clients")  # The same name, another key.
    for pair in ((None, None), stranger.pair("any", "watcher.internal")):
        with secure_channel(mtls, servers, pair) as channel:
            assert code_of(channel) == grpc.StatusCode.UNAVAILABLE
    with secure_channel(mtls, stranger, clients.pair("any", "watcher.internal")) as channel:
        assert code_of(channel) == grpc.StatusCode.UNAVAILABLE  # And the client asks who the server is.
    with grpc.insecure_channel(mtls.control) as channel:
        assert code_of(channel) == grpc.StatusCode.UNAVAILABLE
    with secure_channel(mtls, servers, clients.pair("any", "watcher.internal")) as channel:
        assert code_of(channel) == grpc.StatusCode.OK


def test_a_token_proves_nothing_with_mtls(mtls, servers, clients):
    with secure_channel(mtls, servers, clients.pair("nameless")) as channel:
        assert code_of(channel, metadata=bearer(token_of("orders"))) == grpc.StatusCode.UNAUTHENTICATED


@pytest.fixture
def token_tls(start_gateway, tmp_path, files, servers):
    """A token over TLS, where callers have no certificate."""
    swap_server(files, servers)
    callers = write_callers(tmp_path / "callers.yaml", entry("all", "admin"))
    return start_gateway("--control-auth-mode", "token", "--control-auth-tokens-file", callers, *tls_flags(files))


def loads(gateway, result):
    return gateway.metric("wsgate_control_file_loads_total", f'file="certificate",result="{result}"')


def connects(gateway, authority):
    with secure_channel(gateway, authority) as channel:
        return code_of(channel, metadata=bearer(token_of("all"))) == grpc.StatusCode.OK


def test_certificates_are_replaced_under_calls(token_tls, files, servers):
    """Ten swaps, each by another authority: no call fails, what is open stays open, newcomers get the new one."""
    good = bearer(token_of("all"))
    with secure_channel(token_tls, servers) as channel:
        stub = api_grpc.ControlServiceStub(channel)
        watch = stub.WatchSessions(api.WatchSessionsRequest(), metadata=good)
        watch.initial_metadata()
        failed, done, calls = [], threading.Event(), [0]

        def call():
            while not done.is_set():
                code = code_of(channel, metadata=good)
                calls[0] += 1
                if code != grpc.StatusCode.OK:
                    failed.append(code)
        threads = [threading.Thread(target=call) for _ in range(4)]
        for thread in threads:
            thread.start()
        old = servers
        for _ in range(10):
            new = Authority("servers")
            before = loads(token_tls, "ok")
            swap_server(files, new)
            until(lambda before=before: loads(token_tls, "ok") > before, token_tls.log())
            assert connects(token_tls, new)
            assert not connects(token_tls, old)
            old = new
        done.set()
        for thread in threads:
            thread.join()
        assert not failed and calls[0] > 100
        assert watch.is_active()
        watch.cancel()


def test_a_pair_that_does_not_fit_changes_nothing(token_tls, files, servers):
    certificate, _ = servers.server_pair()
    _, key = servers.server_pair()
    for contents, text in (({"tls_crt": certificate, "tls_key": key}, "is not the key of the certificate in"),
                           ({"tls_crt": b"nonsense", "tls_key": key}, "has no CERTIFICATE in PEM"),
                           ({"tls_crt": certificate, "tls_key": b"nonsense"}, "has no private key in PEM"),
                           ({"tls_crt": certificate + certificate[:200], "tls_key": key}, "or one that cannot be read"),
                           ({"tls_crt": certificate + certificate.replace(b"A", b"B"), "tls_key": key},
                            "or one that cannot be read")):
        before = loads(token_tls, "error")
        files.swap(**contents)
        until(lambda before=before: loads(token_tls, "error") > before, token_tls.log())
        assert text in token_tls.log()
        assert connects(token_tls, servers)
    before = loads(token_tls, "ok")
    new = Authority("servers")
    swap_server(files, new)
    until(lambda: loads(token_tls, "ok") > before, token_tls.log())
    assert connects(token_tls, new)


def test_the_authority_of_callers_is_replaced(mtls, files, servers, clients):
    old_pair = clients.pair("any", "watcher.internal")
    new_clients = Authority("clients")
    with secure_channel(mtls, servers, old_pair) as open_channel:
        assert code_of(open_channel) == grpc.StatusCode.OK
        before = loads(mtls, "ok")
        swap_server(files, servers, new_clients)
        until(lambda: loads(mtls, "ok") > before, mtls.log())
        with secure_channel(mtls, servers, new_clients.pair("any", "watcher.internal")) as channel:
            assert code_of(channel) == grpc.StatusCode.OK
        with secure_channel(mtls, servers, old_pair) as channel:
            assert code_of(channel) == grpc.StatusCode.UNAVAILABLE
        assert code_of(open_channel) == grpc.StatusCode.OK  # It was let in before.


def write_pair(folder, pair):
    (folder / "me.crt").write_bytes(pair[0])
    (folder / "me.key").write_bytes(pair[1])


def test_grpcurl_and_wsgatectl_with_mtls(mtls, tmp_path, servers, clients):
    (tmp_path / "ca.crt").write_bytes(servers.pem)
    write_pair(tmp_path, clients.pair("any", "watcher.internal"))
    command = [find_tool("grpcurl"), "-cacert", "ca.crt", "-cert", "me.crt", "-key", "me.key", mtls.control]
    for verb in ("list", f"{SERVICE.full_name}/GetStats"):
        done = subprocess.run([*command, verb], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, done.stderr
    ctl = Ctl(mtls.control, cwd=tmp_path)
    flags = ["--tls-ca", "ca.crt", "--tls-cert", "me.crt", "--tls-key", "me.key"]
    ctl.expect(0, "stats", *flags)
    ctl.expect(0, "stats", *flags, "--tls-name", "gateway.internal")
    assert "SCOPE_MISSING" in ctl.expect(1, "drain", *flags).err
    ctl.expect(3, "stats", "--timeout", "2s", *flags, "--tls-name", "elsewhere.internal")
    ctl.expect(3, "stats", "--timeout", "2s", "--tls-ca", "ca.crt")
    ctl.expect(3, "stats", "--timeout", "2s")
    assert "go together" in ctl.expect(2, "stats", "--tls-cert", "me.crt").err
    assert "cannot read nowhere" in ctl.expect(2, "stats", "--tls-ca", "nowhere").err
    (tmp_path / "text").write_text("text")
    assert "is not PEM" in ctl.expect(2, "stats", "--tls-ca", "text").err


def test_tls_alone_asks_nobody(start_gateway, files, servers):
    swap_server(files, servers)
    gateway = start_gateway(*tls_flags(files))
    with secure_channel(gateway, servers) as channel:
        assert code_of(channel) == grpc.StatusCode.OK


def test_files_that_are_wrong_keep_the_gateway_from_starting(tmp_path, files, servers):
    certificate, key = servers.server_pair()
    files.swap(tls_crt=certificate, tls_key=servers.server_pair()[1], ca_crt=b"nonsense")
    flags = ["serve", "--auth-mode", "insecure", "--client-address", "127.0.0.1:0", "--control-address", "127.0.0.1:0",
             "--admin-address", "127.0.0.1:0"]

    def error(*more):
        done = run_gateway(*flags, *more)
        assert done.returncode == 1
        return done.stderr
    assert "control.tls.key_file" in error(*tls_flags(files)) and "is not the key" in error(*tls_flags(files))
    assert "a certificate and its key go together" in error(*tls_flags(files)[:2])
    assert "with control.auth.mode mtls alone" in error(*tls_flags(files, client_ca=True))
    mode = ["--control-auth-mode", "mtls", "--control-auth-tokens-file",
            write_callers(tmp_path / "callers.yaml", entry("all", "admin"))]
    assert "callers show certificates over TLS" in error(*mode)
    files.swap(tls_crt=certificate, tls_key=key, ca_crt=b"nonsense")
    assert "no caller has `san`" in error(*mode, *tls_flags(files, client_ca=True))
    (tmp_path / "callers.yaml").write_text("[{name: a, san: a, scopes: send}]")
    assert "ca.crt has no CERTIFICATE in PEM" in error(*mode, *tls_flags(files, client_ca=True))
