"""A session lives as long as its token: expiry, refresh, Revoke."""

import json
import time

import grpc
import pytest
from control_client import bad_fields, error_details
from google.protobuf.timestamp_pb2 import Timestamp
from token_door import claims, expect_refused, joined, json_session, status
from token_makers import jwks, key, token

from wsgate.v1 import control_service_pb2 as api


@pytest.fixture
def gateway(start_gateway, tmp_path):
    file = tmp_path / "jwks.json"
    file.write_text(jwks(key("secret"), key("p256")))
    return start_gateway("--auth-jwt-jwks-file", file, "--auth-jwt-audience", "chat", "--auth-jwt-leeway", "0s",
                         auth_mode="jwt")


def of(**changes):
    return token("ES256", key("p256"), claims(**changes))


def ask(client, request):
    """The reply to a request; pings and pushes between are left out."""
    client.send(json.dumps({"id": 1, **request}))
    while True:
        reply = json.loads(client.read_message())
        if reply.get("id") == 1:
            return reply


def test_expiry_closes_live_sessions(gateway):
    ends = int(time.time()) + 2
    clients = [joined(gateway, of(exp=ends)) for _ in range(20)]
    lasting = joined(gateway, of())
    for client in clients:
        assert client.read_close() == (4501, "token_expired")
        client.socket.close()
    assert 0 <= time.time() - ends < 1
    assert gateway.metric("wsgate_sessions_closed_total", 'reason="token_expired",code="4501"') == 20
    assert status(gateway, of(exp=ends)) == 401
    lasting.send_close()
    assert lasting.read_close() == (1000, "")


def test_a_refresh_in_time_keeps_it(gateway):
    ends = int(time.time()) + 2
    with json_session(gateway, of(exp=ends)) as client:
        assert ask(client, {"refresh": {"token": "no.token.this"}})["error"]["reason"] == "TOKEN_REFUSED"
        assert ask(client, {"refresh": {}})["error"]["reason"] == "BAD_FIELD"
        assert ask(client, {"refresh": {"token": of(exp=ends + 2)}}) == {"id": 1, "ok": {}}
        assert client.read_close() == (4501, "token_expired")
        assert 2 <= time.time() - ends < 3, "it lived as long as its second token"


def test_a_refresh_as_somebody_else_ends_it(gateway):
    with json_session(gateway, of()) as client:
        client.send(json.dumps({"refresh": {"token": of(sub="grace")}}))
        assert client.read_close() == (4505, "other_user")


def test_revoke_a_token(gateway, connect_control):
    control = connect_control(gateway)
    with joined(gateway, of(jti="one")) as one, joined(gateway, of(jti="two")) as two:
        begun = time.monotonic()
        assert control.stub.Revoke(api.RevokeRequest(token_id="one")).disconnected == 1
        assert one.read_close() == (4502, "token_revoked")
        assert time.monotonic() - begun < 1
        expect_refused(gateway, of(jti="one"), "revoked")
        assert status(gateway, of(jti="three")) == 101
        two.send("still here")
        assert control.send_to_user("ada", text="hi").queued >= 1


def test_revoke_a_user(gateway, connect_control):
    control = connect_control(gateway)
    now = int(time.time())
    clients = [joined(gateway, of(iat=now - 10)) for _ in range(5)]
    grace = joined(gateway, of(sub="grace", iat=now - 10))
    later = joined(gateway, of(iat=now + 5))
    begun = time.monotonic()
    not_before = Timestamp(seconds=now)
    assert control.stub.Revoke(api.RevokeRequest(user_id="ada", not_before=not_before)).disconnected == 5
    for client in clients:
        assert client.read_close() == (4502, "token_revoked")
        client.socket.close()
    assert time.monotonic() - begun < 1
    expect_refused(gateway, of(iat=now - 1), "revoked")
    expect_refused(gateway, of(iat=None), "revoked")
    assert status(gateway, of(iat=now)) == 101
    assert control.stub.Revoke(api.RevokeRequest(user_id="grace")).disconnected == 1, "absent: now"
    assert grace.read_close() == (4502, "token_revoked")
    later.send_close()
    assert later.read_close() == (1000, "")
    assert gateway.metric("wsgate_auth_revocations") == 2


def test_a_revocation_is_over_in_time(gateway, connect_control):
    control = connect_control(gateway)
    soon = Timestamp(seconds=int(time.time()) + 2)
    control.stub.Revoke(api.RevokeRequest(token_id="one", expire_time=soon))
    assert status(gateway, of(jti="one")) == 401
    while time.time() < soon.seconds:
        assert status(gateway, of(jti="two")) == 101
    assert status(gateway, of(jti="one")) == 101


def test_bad_revocations(gateway, connect_control, start_gateway):
    control = connect_control(gateway)
    past = Timestamp(seconds=1)
    for request, field in ((api.RevokeRequest(), "tokens"),
                           (api.RevokeRequest(token_id=""), "token_id"),
                           (api.RevokeRequest(user_id="a\nb"), "user_id"),
                           (api.RevokeRequest(token_id="x", not_before=past), "not_before"),
                           (api.RevokeRequest(token_id="x", expire_time=past), "expire_time")):
        with pytest.raises(grpc.RpcError) as error:
            control.stub.Revoke(request)
        assert bad_fields(error.value) == [field]
    without = connect_control(start_gateway())
    with pytest.raises(grpc.RpcError) as error:
        without.stub.Revoke(api.RevokeRequest(token_id="x"))
    assert error.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert error_details(error.value)["ErrorInfo"].reason == "TOKENS_OFF"
