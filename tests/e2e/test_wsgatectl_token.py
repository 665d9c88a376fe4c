"""`wsgatectl token` and `revoke` against the gateway that takes them."""

import json

import jwt
import pytest
from ctl import Ctl, check_golden
from token_door import claims, joined, status
from token_makers import key, token


def read(text):
    """Header and claims of a token, unchecked."""
    return jwt.get_unverified_header(text), jwt.decode(text, options={"verify_signature": False})


@pytest.fixture
def keys(tmp_path):
    """A folder with private keys of every kind and a secret."""
    for kind in ("rsa", "p256", "p384", "ed25519"):
        (tmp_path / f"{kind}.pem").write_bytes(key(kind).private_pem)
    (tmp_path / "public.pem").write_bytes(b"".join(key(kind).public_pem for kind in ("rsa", "p256", "p384", "ed25519")))
    (tmp_path / "secret").write_bytes(key("secret").secret + b"\n")
    (tmp_path / "short").write_text("short")
    return tmp_path


def test_its_tokens_let_in(start_gateway, keys):
    gateway = start_gateway("--auth-jwt-public-key-file", keys / "public.pem", "--auth-jwt-secret-file", keys / "secret",
                            "--auth-jwt-audience", "chat", auth_mode="jwt")
    ctl = Ctl(cwd=keys)
    for flags in (["--secret-file", "secret"], ["--secret-file", "secret", "--algorithm", "HS512"],
                  ["--private-key-file", "rsa.pem"], ["--private-key-file", "rsa.pem", "--algorithm", "PS256"],
                  ["--private-key-file", "p256.pem"], ["--private-key-file", "p384.pem"],
                  ["--private-key-file", "ed25519.pem"]):
        made = ctl.expect(0, "token", "--user", "ada", "--audience", "chat", *flags).out.strip()
        assert status(gateway, made) == 101, flags
    late = ctl.expect(0, "token", "--user", "ada", "--secret-file", "secret", "--audience", "mail").out.strip()
    assert status(gateway, late) == 401


def test_what_stands_in_it(keys):
    made = json.loads(Ctl(cwd=keys).expect(
        0, "token", "-o", "json", "--user", "ada", "--secret-file", "secret", "--key-id", "k1", "--expires-in", "10m",
        "--issuer", "me", "--audience", "chat", "--audience", "feed", "--token-id", "one", "--tenant", "acme",
        "--meta", "plan=pro", "--claim", 'limits={"messages_per_second":5}').out)
    header, body = read(made["token"])
    assert (header, body) == (made["header"], made["claims"])
    assert header == {"alg": "HS256", "typ": "JWT", "kid": "k1"}
    assert body.pop("exp") - body.pop("iat") == 600
    assert body == {"sub": "ada", "iss": "me", "aud": ["chat", "feed"], "jti": "one", "tenant": "acme",
                    "metadata": {"plan": "pro"}, "limits": {"messages_per_second": 5}}


def test_what_is_wrong_is_said(keys):
    ctl = Ctl(cwd=keys)
    runs = [ctl.expect(2, "token", *arguments) for arguments in (
        [],
        ["--user", "ada"],
        ["--user", "ada", "--secret-file", "secret", "--private-key-file", "rsa.pem"],
        ["--user", "ada", "--secret-file", "nowhere"],
        ["--user", "ada", "--secret-file", "short"],
        ["--user", "ada", "--private-key-file", "secret"],
        ["--user", "ada", "--private-key-file", "rsa.pem", "--algorithm", "none"],
        ["--user", "ada", "--private-key-file", "rsa.pem", "--algorithm", "HS256"],
        ["--user", "ada", "--secret-file", "secret", "--expires-in", "soon"],
        ["--user", "ada", "--secret-file", "secret", "--claim", "role=admin"],
        ["--user", "ada", "--secret-file", "secret", "--meta", "plan"])]
    runs += [ctl.expect(2, "revoke", *arguments) for arguments in (
        [], ["--user", "ada", "--token", "one"], ["--user", "ada", "--remember", "long"])]
    check_golden("token_errors", "\n".join(run.transcript() for run in runs))


def test_revoke(start_gateway, keys):
    gateway = start_gateway("--auth-jwt-public-key-file", keys / "public.pem", auth_mode="jwt")
    ctl = Ctl(gateway.control, cwd=keys)

    def of(**changes):
        return token("EdDSA", key("ed25519"), claims(aud=None, **changes))

    with joined(gateway, of(jti="one")) as one, joined(gateway, of(sub="grace")) as grace:
        assert ctl.expect(0, "revoke", "--token", "one", "--remember", "1h").out == "revoked; disconnected 1 session\n"
        assert one.read_close() == (4502, "token_revoked")
        assert status(gateway, of(jti="one")) == 401
        assert json.loads(ctl.expect(0, "revoke", "--user", "grace", "-o", "json").out) == {"disconnected": 1}
        assert grace.read_close() == (4502, "token_revoked")
        assert ctl.expect(0, "revoke", "--user", "nobody").out == "revoked; disconnected 0 sessions\n"
