"""Each limit at the door: just let in, just refused, and SetLimits while it runs."""

import pytest
from raw_client import RawClient


@pytest.fixture
def open_client(start_gateway):
    """Opens raw clients and closes them after the test, before the gateway stops."""
    opened = []

    def connect(gateway, **settings):
        opened.append(RawClient(gateway.client, **settings))
        return opened[-1]

    yield connect
    for client in opened:
        client.socket.close()


def join(client, target):
    """Connects and returns the HTTP status."""
    return client.connect(target).status


def test_the_1001st_session_is_refused(start_gateway, connect_control, open_client):
    gateway = start_gateway("--limits-sessions-per-node-max", 1000)
    control = connect_control(gateway)
    sessions = [open_client(gateway) for _ in range(1000)]
    assert [join(s, f"/ws?user=u{i}") for i, s in enumerate(sessions)] == [101] * 1000

    refused = open_client(gateway).connect("/ws?user=late")
    assert refused.status == 503
    assert int(refused.headers["retry-after"]) > 0
    control.expect_stats(sessions=1000)
    control.expect_stats(refused={"node_full": 1})

    sessions[0].send_close()
    assert sessions[0].read_close() == (1000, "")
    control.expect_stats(sessions=999)
    assert join(open_client(gateway), "/ws?user=next") == 101
    assert join(open_client(gateway), "/ws?user=late") == 503

    assert control.set_limits(sessions_per_node_max=1001).sessions_per_node_max == 1001
    assert join(open_client(gateway), "/ws?user=late") == 101
    control.set_limits(sessions_per_node_max=10)
    assert join(open_client(gateway), "/ws?user=later") == 503
    control.expect_stats(sessions=1001)  # A lower cap drops nobody.
    assert control.broadcast(text="still here").queued == 1001
    assert sessions[999].read_message() == "still here"


def test_sessions_per_user(start_gateway, connect_control, open_client):
    gateway = start_gateway("--limits-sessions-per-user-max", 2)
    control = connect_control(gateway)
    first = open_client(gateway)
    assert join(first, "/ws?user=ada") == 101
    assert join(open_client(gateway), "/ws?user=ada") == 101
    refused = open_client(gateway).connect("/ws?user=ada")
    assert refused.status == 429
    assert int(refused.headers["retry-after"]) > 0
    assert join(open_client(gateway), "/ws?user=bob") == 101, "the cap is each user's own"
    for _ in range(3):
        assert join(open_client(gateway), "/ws") == 101, "anonymous sessions have no user's cap"

    first.send_close()
    first.read_close()
    control.expect_stats(sessions=5)
    assert join(open_client(gateway), "/ws?user=ada") == 101

    control.set_limits(sessions_per_user_max=3)
    assert join(open_client(gateway), "/ws?user=ada") == 101
    control.set_limits(sessions_per_user_max=1)
    assert join(open_client(gateway), "/ws?user=ada") == 429
    assert control.send_to_user("ada", text="hello").queued == 3, "a lower cap drops nobody"
    control.set_limits(sessions_per_user_max=0)
    assert join(open_client(gateway), "/ws?user=ada") == 101, "0 is off"


def test_handshakes_in_flight(start_gateway, connect_control, open_client):
    gateway = start_gateway("--shards", 1, "--limits-handshakes-in-flight-max", 1)
    control = connect_control(gateway)
    assert join(open_client(gateway), "/ws?user=first") == 101
    slow = open_client(gateway)
    slow.socket.sendall(slow.request()[:-4])
    waiting = open_client(gateway)
    waiting.socket.sendall(waiting.request("/ws?user=ada"))
    before = gateway.cpu_seconds()
    assert waiting.is_silent_for(0.5), "it waits in the backlog"
    assert gateway.cpu_seconds() - before < 0.25, "whoever waits must not keep a shard busy"
    slow.socket.sendall(b"\r\n\r\n")
    assert slow.read_answer().status == 101
    assert waiting.read_answer().status == 101, "the first one's 101 made room"

    slow = open_client(gateway)
    slow.socket.sendall(slow.request()[:-4])
    waiting = open_client(gateway)
    waiting.socket.sendall(waiting.request("/ws?user=bob"))
    assert waiting.is_silent_for(0.3)
    control.set_limits(handshakes_in_flight_max=2)
    assert waiting.read_answer().status == 101, "the limit rose while it waited"
    control.expect_stats(sessions=4)


def test_handshake_timeout(start_gateway, connect_control, open_client):
    gateway = start_gateway("--limits-handshake-timeout", "500ms")
    control = connect_control(gateway)
    late = open_client(gateway)
    late.socket.sendall(late.request()[:-4])
    in_time = open_client(gateway)
    assert join(in_time, "/ws?user=ada") == 101
    try:
        assert late.read_answer().status == 408
    except EOFError:
        pass  # Closed without an answer is as good: nobody was asking.
    control.expect_stats(refused={"handshake_timeout": 1})

    control.set_limits(handshake_timeout={"seconds": 60})
    patient = open_client(gateway)
    patient.socket.sendall(patient.request()[:-4])
    assert patient.is_silent_for(1.5), "the longer limit holds for newcomers"
    patient.socket.sendall(b"\r\n\r\n")
    assert patient.read_answer().status == 101
    control.expect_stats(sessions=2)


def padded(client, target, head_bytes):
    """An upgrade request whose head is exactly so long."""
    plain = len(client.request(target, ["X-Padding: "]))
    request = client.request(target, ["X-Padding: " + "x" * (head_bytes - plain)])
    assert len(request) == head_bytes
    return request


def ask(open_client, gateway, head_bytes):
    client = open_client(gateway)
    client.socket.sendall(padded(client, "/ws?user=ada", head_bytes))
    return client.read_answer().status


def test_header_bytes(start_gateway, connect_control, open_client):
    gateway = start_gateway("--limits-header-bytes-max", 2000)
    control = connect_control(gateway)
    assert ask(open_client, gateway, 2000) == 101
    assert ask(open_client, gateway, 2001) == 431
    control.set_limits(header_bytes_max=2001)
    assert ask(open_client, gateway, 2001) == 101
    assert ask(open_client, gateway, 2002) == 431
    control.expect_stats(sessions=2)


def test_one_place_refuses_a_value_above_its_ceiling(control):
    import grpc
    from control_client import bad_fields
    before = control.limits()
    for field, value in (("message_bytes_max", (64 << 20) + 1), ("sessions_per_user_max", 1025),
                         ("header_bytes_max", 65537), ("bytes_per_second", (1 << 30) + 1)):
        with pytest.raises(grpc.RpcError) as caught:
            control.set_limits(**{field: value, "messages_burst": 200})
        assert bad_fields(caught.value) == [f"limits.{field}"]
    assert control.limits() == before, "a refused change changes nothing"
