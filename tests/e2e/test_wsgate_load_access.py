"""wsgate-load run against gateways that ask who comes: tokens and TLS on both ports, and what is refused."""

import re
import socket
import subprocess
import time

import jwt
import pytest
from certificates import Authority, ServerFiles
from control_callers import entry, token_of, write_callers
from load_runs import UNREACHABLE, USAGE, VIOLATED, command, expect, measure, run
from token_makers import key

# Every kind of traffic, so every call of the control port.
ALL_KINDS = ("--sessions", 20, "--users", 10, "--send-rate", 100, "--broadcast-rate", 20, "--burst", 5,
             "--burst-interval", "500ms", "--message-rate", 100, "--duration", "1s")


def expect_all_kinds(report):
    assert report["sessions"]["opened"] == 20
    expect(report["sends"], answered=100, delivered=200)
    expect(report["broadcasts"], answered=20, delivered=400)
    expect(report["bursts"], answered=10, delivered=200)
    expect(report["messages"], sent=100, delivered=100)


def error(code, gateway, *flags):
    """What a run says that does not come about: one line."""
    done = run(*flags, gateway=gateway)
    assert done.returncode == code, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert done.stdout == "" and len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr


def written(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.fixture(name="secret")
def secret_fixture(tmp_path):
    return written(tmp_path / "jwt-secret", "s" * 64)


@pytest.fixture(name="callers")
def callers_fixture(tmp_path):
    """By token; the certificate is for mTLS."""
    return write_callers(tmp_path / "callers.yaml", entry("load", "admin"), entry("sender", "send"),
                         entry("watcher", "stats.read"), entry("deaf", "send", "stats.read"))


@pytest.fixture(name="token_of_caller")
def token_of_caller_fixture(tmp_path):
    """The flag with the token of a caller."""
    return lambda name: ("--token-file", written(tmp_path / f"{name}.token", token_of(name) + "\n"))


@pytest.fixture(name="charted")
def charted_fixture(start_gateway, secret, callers):
    """A gateway as the chart installs it."""
    return start_gateway("--auth-jwt-secret-file", secret, "--control-auth-mode", "token",
                         "--control-auth-tokens-file", callers, auth_mode="jwt")


def test_tokens_on_both_ports(charted, secret, token_of_caller):
    expect_all_kinds(measure(charted, *ALL_KINDS, "--secret-file", secret, *token_of_caller("load")))
    assert charted.metric("wsgate_auth_tokens_total", 'result="ok"') == 20


def test_a_caller_who_is_refused(charted, secret, token_of_caller):
    with_secret = (*ALL_KINDS, "--secret-file", secret)
    for flags in ((), token_of_caller("nobody")):
        said = error(VIOLATED, charted, *with_secret, *flags)
        assert "UNAUTHENTICATED" in said and "refused GetStats" in said and "--token-file" in said
    said = error(VIOLATED, charted, *with_secret, *token_of_caller("sender"))
    assert "refused GetStats: PERMISSION_DENIED" in said and "stats.read" in said
    said = error(VIOLATED, charted, *with_secret, *token_of_caller("deaf"))
    assert "refused ReceiveMessages: PERMISSION_DENIED" in said and "sessions.read" in said
    report = measure(charted, "--sessions", 5, "--send-rate", 20, "--duration", "1s", "--secret-file", secret,
                     *token_of_caller("watcher"), code=VIOLATED)
    assert any("20 × PERMISSION_DENIED" in problem for problem in report["problems"])
    expect(measure(charted, "--sessions", 5, "--send-rate", 20, "--duration", "1s", "--secret-file", secret,
                   *token_of_caller("deaf"))["sends"], delivered=20)


def test_a_session_without_a_token_that_is_taken(charted, secret, token_of_caller, tmp_path):
    caller = (*ALL_KINDS, *token_of_caller("load"))
    said = error(VIOLATED, charted, *caller)
    assert "HTTP 401 a valid token is needed to connect; --secret-file" in said
    other = written(tmp_path / "other", "o" * 64)
    said = error(VIOLATED, charted, *caller, "--secret-file", other)
    assert "HTTP 401" in said and "signed by this run" in said
    said = error(VIOLATED, charted, *caller, "--secret-file", secret, "--audience", "another")
    assert "HTTP 401" in said and "--audience" in said


@pytest.mark.parametrize("kind, more", [("rsa", ["--algorithm", "PS256"]), ("p256", []), ("ed25519", [])])
def test_tokens_that_a_private_key_signs(start_gateway, tmp_path, kind, more):
    public = written(tmp_path / "public.pem", key(kind).public_pem)
    private = written(tmp_path / "private.pem", key(kind).private_pem)
    gateway = start_gateway("--auth-jwt-public-key-file", public, "--auth-jwt-issuer", "me",
                            "--auth-jwt-audience", "chat", "--auth-jwt-claims-tenant", "tenant", auth_mode="jwt")
    signed = ("--sessions", 5, "--broadcast-rate", 10, "--duration", "1s", "--private-key-file", private, *more)
    wanted = ("--issuer", "me", "--audience", "feed", "--audience", "chat", "--tenant", "acme", "--claim", 'more={"a":1}')
    expect(measure(gateway, *signed, *wanted)["broadcasts"], delivered=50)
    assert "HTTP 401" in error(VIOLATED, gateway, *signed, "--issuer", "me")


def test_a_token_lives_longer_than_the_run(secret):
    """Seen at a door that refuses everybody."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        address = "127.0.0.1:%d" % door.getsockname()[1]
        with subprocess.Popen(command("--sessions", 3600, "--connect-rate", 1, "--duration", "20h", "--grace", "2h",
                                      "--secret-file", secret, "--client-address", address),
                              stderr=subprocess.PIPE, text=True) as load:
            client, _ = door.accept()
            with client, client.makefile("rb") as lines:
                head = b"".join(iter(lines.readline, b"\r\n")).decode()
                client.sendall(b"HTTP/1.1 401 Unauthorized\r\n\r\nnot you\n")
            _, said = load.communicate(timeout=30)
    assert load.returncode == VIOLATED and "HTTP 401 not you" in said
    token = re.search(r"\r\nAuthorization: Bearer (\S+)\r\n", head)[1]
    claims = jwt.decode(token, secret.read_text(), algorithms=["HS256"])
    assert claims["sub"] == re.search(r"user=([\w-]+)", head)[1]
    assert claims["exp"] - time.time() > 23 * 3600


@pytest.fixture(name="servers", scope="module")
def servers_fixture(tmp_path_factory):
    """Who signs the gateways' certificates."""
    return Authority("servers").write(tmp_path_factory.mktemp("servers"))


@pytest.fixture(name="stranger", scope="module")
def stranger_fixture(tmp_path_factory):
    """An authority that signs nothing here."""
    return Authority("stranger").write(tmp_path_factory.mktemp("stranger"))


@pytest.fixture(name="mtls")
def mtls_fixture(start_gateway, secret, servers, tmp_path):
    """TLS on both ports, tokens of clients, certificates of callers; and the flags that get in."""
    files = ServerFiles(tmp_path / "tls", servers)
    clients = Authority("clients")
    ca = written(tmp_path / "clients.pem", clients.pem)
    listed = write_callers(tmp_path / "callers.yaml", {"name": "load", "san": "load.internal", "scopes": ["admin"]})
    pair = clients.pair("any", "load.internal")
    flags = {"--secret-file": secret, "--client-tls-ca": servers.ca_file, "--tls-ca": servers.ca_file,
             "--tls-cert": written(tmp_path / "load.crt", pair[0]),
             "--tls-key": written(tmp_path / "load.key", pair[1])}
    gateway = start_gateway(
        "--auth-jwt-secret-file", secret, "--control-auth-mode", "mtls", "--control-auth-tokens-file", listed,
        "--control-tls-cert-file", files.cert_file, "--control-tls-key-file", files.key_file,
        "--control-tls-client-ca-file", ca, auth_mode="jwt", tls=files)
    return gateway, flags


def flat(flags, **changes):
    """The flags with some of them changed; None takes one out."""
    changed = {**flags, **{"--" + name.replace("_", "-"): value for name, value in changes.items()}}
    return [part for name, value in changed.items() if value is not None for part in (name, value)]


def test_tls_on_both_ports(mtls):
    gateway, flags = mtls
    expect_all_kinds(measure(gateway, *ALL_KINDS, *flat(flags)))
    expect_all_kinds(measure(gateway, *ALL_KINDS, *flat(flags, client_tls_name="localhost", tls_name="localhost")))


def test_much_over_tls(mtls):
    """Messages of several records, more than sockets take at once, in two processes."""
    gateway, flags = mtls
    report = measure(gateway, "--sessions", 60, "--processes", 2, "--broadcast-rate", 20, "--burst", 10,
                     "--burst-interval", "500ms", "--message-rate", 200, "--payload-bytes", 60000,
                     "--duration", "2s", *flat(flags))
    expect(report["broadcasts"], answered=40, delivered=40 * 60)
    expect(report["bursts"], answered=40, delivered=40 * 60)
    expect(report["messages"], sent=400, delivered=400)


def test_the_client_port_is_not_believed(mtls, stranger):
    gateway, flags = mtls

    def said(**changes):
        return error(UNREACHABLE, gateway, *ALL_KINDS, *flat(flags, **changes))

    wrong = said(client_tls_ca=stranger.ca_file)
    assert "the certificate is not believed" in wrong and "--client-tls-ca names who signs it" in wrong
    wrong_name = said(client_tls_name="elsewhere.example")
    assert "hostname mismatch" in wrong_name and "--client-tls-name names what stands in it" in wrong_name
    assert "IP address mismatch" in said(client_tls_name="127.0.0.2")
    plain = said(client_tls_ca=None)
    assert "HTTP 400 this port speaks TLS" in plain and "--client-tls-ca" in plain
    system = said(client_tls_ca=None, client_tls_name="localhost")  # None of the system's signs it.
    assert "the certificate is not believed" in system


def test_the_control_port_is_not_believed_or_does_not_believe(mtls, stranger):
    gateway, flags = mtls

    def said(**changes):
        return error(UNREACHABLE, gateway, *ALL_KINDS, *flat(flags, **changes))

    assert "--tls-ca names who signs its certificate" in said(tls_ca=stranger.ca_file)
    wrong_name = said(tls_name="elsewhere.example")
    assert "Peer name elsewhere.example" in wrong_name and "--tls-name" in wrong_name
    assert "--tls-cert and --tls-key?" in said(tls_cert=None, tls_key=None)
    plain = said(tls_ca=None, tls_cert=None, tls_key=None)
    assert "Where it speaks TLS, --tls-ca names who signs its certificate" in plain


def test_tls_where_nobody_speaks_it(gateway, servers):
    said = error(UNREACHABLE, gateway, *ALL_KINDS, "--client-tls-ca", servers.ca_file)
    assert "does this port speak TLS?" in said
    said = error(UNREACHABLE, gateway, *ALL_KINDS, "--tls-ca", servers.ca_file)
    assert "control address" in said and "leave the --tls flags out" in said


def test_files_that_cannot_be_used(tmp_path, servers):
    text, empty = written(tmp_path / "text", "text"), written(tmp_path / "empty", "")
    private = written(tmp_path / "private.pem", key("rsa").private_pem)
    for flags, says in (
            (("--secret-file", "/nowhere"), "/nowhere"),
            (("--secret-file", text), "text"),
            (("--private-key-file", text), "text"),
            (("--private-key-file", private, "--algorithm", "ES256"), "the key"),
            (("--private-key-file", private, "--algorithm", "none"), "--algorithm"),
            (("--private-key-file", private, "--secret-file", text), "signed with what?"),
            (("--issuer", "me"), "signed with what?"),
            (("--private-key-file", private, "--claim", "a=b"), "--claim a"),
            (("--client-tls-ca", "/nowhere"), "--client-tls-ca: cannot read /nowhere"),
            (("--client-tls-ca", text), "--client-tls-ca"),
            (("--client-tls-ca", private), "--client-tls-ca"),
            (("--token-file", "/nowhere"), "--token-file"),
            (("--token-file", empty), "is empty"),
            (("--tls-ca", "/nowhere"), "--tls-ca: cannot read /nowhere"),
            (("--tls-ca", text), "is not PEM"),
            (("--tls-cert", servers.ca_file), "go together")):
        assert says in error(USAGE, None, *flags), flags


def test_help_lists_them():
    shown = run("--help").stdout
    for flag in ("--secret-file", "--private-key-file", "--algorithm", "--key-id", "--issuer", "--audience", "--tenant",
                 "--claim", "--client-tls-ca", "--client-tls-name", "--token-file", "--tls-ca", "--tls-cert",
                 "--tls-key", "--tls-name"):
        assert f"{flag} " in shown, flag
