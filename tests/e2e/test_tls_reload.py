"""Certificates that change under two thousand sessions."""

import asyncio
import contextlib
import threading

import pytest
from certificates import MountedSecret, ServerFiles, replace
from gateway_process import until
from raw_client import RawClient

SESSIONS = 2000
SWAPS = 10
UPGRADE = ("GET /ws?user=u{number} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")


class Session(asyncio.Protocol):
    """Joins, then counts: its frames are texts that are shorter than 126 bytes."""

    def __init__(self, crowd, number):
        self._crowd, self._number = crowd, number
        self._unread, self._in = b"", False

    def connection_made(self, transport):
        transport.write(UPGRADE.format(number=self._number).encode())

    def data_received(self, data):
        self._unread += data
        if not self._in:
            head, end, self._unread = self._unread.partition(b"\r\n\r\n")
            if not end:
                self._unread = head
                return
            assert head.startswith(b"HTTP/1.1 101 "), head
            self._in = True
            self._crowd.joined += 1
        while len(self._unread) >= 2 and len(self._unread) >= 2 + self._unread[1]:
            size = self._unread[1]
            text, self._unread = self._unread[2:2 + size], self._unread[2 + size:]
            self._crowd.got.setdefault(text.decode(), set()).add(self._number)

    def connection_lost(self, _):
        self._crowd.lost.append(self._number)


class Crowd:
    """Sessions over TLS, in a thread of their own. `got`: who got which text."""

    def __init__(self, gateway, count):
        self.joined, self.got, self.lost = 0, {}, []
        self._gateway, self._count = gateway, count
        self._loop = asyncio.new_event_loop()
        self._transports = []
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def connect(self):
        asyncio.run_coroutine_threadsafe(self._connect(), self._loop).result(120)
        until(lambda: self.joined == self._count, f"only {self.joined} joined", timeout=60)

    async def _connect(self):
        host, port = self._gateway.client.rsplit(":", 1)
        context = self._gateway.tls.authority.client_context()
        numbers = iter(range(self._count))

        async def connect_some():
            for number in numbers:
                transport, _ = await self._loop.create_connection(
                    lambda number=number: Session(self, number), host, int(port), ssl=context)
                self._transports.append(transport)

        await asyncio.gather(*(connect_some() for _ in range(50)))

    def expect(self, text):
        until(lambda: len(self.got.get(text, ())) == self._count, f"not all have got {text}", timeout=20)
        assert not self.lost

    def stop(self):
        async def close():
            for transport in self._transports:
                transport.abort()
        asyncio.run_coroutine_threadsafe(close(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)


@pytest.fixture
def gather():
    """Makes crowds and ends them."""
    with contextlib.ExitStack() as stack:
        def start(gateway, count):
            crowd = Crowd(gateway, count)
            stack.callback(crowd.stop)
            crowd.connect()
            return crowd
        yield start


def shown(gateway):
    """The certificate that a newcomer sees."""
    with RawClient(gateway.client, tls=gateway.tls.authority.client_context()) as client:
        certificate = client.socket.getpeercert(binary_form=True)
        assert client.connect().status == 101
        return certificate


def reloads(gateway, result):
    return gateway.metric("wsgate_tls_certificate_reloads_total", f'result="{result}"')


def test_ten_certificates_under_two_thousand_sessions(start_tls_gateway, authority, connect_control, gather, tmp_path):
    files = MountedSecret(tmp_path / "tls", authority)
    gateway = start_tls_gateway("--session-ping-interval", "10m", tls=files)
    control = connect_control(gateway)
    crowd = gather(gateway, SESSIONS)
    for number in range(SWAPS):
        before, after = files.pair, authority.server_pair("rsa" if number % 2 else "p256")
        assert shown(gateway) == before.der
        if number < SWAPS // 2:
            files.replace(after)
        else:
            ServerFiles.replace(files, after)  # Plain files, which take the links' places first.
        until(lambda: shown(gateway) == after.der, "newcomers do not see it", pause=0.1)  # pylint: disable=cell-var-from-loop
        assert control.broadcast(text=f"swap {number}").matched >= SESSIONS
        crowd.expect(f"swap {number}")
    assert reloads(gateway, "ok") >= SWAPS
    assert len(crowd.got) == SWAPS
    control.expect_stats(sessions=SESSIONS)


def test_a_broken_pair_changes_nothing(start_tls_gateway, connect_control, gather):
    gateway = start_tls_gateway()
    control = connect_control(gateway)
    crowd = gather(gateway, 50)
    files, good = gateway.tls, gateway.tls.pair
    another = files.authority.server_pair()
    for number, (file, content, says) in enumerate([
            (files.key_file, another.key, "is not the key of"),
            (files.cert_file, b"garbage", "is no certificate in PEM form"),
            (files.key_file, b"", "private key")], start=1):
        failed = reloads(gateway, "error")
        replace(file, content)
        until(lambda: reloads(gateway, "error") == failed + 1, "no failed reload")  # pylint: disable=cell-var-from-loop
        (line,) = [line for line in gateway.log().splitlines() if says in line and "the old certificate goes on" in line]
        assert "error" in line and f"tls.{'key' if file == files.key_file else 'cert'}_file" in line
        assert shown(gateway) == good.der
        assert control.broadcast(text=f"still {number}").queued >= 50
        crowd.expect(f"still {number}")
        loaded = reloads(gateway, "ok")
        files.replace(good)
        until(lambda: reloads(gateway, "ok") > loaded, "no reload")  # pylint: disable=cell-var-from-loop
    # It is mended without a change of the file that was wrong: its other half comes late.
    replace(files.key_file, another.key)
    until(lambda: reloads(gateway, "error") >= 4, "no failed reload")
    replace(files.cert_file, another.certificate)
    until(lambda: shown(gateway) == another.der, "the pair is whole and not in force")
    crowd.expect("still 3")
    expiry = gateway.metric("wsgate_tls_certificate_expires_timestamp_seconds")
    assert expiry > 1e9
