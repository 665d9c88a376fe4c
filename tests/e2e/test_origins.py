"""Whose pages may connect: real pages in Chromium, of the gateway's own host and of others."""

import pytest
from client_drivers import BrowserClient
from client_drivers.browser import BlankPage
from raw_client import RawClient
from token_door import claims
from token_makers import jwks, key, token


@pytest.fixture
def other_page():
    """A page of another origin: the port is part of it."""
    page = BlankPage()
    yield page
    page.stop()


@pytest.fixture
def open_page():
    opened = []

    def start(gateway, page=None):
        opened.append(BrowserClient(gateway, page))
        return opened[-1]

    yield start
    for browser in opened:
        browser.stop()


def test_a_page_of_another_host_is_refused(gateway, open_page, other_page):
    assert open_page(gateway, other_page.url).refusal(gateway.ws_url("ada")) == 403
    assert gateway.metric("wsgate_sessions_refused_total", 'reason="origin"') == 1
    own = open_page(gateway)
    own.connect(gateway.ws_url("ada"))
    own.send("hello")


def test_a_page_that_is_named_may_connect(start_gateway, open_page, other_page):
    gateway = start_gateway("--origins-allowed", f"https://chat.example, {other_page.url.rstrip('/')}")
    open_page(gateway, other_page.url).connect(gateway.ws_url("ada"))
    assert open_page(gateway).refusal(gateway.ws_url("ada")) == 403, "its own host is not named"
    everybody = start_gateway("--origins-allowed", "*")
    open_page(everybody, other_page.url).connect(everybody.ws_url("ada"))


def test_a_page_brings_its_token_as_a_subprotocol(start_gateway, open_page, connect_control, tmp_path):
    file = tmp_path / "jwks.json"
    file.write_text(jwks(key("p256")))
    gateway = start_gateway("--auth-jwt-jwks-file", file, auth_mode="jwt")
    page, url = open_page(gateway), gateway.ws_url()
    good = token("ES256", key("p256"), claims(aud=None))
    assert page.connect_as(url, [f"wsgate.bearer.{good}", "wsgate.v1.json"]) == "wsgate.v1.json"
    (session,) = connect_control(gateway).sessions()
    assert (session.user_id, session.subprotocol) == ("ada", "wsgate.v1.json")


@pytest.mark.parametrize("missing, status", [("allow", 101), ("refuse", 403)])
def test_who_has_no_origin(start_gateway, missing, status):
    gateway = start_gateway("--origins-missing", missing)
    with RawClient(gateway.client) as client:
        assert client.connect().status == status
    with RawClient(gateway.client) as client:
        assert client.connect(headers=[f"Origin: http://{gateway.client}"]).status == 101
    with RawClient(gateway.client) as client:
        assert client.connect(headers=["Origin: null"]).status == 403
