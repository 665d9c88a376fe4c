"""Keys of an identity provider's address and of files: rotation, bad days, a start without them."""

import os
import socket
import time

import pytest
from gateway_process import until
from identity_provider import IdentityProvider
from token_door import bearer, claims, expect_refused, refused, status
from token_makers import Key, jwks, key, token


@pytest.fixture
def provider(tmp_path):
    running = IdentityProvider(tmp_path, jwks(key("rsa")))
    yield running
    running.stop()


@pytest.fixture
def door(start_gateway, provider):
    """A gateway that has its keys from `provider`."""
    def start(*flags):
        return start_gateway("--auth-jwt-jwks-url", provider.url, "--auth-jwt-jwks-ca-file", provider.ca_file,
                             *flags, auth_mode="jwt")
    return start


def of(one, **changes):
    return token({"rsa": "RS256", "p256": "ES256"}[one.kind], one, claims(aud=None, **changes))


def loads(gateway, result):
    return gateway.metric("wsgate_auth_key_loads_total", f'source="url",result="{result}"')


def wait_for(gateway, result, more_than=0):
    until(lambda: loads(gateway, result) > more_than, f"no fetch that ended with {result}:\n{gateway.log()}")


def test_keys_are_fetched_and_rotate(door, provider):
    provider.start()
    gateway = door("--auth-jwt-jwks-refresh", "1h")
    wait_for(gateway, "ok")
    assert status(gateway, of(key("rsa"))) == 101
    assert gateway.metric("wsgate_auth_keys") == 1
    # A key that is new there: the first token that names it makes the gateway look.
    rotated = Key("p256", "rotated")
    provider.document = jwks(rotated)
    expect_refused(gateway, of(rotated), "unknown_key")
    until(lambda: status(gateway, of(rotated)) == 101, "the new key is not seen")
    expect_refused(gateway, of(key("rsa")), "unknown_key")


def test_unknown_keys_cause_a_bounded_number_of_fetches(door, provider):
    provider.start()
    gateway = door("--auth-jwt-jwks-refresh", "1h")
    wait_for(gateway, "ok")
    begun = time.monotonic()
    stranger = Key("p256", "stranger")
    for _ in range(200):
        assert status(gateway, of(stranger)) == 401
        assert status(gateway, of(key("rsa"))) == 101
    # One at the start, three at once, then one in 10 s.
    assert provider.requests <= 4 + 1 + (time.monotonic() - begun) / 10


def test_it_looks_again_by_itself(door, provider):
    provider.start()
    gateway = door("--auth-jwt-jwks-refresh", "1s")
    wait_for(gateway, "ok", 2)
    assert status(gateway, of(key("rsa"))) == 101


@pytest.mark.parametrize("mood", ["garbage", "empty", "huge", "broken"])
def test_the_last_good_keys_go_on(door, provider, mood):
    provider.start()
    gateway = door("--auth-jwt-jwks-refresh", "1s")
    wait_for(gateway, "ok")
    provider.mood = mood
    wait_for(gateway, "error", 1)
    assert status(gateway, of(key("rsa"))) == 101
    assert "the last good keys go on" in gateway.log()
    good = loads(gateway, "ok")
    provider.mood = "good"
    wait_for(gateway, "ok", good)


def test_an_address_that_goes_down_and_comes_back(door, provider):
    provider.start()
    gateway = door("--auth-jwt-jwks-refresh", "1s")
    wait_for(gateway, "ok")
    provider.stop()
    wait_for(gateway, "error", 1)
    assert status(gateway, of(key("rsa"))) == 101
    new = Key("p256", "new")
    provider.document = jwks(new)
    provider.start()
    until(lambda: status(gateway, of(new)) == 101, "the new key is not seen", timeout=20)


def test_an_address_that_is_down_at_the_start(door, provider, start_gateway, tmp_path):
    gateway = door()
    wait_for(gateway, "error")
    answer = refused(gateway, bearer(of(key("rsa"))))
    assert answer.status == 503 and answer.headers["retry-after"] == "1"
    assert "because=keys_unavailable" in gateway.log()
    assert gateway.metric("wsgate_auth_tokens_total", 'result="keys_unavailable"') == 1
    provider.start()
    until(lambda: status(gateway, of(key("rsa"))) == 101, "its keys are not seen", timeout=20)
    # Keys of a file serve meanwhile.
    provider.stop()
    file = tmp_path / "public.pem"
    file.write_bytes(key("p256").public_pem)
    both = start_gateway("--auth-jwt-jwks-url", provider.url, "--auth-jwt-jwks-ca-file", provider.ca_file,
                         "--auth-jwt-public-key-file", file, auth_mode="jwt")
    assert status(both, of(key("p256"))) == 101


def test_an_address_that_hangs(door, provider):
    provider.mood = "hanging"
    provider.start()
    begun = time.monotonic()
    gateway = door()
    assert time.monotonic() - begun < 8, "the start waits for nobody"
    assert status(gateway, of(key("rsa"))) == 503
    until(lambda: loads(gateway, "error") > 0, "it waits for ever", timeout=20)
    assert "gave no answer in time" in gateway.log()
    provider.mood = "good"
    until(lambda: status(gateway, of(key("rsa"))) == 101, "its keys are not seen", timeout=20)


def test_a_listener_that_never_speaks(start_gateway, provider):
    with socket.create_server(("127.0.0.1", provider.port)):
        gateway = start_gateway("--auth-jwt-jwks-url", provider.url, auth_mode="jwt")
        assert status(gateway, of(key("rsa"))) == 503
        gateway.stop()  # In the middle of a fetch.


def test_a_certificate_that_nobody_vouches_for(start_gateway, provider, tmp_path):
    provider.start()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    other = IdentityProvider(elsewhere, jwks(key("rsa")))
    nameless = IdentityProvider(elsewhere, jwks(key("rsa")), named=False)
    nameless.start()
    for url, ca_file in ((provider.url, other.ca_file), (nameless.url, nameless.ca_file)):
        gateway = start_gateway("--auth-jwt-jwks-url", url, "--auth-jwt-jwks-ca-file", ca_file, auth_mode="jwt")
        wait_for(gateway, "error")
        assert "has a certificate that is not trusted" in gateway.log()
        assert status(gateway, of(key("rsa"))) == 503
    nameless.stop()
    gateway = start_gateway("--auth-jwt-jwks-url", provider.url, auth_mode="jwt")
    wait_for(gateway, "error")
    assert provider.requests == nameless.requests == 0, "nothing is asked of a stranger"


def test_a_file_that_changes(start_gateway, tmp_path):
    # As Kubernetes mounts a Secret: the file is a link into a folder that is swapped as a whole.
    def put(folder, text):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "jwks.json").write_text(text)
        (tmp_path / "new").symlink_to(folder)
        os.replace(tmp_path / "new", tmp_path / "data")

    put("one", jwks(key("rsa")))
    (tmp_path / "jwks.json").symlink_to("data/jwks.json")
    gateway = start_gateway("--auth-jwt-jwks-file", tmp_path / "jwks.json", auth_mode="jwt")
    assert status(gateway, of(key("rsa"))) == 101
    put("two", jwks(key("p256")))
    until(lambda: status(gateway, of(key("p256"))) == 101, "the new key is not seen")
    expect_refused(gateway, of(key("rsa")), "unknown_key")
    put("three", "{")
    until(lambda: "the old keys go on" in gateway.log(), "the bad file is not told of")
    assert status(gateway, of(key("p256"))) == 101


def test_a_start_without_its_keys_says_why(start_gateway, tmp_path):
    (tmp_path / "short").write_text("short")
    for flags, words in ((["--auth-jwt-secret-file", tmp_path / "short"], "a secret needs at least 32"),
                         (["--auth-jwt-jwks-file", tmp_path / "nowhere"], "No such file"),
                         ([], "no key is named")):
        with pytest.raises(AssertionError, match="ended with 1"):
            start_gateway(*flags, auth_mode="jwt")
        logs = sorted(tmp_path.glob("gateway-*/gateway.log"), key=lambda path: path.stat().st_mtime)
        assert words in logs[-1].read_text(), words
