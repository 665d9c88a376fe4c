"""TLS at the door: who gets no session, what a ticket is good for, and files that cannot be used."""

import contextlib
import socket
import ssl
import warnings

import pytest
from certificates import ServerFiles, key_pem, new_key
from gateway_process import run_gateway, until
from raw_client import RawClient

V1_1, V1_2, V1_3 = ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
# A client's first record, of 512 bytes, whose rest never comes.
HALF_A_HELLO = bytes.fromhex("1603010200010001fc0303") + bytes(100)


@pytest.fixture
def gateway(start_tls_gateway):
    return start_tls_gateway("--limits-handshake-timeout", "1s")


def refused(gateway, cause):
    return gateway.metric("wsgate_sessions_refused_total", f'reason="{cause}"')


def expect_refused(gateway, cause, count):
    until(lambda: refused(gateway, cause) == count, f"not {count} refused as {cause}: {refused(gateway, cause)}")


def expect_served(gateway):
    with RawClient(gateway.client, tls=gateway.tls.authority.client_context()) as client:
        assert client.connect("/ws?user=ada").status == 101
        client.send_close()
        assert client.read_close() == (1000, "")


def tcp(gateway):
    host, port = gateway.client.rsplit(":", 1)
    connection = socket.create_connection((host, int(port)))
    connection.settimeout(20)
    return connection


def old_client(authority):
    context = authority.client_context()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = V1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def client_with_ciphers(ciphers):
    def make(authority):
        context = authority.client_context(V1_2)
        context.set_ciphers(ciphers)
        return context
    return make


def client_of_http2(authority):
    context = authority.client_context()
    context.set_alpn_protocols(["h2"])
    return context


REFUSED = {
    "TLS 1.1": (old_client, "unsupported protocol"),
    "CBC": (client_with_ciphers("ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA"), "no shared cipher"),
    "no forward secrecy": (client_with_ciphers("AES128-GCM-SHA256"), "no shared cipher"),
    "finite-field": (client_with_ciphers("DHE-RSA-AES128-GCM-SHA256"), "no shared cipher"),
    "only HTTP/2": (client_of_http2, "no application protocol"),
}


@pytest.mark.parametrize("make_client, reason", REFUSED.values(), ids=REFUSED)
def test_what_is_not_spoken(gateway, make_client, reason):
    with pytest.raises(ssl.SSLError):
        RawClient(gateway.client, tls=make_client(gateway.tls.authority))
    expect_refused(gateway, "tls", 1)
    until(lambda: f"because={reason}" in gateway.log(), f"no log line says {reason}")
    expect_served(gateway)


def test_what_is_spoken(gateway):
    strong = client_with_ciphers("ECDHE-ECDSA-CHACHA20-POLY1305")(gateway.tls.authority)
    with RawClient(gateway.client, tls=strong) as client:
        assert (client.socket.version(), client.socket.cipher()[0]) == ("TLSv1.2", "ECDHE-ECDSA-CHACHA20-POLY1305")
        assert client.connect().status == 101
    both = gateway.tls.authority.client_context()
    both.set_alpn_protocols(["h2", "http/1.1"])
    with RawClient(gateway.client, tls=both) as client:
        assert (client.socket.version(), client.socket.selected_alpn_protocol()) == ("TLSv1.3", "http/1.1")
        assert client.socket.compression() is None
        assert client.connect().status == 101
    assert refused(gateway, "tls") == 0


def test_min_version(start_tls_gateway):
    gateway = start_tls_gateway("--tls-min-version", "1.3")
    with pytest.raises(ssl.SSLError):
        RawClient(gateway.client, tls=gateway.tls.authority.client_context(V1_2))
    expect_refused(gateway, "tls", 1)
    expect_served(gateway)


def test_plain_text_is_told(gateway):
    with RawClient(gateway.client) as client:
        assert client.connect("/ws?user=ada").status == 400
        expect_refused(gateway, "tls", 1)
    expect_served(gateway)


def test_tls_to_a_port_without(start_gateway, authority):
    gateway = start_gateway("--limits-handshake-timeout", "1s")
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        RawClient(gateway.client, tls=authority.client_context())
    with RawClient(gateway.client) as client:
        assert client.connect().status == 101


@pytest.mark.parametrize("bytes_sent", [b"\x00" * 64, b"SSH-2.0-OpenSSH_9.2\r\n", b"\x16\x03\x01\xff\xff" + b"x" * 200])
def test_garbage(gateway, bytes_sent):
    with tcp(gateway) as client:
        client.sendall(bytes_sent)
        expect_refused(gateway, "tls", 1)
        with contextlib.suppress(ConnectionResetError):
            while client.recv(4096):
                pass
    expect_served(gateway)


def test_a_hello_that_stalls(gateway):
    with tcp(gateway) as silent, tcp(gateway) as stalled:
        stalled.sendall(HALF_A_HELLO)
        expect_refused(gateway, "handshake_timeout", 2)
        for client in (silent, stalled):
            with contextlib.suppress(ConnectionResetError):
                while client.recv(4096):
                    pass
    expect_served(gateway)


def test_a_request_that_stalls_after_the_handshake(gateway):
    with RawClient(gateway.client, tls=gateway.tls.authority.client_context()) as client:
        client.socket.sendall(client.request()[:-4])
        assert client.read_frame() is None
    expect_refused(gateway, "handshake_timeout", 1)
    expect_served(gateway)


def test_who_leaves_midway(gateway):
    with tcp(gateway) as client:
        client.sendall(HALF_A_HELLO)
    expect_refused(gateway, "peer_gone", 1)
    with RawClient(gateway.client, tls=gateway.tls.authority.client_context()) as client:
        client.socket.sendall(b"GET /ws HTTP/1.1\r\n")
    expect_refused(gateway, "peer_gone", 2)
    # Who does not trust the certificate says so and leaves.
    with pytest.raises(ssl.SSLCertVerificationError):
        RawClient(gateway.client, tls=ssl.create_default_context())
    expect_refused(gateway, "tls", 1)
    expect_served(gateway)


def test_a_session_without_goodbye(gateway, connect_control):
    control = connect_control(gateway)
    with RawClient(gateway.client, tls=gateway.tls.authority.client_context()) as client:
        assert client.connect("/ws?user=ada").status == 101
        control.expect_stats(sessions=1)
    control.expect_stats(sessions=0, closed={"peer_gone": 1})


def test_garbage_in_a_session(gateway, connect_control):
    """A record that is no record ends the session it came in, and no other."""
    trust = gateway.tls.authority.client_context()
    with RawClient(gateway.client, tls=trust) as client, RawClient(gateway.client, tls=trust) as other:
        assert client.connect("/ws?user=ada").status == 101
        assert other.connect("/ws?user=eve").status == 101
        with socket.socket(fileno=client.socket.detach()) as bare:
            bare.sendall(b"\x17\x03\x03\x00\x20" + bytes(32))
            control = connect_control(gateway)
            control.expect_stats(sessions=1, closed={"peer_gone": 1})
        assert control.send_to_user("eve", text="still here").queued == 1
        assert other.read_message() == "still here"


@pytest.mark.parametrize("version", [V1_2, V1_3])
def test_a_ticket_is_taken_and_outlives_the_certificate(gateway, version):
    trust = gateway.tls.authority.client_context(version)

    def visit(session=None):
        with RawClient(gateway.client, tls=trust, tls_session=session) as client:
            assert client.connect().status == 101  # With 1.3 the ticket comes with what is read.
            return client.socket.session_reused, client.socket.session

    reused, session = visit()
    assert not reused and session.has_ticket
    reused, session = visit(session)
    assert reused
    gateway.tls.replace(gateway.tls.authority.server_pair())
    until(lambda: gateway.metric("wsgate_tls_certificate_reloads_total", 'result="ok"') >= 1, "no reload")
    assert visit(session)[0], "the ticket ended with the certificate"
    with RawClient(gateway.client, tls=trust) as client:
        assert client.socket.getpeercert(binary_form=True) == gateway.tls.pair.der


def test_a_ticket_of_another_process(gateway, start_tls_gateway):
    other = start_tls_gateway()
    trust = gateway.tls.authority.client_context()
    with RawClient(gateway.client, tls=trust) as client:
        assert client.connect().status == 101
        session = client.socket.session
    with RawClient(other.client, tls=trust, tls_session=session) as client:
        assert not client.socket.session_reused
        assert client.connect().status == 101


def start_error(flags):
    done = run_gateway("serve", "--auth-mode", "insecure", "--client-address", "127.0.0.1:0",
                       "--control-address", "127.0.0.1:0", "--admin-address", "127.0.0.1:0", *flags)
    assert done.returncode not in (0, -6, -11)
    return done.stdout + done.stderr


def test_one_file_without_the_other(authority, tmp_path):
    files = ServerFiles(tmp_path / "tls", authority)
    assert "tls.cert_file is set and tls.key_file is not" in start_error(files.flags[:2])
    assert "tls.key_file is set and tls.cert_file is not" in start_error(files.flags[2:])


BROKEN = {
    "no certificate": ("cert_file", None, "cannot be read: No such file"),
    "no key": ("key_file", None, "cannot be read: No such file"),
    "another's key": ("key_file", key_pem(new_key()), "is not the key of"),
    "a key of another kind": ("key_file", key_pem(new_key("rsa")), "is not the key of"),
    "a key with a password": ("key_file", key_pem(new_key(), b"secret"), "without a password"),
    "garbage as certificate": ("cert_file", b"no PEM\n", "is no certificate in PEM form"),
    "garbage as key": ("key_file", b"no PEM\n", "is no private key"),
    "an empty certificate": ("cert_file", b"", "is no certificate in PEM form"),
    "half a certificate": ("cert_file", b"-----BEGIN CERTIFICATE-----\nMIIB\n", "is no certificate in PEM form"),
    "a key as certificate": ("cert_file", key_pem(new_key()), "is no certificate in PEM form"),
}


@pytest.mark.parametrize("field, content, says", BROKEN.values(), ids=BROKEN)
def test_files_that_cannot_be_used(authority, tmp_path, field, content, says):
    files = ServerFiles(tmp_path / "tls", authority)
    file = getattr(files, field)
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    said = start_error(files.flags)
    assert f"tls.{field}: {file} " in said and says in said, said
