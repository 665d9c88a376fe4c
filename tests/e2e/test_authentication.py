"""auth.mode jwt: every algorithm and every claim, right and wrong, with tokens of other makers' libraries."""

import base64
import hashlib
import hmac
import json
import time

import pytest
from raw_client import RawClient
from token_door import (bearer, claims, expect_refused, joined, refused, results, status)
from token_makers import KINDS, LIBRARIES, Key, base64url, jwks, key, make, token


@pytest.fixture
def door(start_gateway, tmp_path):
    """A gateway that takes tokens of every key of the tests, and checks who they are from and for."""
    def start(*flags, keys=None, **settings):
        file = tmp_path / "jwks.json"
        file.write_text(jwks(*(keys or [key(kind) for kind in dict.fromkeys(KINDS.values())])))
        return start_gateway("--auth-jwt-jwks-file", file, "--auth-jwt-issuer", "https://id.example",
                             "--auth-jwt-audience", "chat, feed", *flags, auth_mode="jwt", **settings)
    return start


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_algorithm(door, library):
    gateway = door()
    stranger = {kind: Key(kind, kind) for kind in set(KINDS.values()) - {"secret"}}
    stranger["secret"] = Key("secret", "another")
    stranger["secret"].kid = "secret"
    requests = [(algorithm, key(kind), claims(), {}) for algorithm, kind in KINDS.items()]
    forged = [(algorithm, stranger[kind], claims(), {}) for algorithm, kind in KINDS.items()]
    for one, (algorithm, *_) in zip(make(library, requests), requests):
        assert status(gateway, one) == 101, (library, algorithm)
    assert results(gateway, "ok") == len(KINDS)
    for one in make(library, forged):
        expect_refused(gateway, one, "bad_signature")


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_claim(door, library):
    gateway = door()
    now = int(time.time())
    table = [("ok", {}),
             ("ok", {"aud": ["mail", "feed"]}),
             ("ok", {"nbf": now - 10}),
             ("ok", {"exp": now - 2}),  # Within the leeway.
             ("ok", {"sub": "a" * 255}),
             ("expired", {"exp": now - 60}),
             ("no_expiry", {"exp": None}),
             ("not_yet_valid", {"nbf": now + 600}),
             ("wrong_issuer", {"iss": "https://evil.example"}),
             ("wrong_issuer", {"iss": None}),
             ("wrong_audience", {"aud": "mail"}),
             ("wrong_audience", {"aud": ["mail", "chat2"]}),
             ("wrong_audience", {"aud": None}),
             ("bad_claim", {"sub": None}),
             ("bad_claim", {"sub": ""}),
             ("bad_claim", {"sub": "a" * 256}),
             ("bad_claim", {"sub": "a\nb"})]
    tokens = make(library, [("ES256", key("p256"), claims(**changes), {}) for _, changes in table])
    for (result, changes), one in zip(table, tokens):
        if result == "ok":
            assert status(gateway, one) == 101, (library, changes)
        else:
            expect_refused(gateway, one, result)


def signed_by_hand(header, payload, secret=None):
    """A token of these bytes, with an HMAC where there is a secret."""
    text = base64url(header.encode()) + "." + base64url(payload.encode())
    mac = hmac.new(secret, text.encode(), hashlib.sha256).digest() if secret else b""
    return text + "." + base64url(mac)


def test_attacks(door):
    gateway = door()
    good, secret = json.dumps(claims()), key("secret").secret
    for name in ("none", "None", "nOnE"):
        expect_refused(gateway, signed_by_hand(f'{{"alg":"{name}"}}', good), "algorithm")
    # The public key as an HMAC secret, with and without its name.
    pem = key("rsa").public_pem
    expect_refused(gateway, signed_by_hand('{"alg":"HS256","kid":"rsa"}', good, pem), "algorithm")
    expect_refused(gateway, signed_by_hand('{"alg":"HS256"}', good, pem), "bad_signature")
    # An algorithm that its key does not have.
    expect_refused(gateway, token("ES256", key("p256"), claims(), kid="rsa"), "algorithm")
    expect_refused(gateway, token("RS256", key("rsa"), claims(), kid="nobody"), "unknown_key")
    expect_refused(gateway, token("RS256", key("rsa"), claims(), kid="../../etc/passwd"), "unknown_key")
    expect_refused(gateway, token("HS256", key("secret"), claims(), crit=["exp"]), "critical_header")
    # Keys that a token brings along are not looked at.
    mine = Key("rsa", "mine")
    brought = token("RS256", mine, claims(), kid="rsa", jwk=mine.jwk, jku="https://evil.example/jwks.json")
    expect_refused(gateway, brought, "bad_signature")
    twice = good[:-1] + ',"sub":"root"}'
    expect_refused(gateway, signed_by_hand('{"alg":"HS256"}', twice, secret), "duplicate_claim")
    expect_refused(gateway, signed_by_hand('{"alg":"HS256","alg":"none"}', good, secret), "duplicate_claim")
    assert status(gateway, signed_by_hand('{"alg":"HS256"}', good, secret)) == 101, "the same with nothing wrong"


def test_broken_tokens(door):
    gateway = door()
    whole = token("ES256", key("p256"), claims())
    head, payload, signature = whole.split(".")
    for broken in (head, f"{head}.{payload}", f"{head}.{payload}.{signature}.x", f"{head}.{payload[:-3]}",
                   f"{head}.{payload}.{signature}=", "x", ".."):
        expect_refused(gateway, broken, "malformed")
    expect_refused(gateway, f"{head}.{payload}.{signature[:40]}", "bad_signature")
    expect_refused(gateway, f"{head}.{payload}.", "bad_signature")
    expect_refused(gateway, f"{head}..{signature}", "bad_signature")
    other = base64url(json.dumps(claims(sub="root")).encode())
    expect_refused(gateway, f"{head}.{other}.{signature}", "bad_signature")


def test_a_token_of_a_megabyte_is_a_head_too_large(door):
    gateway = door()
    huge = token("HS256", key("secret"), claims(filler="x" * 1_000_000))
    assert refused(gateway, bearer(huge)).status == 431
    assert status(gateway, token("HS256", key("secret"), claims(filler="x" * 4000))) == 101


def test_the_places_of_a_token(door):
    gateway = door("--auth-token-cookie", "session", "--auth-token-query", "access",
                   "--origins-allowed", "https://chat.example")
    good = token("EdDSA", key("ed25519"), claims())

    def answer(*headers, target="/ws"):
        with RawClient(gateway.client) as client:
            return client.connect(target, headers)

    assert answer(f"Authorization: Bearer {good}").status == 101
    chosen = answer(f"Sec-WebSocket-Protocol: wsgate.bearer.{good}, wsgate.v1.json")
    assert (chosen.status, chosen.headers["sec-websocket-protocol"]) == (101, "wsgate.v1.json")
    assert answer(f"Cookie: a=b; session={good}", "Origin: https://chat.example").status == 101
    assert answer(f"Cookie: session={good}", "Origin: https://evil.example").status == 403
    assert answer(target=f"/ws?access={good}").status == 101
    assert answer().status == 401
    assert answer(f"Authorization: Bearer {good}", target=f"/ws?access={good}").status == 400
    alone = refused(gateway, [f"Sec-WebSocket-Protocol: wsgate.bearer.{good}"])
    assert alone.status == 400 and "offer wsgate.raw or wsgate.v1.json beside it" in alone.body
    assert good not in gateway.log() and good.split(".")[2] not in gateway.log()


def test_a_place_that_is_off_is_not_looked_at(door):
    gateway = door("--auth-token-header", "false")
    good = token("EdDSA", key("ed25519"), claims())
    assert refused(gateway, bearer(good)).status == 401
    with RawClient(gateway.client) as client:
        offer = [f"Sec-WebSocket-Protocol: wsgate.bearer.{good}, wsgate.raw"]
        assert client.connect(headers=offer).status == 101


def test_claims_become_the_session(door, connect_control):
    gateway = door("--auth-jwt-claims-tenant", "tenant", "--auth-jwt-claims-metadata", "meta",
                   "--auth-jwt-claims-limits", "limits")
    control = connect_control(gateway)
    one = token("RS256", key("rsa"), claims(sub="grace", tenant="acme", meta={"plan": "pro", "age": 7},
                                            limits={"message_bytes_max": 16}))
    with joined(gateway, one) as client:
        (session,) = control.sessions()
        assert (session.user_id, session.tenant, dict(session.metadata)) == ("grace", "acme", {"plan": "pro", "age": "7"})
        assert control.send_to_user("grace", text="hi").queued == 1
        assert client.read_message() == "hi"
        client.send("seventeen bytes..")
        assert client.read_close() == (1009, "message_too_big")
    expect_refused(gateway, token("RS256", key("rsa"), claims(meta=["plan"])), "bad_claim")
    expect_refused(gateway, token("RS256", key("rsa"), claims(limits={"fun": 1})), "bad_claim")


def test_nobody_may_be_somebody(door, connect_control):
    gateway = door("--auth-anonymous", "true")
    control = connect_control(gateway)
    with RawClient(gateway.client) as client:
        assert client.connect("/ws?user=root").status == 101
        (session,) = control.sessions()
        assert session.user_id == "", "the query is not believed"
    expect_refused(gateway, token("RS256", key("rsa"), claims(exp=1)), "expired")


def test_keys_of_files(start_gateway, tmp_path):
    secret, pem = tmp_path / "secret", tmp_path / "public.pem"
    secret.write_bytes(key("secret").secret + b"\n")
    pem.write_bytes(key("rsa").public_pem + key("p384").public_pem)
    gateway = start_gateway("--auth-jwt-secret-file", secret, "--auth-jwt-public-key-file", pem, auth_mode="jwt")
    for algorithm, kind in KINDS.items():
        expected = 101 if kind in ("secret", "rsa", "p384") else 401
        assert status(gateway, token(algorithm, key(kind), claims(aud=None))) == expected, algorithm
    expect_refused(gateway, token("RS256", key("rsa"), claims()), "wrong_audience")
    assert base64.b64encode(key("secret").secret).decode()[:40] not in gateway.log()
