"""permessage-deflate with real client libraries: offered or not, taken or not, and every message whole."""

import random

import pytest
from client_drivers import CLIENTS, BrowserClient
from gateway_process import until

MIB = 1 << 20
BYTES_MIN = 200

ON = ("--compression-enabled", "true", "--compression-bytes-min", BYTES_MIN)
# So that a client may say all of MESSAGES at once.
ROOMY = ("--limits-message-bytes-max", MIB, "--limits-bytes-per-second", 64 * MIB, "--limits-bytes-burst", 64 * MIB)

RANDOM = random.Random(7692).randbytes(100_000)  # Does not get shorter.
# The same again: who kept an earlier message's window, where the other did not, would not understand it.
MESSAGES = 2 * [
    "",
    "ok",
    "a" * (BYTES_MIN - 1),
    "a" * BYTES_MIN,
    "héllo, wörld ☃ " * 300,
    b"\x00\xff" * 2000,
    RANDOM,
    "0123456789abcdef" * (MIB // 16),
    b"wsgate" * 20_000,
]
ALL_COMPRESS = 1024  # From here on every library compresses what it sends; some begin at its first byte.

OFFERS = [(client, compression) for client in CLIENTS for compression in client.compressions]
NO_OFFERS = [(client, "") for client in CLIENTS if client is not BrowserClient]  # That one always offers.


def name_of(value):
    return value.__name__ if isinstance(value, type) else value or "off"


@pytest.fixture
def start_client():
    """Connects clients, and stops them after the test."""
    started = []

    def start(kind, gateway, user, compression):
        started.append(kind(gateway))
        started[-1].connect(gateway.ws_url(user), compression)
        return started[-1]

    yield start
    for client in started:
        client.stop()


def size(message):
    return len(message.encode() if isinstance(message, str) else message)


def send(control, user, message):
    kind = "text" if isinstance(message, str) else "binary"
    assert control.send_to_user(user, **{kind: message}).queued == 1


def check_both_ways(control, client, user):
    """Every message arrives as it was sent."""
    for message in MESSAGES:  # One after the other: together they are more than a session's queue holds.
        send(control, user, message)
        assert client.receive() == message
    with control.receive() as inbox:
        for message in MESSAGES:
            client.send(message)
        for message in MESSAGES:
            said = inbox.next().message
            assert (said.text if isinstance(message, str) else said.binary) == message


def compressed(gateway, direction):
    """(messages, their payload bytes, their bytes on the wire)"""
    return tuple(gateway.metric(f"wsgate_compressed_{what}_total", f'direction="{direction}"')
                 for what in ("messages", "payload_bytes", "wire_bytes"))


@pytest.mark.parametrize("kind, compression", OFFERS, ids=name_of)
def test_an_offer_is_taken_and_messages_arrive_whole(start_gateway, connect_control, start_client, kind, compression):
    gateway = start_gateway(*ON, *ROOMY)
    control = connect_control(gateway)
    client = start_client(kind, gateway, "ada", compression)
    assert client.extensions.startswith("permessage-deflate")
    if ";" in client.extensions:  # Some libraries show no parameters.
        assert "server_no_context_takeover" in client.extensions
        assert "client_no_context_takeover" in client.extensions
    (session,) = control.sessions(user_ids=["ada"])
    assert session.compressed

    check_both_ways(control, client, "ada")

    shorter = [size(message) for message in MESSAGES if message != RANDOM]
    # What does not fit into a smaller window that the client asked for goes as it is.
    most = 1 << int(compression) if compression == "9" else MIB + 1
    expected = [bytes_ for bytes_ in shorter if BYTES_MIN <= bytes_ < most]
    until(lambda: compressed(gateway, "out")[:2] == (len(expected), sum(expected)),
          f"{len(expected)} messages of {sum(expected)} bytes were to be sent compressed")
    assert compressed(gateway, "out")[2] < sum(expected) / 2
    messages, payload_bytes, wire_bytes = compressed(gateway, "in")
    large = [bytes_ for bytes_ in shorter if bytes_ >= ALL_COMPRESS]
    assert len(large) <= messages <= len(MESSAGES)
    assert sum(large) <= payload_bytes and wire_bytes < payload_bytes / 4

    # A Close is never compressed.
    assert control.disconnect(4700, 40 * "why", user_id="ada") == 1
    assert client.closed() == (4700, 40 * "why")


@pytest.mark.parametrize("kind, compression", OFFERS, ids=name_of)
def test_is_off_by_default(start_gateway, connect_control, start_client, kind, compression):
    gateway = start_gateway(*ROOMY)
    check_is_off(gateway, connect_control(gateway), start_client(kind, gateway, "ada", compression))


@pytest.mark.parametrize("kind, compression", NO_OFFERS, ids=name_of)
def test_who_does_not_offer_it_gets_none(start_gateway, connect_control, start_client, kind, compression):
    gateway = start_gateway(*ON, *ROOMY)
    check_is_off(gateway, connect_control(gateway), start_client(kind, gateway, "ada", compression))


def check_is_off(gateway, control, client):
    assert client.extensions == ""
    (session,) = control.sessions(user_ids=["ada"])
    assert not session.compressed
    check_both_ways(control, client, "ada")
    control.expect_stats(sessions=1)
    assert compressed(gateway, "out") == compressed(gateway, "in") == (0, 0, 0)


def test_a_broadcast_is_compressed_once_for_all_who_take_it(start_gateway, connect_control, start_client):
    gateway = start_gateway(*ON, "--shards", 1)
    control = connect_control(gateway)
    clients = [start_client(kind, gateway, f"user-{i}", compression)
               for i, (kind, compression) in enumerate(OFFERS + NO_OFFERS)]
    text = "good morning, all of you ☃ " * 10
    assert control.broadcast(text=text).queued == len(clients)
    assert [client.receive() for client in clients] == [text] * len(clients)
    until(lambda: compressed(gateway, "out")[0] == len(OFFERS), "not sent compressed to all who offered")
    assert gateway.metric("wsgate_compressions_total") == 1


@pytest.mark.parametrize("kind, compression", OFFERS, ids=name_of)
def test_what_unfolds_above_the_limit_ends_the_session(start_gateway, connect_control, start_client, kind, compression):
    gateway = start_gateway(*ON, "--limits-message-bytes-max", 100_000)
    control = connect_control(gateway)
    client = start_client(kind, gateway, "ada", compression)
    with control.receive() as inbox:
        client.send("a" * 100_000)
        assert inbox.next().message.text == "a" * 100_000
        client.send("a" * 100_001)
        assert client.closed() == (1009, "message_too_big")
    control.expect_stats(closed={"message_too_big": 1})
