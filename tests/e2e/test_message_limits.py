"""Each limit on messages: just taken, just refused, and SetLimits while it runs."""

import grpc
import pytest
from control_client import bad_fields
from raw_client import RawClient

MIB = 1 << 20


@pytest.fixture
def join(start_gateway):
    """Opens raw sessions and closes them after the test, before the gateway stops."""
    opened = []

    def connect(gateway, user, **settings):
        client = RawClient(gateway.client, **settings)
        opened.append(client)
        assert client.connect(f"/ws?user={user}").status == 101
        return client

    yield connect
    for client in opened:
        client.socket.close()


def test_message_bytes(start_gateway, connect_control, join):
    gateway = start_gateway("--limits-message-bytes-max", 1000)
    control = connect_control(gateway)
    ada, bob = join(gateway, "ada"), join(gateway, "bob")
    with control.receive() as inbox:
        ada.send("x" * 1000)
        assert inbox.next().message.text == "x" * 1000
        ada.send("x" * 1001)
        assert ada.read_close()[0] == 1009
        control.set_limits(message_bytes_max=1001)
        bob.send("y" * 1001)
        assert inbox.next().message.text == "y" * 1001, "what was too long did not come"
        bob.send("y" * 1002)
        assert bob.read_close()[0] == 1009
    control.expect_stats(closed={"message_too_big": 2})


def test_message_bytes_counts_fragments_together(start_gateway, join):
    gateway = start_gateway("--limits-message-bytes-max", 1000)
    ada = join(gateway, "ada")
    ada.socket.sendall(bytes([0x01, 0x80 | 126, 0x02, 0x58]) + bytes(4) + b"x" * 600)
    ada.socket.sendall(bytes([0x80, 0x80 | 126, 0x02, 0x58]) + bytes(4) + b"x" * 600)
    assert ada.read_close()[0] == 1009


def test_send_bytes(start_gateway, connect_control, join):
    gateway = start_gateway("--limits-send-bytes-max", 1000)
    control = connect_control(gateway)
    ada = join(gateway, "ada")
    (session,) = control.sessions()
    sends = {
        "user": lambda text: control.send_to_user("ada", text=text),
        "users": lambda text: control.send_to_users(["ada"], text=text).outcome,
        "session": lambda text: control.send_to_session(session.session_id, text=text),
        "broadcast": lambda text: control.broadcast(text=text),
    }
    for name, send in sends.items():
        assert send("x" * 1000).queued == 1, name
        assert ada.read_message() == "x" * 1000
        with pytest.raises(grpc.RpcError) as caught:
            send("x" * 1001)
        assert bad_fields(caught.value)[0].split(".")[0] == "message", name
    control.set_limits(send_bytes_max=1001)
    assert control.send_to_user("ada", binary=b"x" * 1001).queued == 1
    assert ada.read_message() == b"x" * 1001
    with pytest.raises(grpc.RpcError):
        control.send_to_user("ada", binary=b"x" * 1002)


def test_send_bytes_ceiling_is_reached(start_gateway, connect_control, join):
    gateway = start_gateway("--limits-send-bytes-max", 64 * MIB,
                            "--limits-queued-bytes-per-session-max", 128 * MIB)
    control = connect_control(gateway)
    ada = join(gateway, "ada")
    assert control.send_to_user("ada", binary=b"x" * (64 * MIB)).queued == 1
    assert len(ada.read_message()) == 64 * MIB


def test_messages_per_second(start_gateway, connect_control, join):
    gateway = start_gateway("--limits-messages-per-second", 1, "--limits-messages-burst", 5)
    control = connect_control(gateway)
    ada, bob, eve = (join(gateway, name) for name in ("ada", "bob", "eve"))
    with control.receive() as inbox:
        for number in range(5):
            ada.send(f"ada {number}")
        assert [inbox.next().message.text for _ in range(5)] == [f"ada {n}" for n in range(5)]
        for number in range(2):  # One token may have come back meanwhile, never two.
            ada.send(f"too much {number}")
        assert ada.read_close() == (4503, "message_rate")

        control.set_limits(messages_per_second=1, messages_burst=20)
        for number in range(20):
            bob.send(f"bob {number}")
        heard = [inbox.next().message.text for _ in range(20)]
        assert [text for text in heard if text.startswith("bob")] == heard[-len(
            [text for text in heard if text.startswith("bob")]):]

        control.set_limits(messages_per_second=0)
        for number in range(500):
            eve.send(f"eve {number}")
        last = inbox.next().message.text
        while last != "eve 499":
            last = inbox.next().message.text
    control.expect_stats(closed={"message_rate": 1})
    control.expect_stats(sessions=2)  # SetLimits dropped nobody.


def test_bytes_per_second(start_gateway, connect_control, join):
    gateway = start_gateway("--limits-bytes-per-second", 10, "--limits-bytes-burst", 1000)
    control = connect_control(gateway)
    ada, bob, tim, eve = (join(gateway, name) for name in ("ada", "bob", "tim", "eve"))
    with control.receive() as inbox:
        ada.send("x" * 900)
        assert inbox.next().message.text == "x" * 900
        ada.send("y" * 600)
        assert ada.read_close() == (4504, "byte_rate")
        control.set_limits(bytes_burst=5008)  # A frame's header counts too: 8 bytes at this size.
        bob.send("z" * 5000)
        assert inbox.next().message.text == "z" * 5000, "what was over the rate did not come"
        tim.send("z" * 5001)
        assert tim.read_close() == (4504, "byte_rate")
        control.set_limits(bytes_per_second=0)
        for _ in range(20):
            eve.send("e" * 60000)
        assert [len(inbox.next().message.text) for _ in range(20)] == [60000] * 20
    control.expect_stats(closed={"byte_rate": 2})
    control.expect_stats(sessions=2)


def fill(control, user, bound):
    """Sends to a session that does not read until one is dropped; returns how many were queued."""
    for queued in range(10000):
        outcome = control.send_to_user(user, binary=b"q" * 16384)
        assert outcome.matched == 1
        if not outcome.queued:
            assert dict(outcome.dropped) == {"queue_full": 1}
            return queued
        waiting = control.sessions(user_ids=[user])[0].queued_bytes
        assert waiting <= bound, "the queue never holds more than its bound"
    raise AssertionError("the queue has no bound")


def test_queued_bytes_per_session(start_gateway, connect_control, join):
    gateway = start_gateway("--limits-queued-bytes-per-session-max", 256 * 1024)
    control = connect_control(gateway)
    slow = join(gateway, "slow", receive_buffer=4096)
    reader = join(gateway, "reader")
    fill(control, "slow", 256 * 1024)
    control.expect_stats(closed={"slow_consumer": 1})
    assert control.send_to_user("reader", text="unharmed").queued == 1
    assert reader.read_message() == "unharmed"
    # What was in the kernel still arrives; if a Close does, it has its own code.
    assert slow.read_close() in (None, (4002, "slow_consumer"))

    control.set_limits(queued_bytes_per_session_max=MIB)
    control.expect_stats(sessions=1)
    join(gateway, "slower", receive_buffer=4096)
    large = fill(control, "slower", MIB)
    assert large * 16384 >= MIB * 15 // 16, "the higher bound holds more"


def test_a_reader_gets_more_than_the_bound(start_gateway, connect_control, join):
    gateway = start_gateway("--limits-queued-bytes-per-session-max", 256 * 1024)
    control = connect_control(gateway)
    reader = join(gateway, "reader")
    for number in range(100):
        assert control.send_to_user("reader", text=f"{number} " + "x" * 16000).queued == 1
        assert reader.read_message().split(" ")[0] == str(number)
    assert control.stats().closed.get("slow_consumer", 0) == 0
