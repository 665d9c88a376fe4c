"""The demo page in Chromium: messages come and go, and its lines do what they say."""

import datetime
import json
import re
import subprocess
import sys

import pytest
from client_drivers import BrowserClient
from gateway_process import clean_environment, until
from raw_client import RawClient

LOG_HAS = "[...document.querySelectorAll('#log li')].some((li) => li.textContent.includes({}))"
STATE_IS = "document.querySelector('#status').dataset.state === '{}'"


@pytest.fixture
def gateway(start_gateway):
    return start_gateway("--demo")


@pytest.fixture
def page(gateway):
    """The demo page, opened in Chromium."""
    browser = BrowserClient(gateway, page=f"http://{gateway.client}/")
    yield browser
    browser.stop()
    assert not browser.console, "a warning, an error, or something the policy forbade"


def log_has(text):
    return LOG_HAS.format(json.dumps(text))


def connect(page, user="ada"):
    page.do("fill", selector="#user", text=user)
    page.do("click", selector="#connect")
    page.wait(STATE_IS.format("open"))


def test_is_served_with_a_strict_policy(gateway):
    with RawClient(gateway.client) as raw:
        raw.socket.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = raw.read_answer()
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_is_not_served_unless_asked_for(start_gateway):
    plain = start_gateway()
    with RawClient(plain.client) as raw:
        raw.socket.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert raw.read_answer().status == 404


def test_messages_come_and_go(page, control):
    connect(page)
    assert control.send_to_user("ada", text="<b>hello</b>").queued == 1
    page.wait(log_has("<b>hello</b>"))
    assert control.send_to_user("ada", binary=b"\x00\xfe").queued == 1
    page.wait(log_has("binary, 2 bytes: 00 fe"))
    with control.receive() as inbox:
        page.do("fill", selector="#text", text="to the backend")
        page.do("click", selector="#send")
        said = inbox.next()
    assert (said.user_id, said.message.text) == ("ada", "to the backend")
    page.wait(log_has("→to the backend"))
    page.do("click", selector="#disconnect")
    control.expect_stats(sessions=0)


def speak_json(page):
    page.evaluate("document.querySelector('#protocol').value = 'json'")


def test_speaks_json_when_asked_to(page, control):
    speak_json(page)
    connect(page)
    (session,) = control.sessions()
    assert session.subprotocol == "wsgate.v1.json"
    page.wait(log_has(f"session {session.session_id}"))
    assert control.send_to_user("ada", text="<b>hello</b>").queued == 1
    page.wait(log_has("←<b>hello</b>"))
    assert control.send_to_user("ada", binary=b"\x00\xfe").queued == 1
    page.wait(log_has("binary, 2 bytes: 00 fe"))
    assert control.send_to_user("ada", json='{"a": [1]}').queued == 1
    page.wait(log_has('←{"a":[1]}'))
    page.do("fill", selector="#text", text="nobody listens")
    page.do("click", selector="#send")
    page.wait(log_has("request 1: NO_CONSUMER"))
    with control.receive() as inbox:
        page.do("fill", selector="#text", text="to the backend")
        page.do("click", selector="#send")
        assert inbox.next().message.text == "to the backend"
    page.wait(log_has("request 2: ok"))


def test_json_hears_pings_and_the_drain(start_gateway, connect_control):
    gateway = start_gateway("--demo", "--session-ping-interval", "1s")
    browser = BrowserClient(gateway, page=f"http://{gateway.client}/")
    speak_json(browser)
    connect(browser)
    # It lives by its answers, and its own watch stays quiet.
    control = connect_control(gateway)
    until(lambda: control.sessions(user_ids=["ada"], connected_for=datetime.timedelta(seconds=4)),
          "the page did not stay for four ping intervals", timeout=15)
    assert not browser.evaluate(log_has("closed:"))
    gateway.signal(15)
    browser.wait(log_has("draining: come back after"))
    assert gateway.wait() == 0
    browser.stop()


@pytest.mark.parametrize("user", ["ada", "Zoë O'Hara \"☃\" \\ $HOME", ""])
def test_its_lines_make_a_message_appear(page, user):
    connect(page, user)
    lines = page.evaluate("document.querySelector('#grpcurl').textContent")
    done = subprocess.run(lines, shell=True, capture_output=True, text=True, timeout=30, check=True)
    outcome = json.loads(done.stdout)["outcome"]
    assert (outcome["matched"], outcome["queued"]) == (1, 1)
    page.wait(log_has("←hello"))

    lines = page.evaluate("document.querySelector('#python').textContent")
    assert len(lines.splitlines()) == 2
    subprocess.run([sys.executable, "-c", lines], env=clean_environment(), timeout=30, check=True)
    page.wait("[...document.querySelectorAll('#log li')]"
              ".filter((li) => li.textContent.includes('←hello')).length === 2")


def test_comes_back_when_it_may(gateway, page, control):
    connect(page)
    (first,) = control.sessions()
    assert control.disconnect(4400, "moved reconnect_after_ms=10", user_id="ada") == 1
    page.wait(log_has("closed: code 4400, moved reconnect_after_ms=10"))
    page.wait(STATE_IS.format("open"))
    (second,) = control.sessions()
    assert second.session_id != first.session_id


@pytest.mark.parametrize("code, reason", [(0, ""), (4700, "do not"), (1000, "done")])
def test_stays_away_when_it_should(page, control, code, reason):
    connect(page)
    assert control.disconnect(code, reason, user_id="ada") == 1
    page.wait(STATE_IS.format("failed"))
    shown = page.evaluate("document.querySelector('#status').textContent")
    assert re.search(rf"code {code or 4500}, {reason or 'kicked'}", shown)


def test_says_when_it_is_not_let_in(start_gateway):
    gateway = start_gateway("--demo", "--limits-sessions-per-user-max", 1)
    with RawClient(gateway.client) as other:
        assert other.connect("/ws?user=ada").status == 101
        browser = BrowserClient(gateway, page=f"http://{gateway.client}/")
        browser.do("click", selector="#connect")
        browser.wait(STATE_IS.format("failed"))
        browser.stop()
    assert "Unexpected response code: 429" in " ".join(browser.console)


def test_fits_a_small_screen(page):
    page.do("resize", width=360, height=740)
    page.wait("innerWidth === 360 && document.documentElement.scrollWidth <= 360")
