"""Callers of the control API that are bound to a tenant reach its sessions alone."""

import time

import grpc
import jwt
import pytest
from control_callers import SERVICE, bearer, entry, token_of, write_callers
from control_client import CALL_SECONDS, error_details
from raw_client import RawClient

from wsgate.v1 import control_service_pb2 as api
from wsgate.v1 import control_service_pb2_grpc as api_grpc
from wsgate.v1 import message_pb2

METHODS = {method.name: method for method in SERVICE.methods}


@pytest.fixture
def tenants(start_gateway, tmp_path):
    """ada of acme, bob of other, eve of both; a caller that is bound to acme, and one that is not."""
    secret = "0123456789abcdef0123456789abcdef"
    (tmp_path / "secret").write_text(secret)
    callers = write_callers(tmp_path / "callers.yaml",
                            entry("bound", "send", "sessions.read", "sessions.write", "admin", tenant="acme"),
                            entry("free", "admin"))
    gateway = start_gateway("--control-auth-mode", "token", "--control-auth-tokens-file", callers,
                            "--auth-jwt-secret-file", tmp_path / "secret", "--auth-jwt-claims-tenant", "tenant",
                            auth_mode="jwt")
    sessions = {}
    for user, tenant in (("ada", "acme"), ("bob", "other"), ("eve", "acme"), ("eve", "other")):
        made = jwt.encode({"sub": user, "tenant": tenant, "exp": int(time.time()) + 600}, secret, algorithm="HS256")
        client = RawClient(gateway.client)
        assert client.connect(headers=[f"Authorization: Bearer {made}"]).status == 101
        sessions[user, tenant] = client
    with grpc.insecure_channel(gateway.control) as opened_channel:
        yield api_grpc.ControlServiceStub(opened_channel), sessions
    for client in sessions.values():
        client.socket.close()


def test_a_caller_of_a_tenant_reaches_no_other(tenants):
    stub, sessions = tenants
    bound, free = ({"metadata": bearer(token_of(name)), "timeout": CALL_SECONDS} for name in ("bound", "free"))
    hello = message_pb2.Message(text="hello")
    ids = {s.user_id + s.tenant: s.session_id for s in stub.ListSessions(api.ListSessionsRequest(), **free).sessions}
    assert len(ids) == 4
    seen = stub.ListSessions(api.ListSessionsRequest(), **bound).sessions
    assert sorted((s.user_id, s.tenant) for s in seen) == [("ada", "acme"), ("eve", "acme")]

    def counts(outcome):
        return outcome.matched, outcome.queued, outcome.offline
    assert counts(stub.SendToUser(api.SendToUserRequest(user_id="ada", message=hello), **bound).outcome) == (1, 1, 0)
    assert counts(stub.SendToUser(api.SendToUserRequest(user_id="bob", message=hello), **bound).outcome) == (0, 0, 1)
    assert counts(stub.SendToUser(api.SendToUserRequest(user_id="eve", message=hello), **bound).outcome) == (1, 1, 0)
    many = stub.SendToUsers(api.SendToUsersRequest(user_ids=["ada", "bob", "eve"], message=hello), **bound)
    assert (counts(many.outcome), many.offline_user_ids) == ((2, 2, 1), ["bob"])
    assert counts(stub.Broadcast(api.BroadcastRequest(message=hello), **bound).outcome)[0] == 2
    assert counts(stub.Broadcast(api.BroadcastRequest(message=hello), **free).outcome)[0] == 4
    item = api.SendStreamRequest(item_id=1, broadcast=api.BroadcastRequest(message=hello))
    (answered,) = next(stub.SendStream(iter([item]), **bound)).results
    assert answered.outcome.matched == 2
    assert stub.SendToSession(api.SendToSessionRequest(session_id=ids["adaacme"], message=hello), **bound)
    shown = stub.GetSession(api.GetSessionRequest(session_id=ids["adaacme"]), **bound)
    assert shown.session.user_id == "ada"
    for call, request in ((stub.SendToSession, api.SendToSessionRequest(session_id=ids["bobother"], message=hello)),
                          (stub.GetSession, api.GetSessionRequest(session_id=ids["bobother"]))):
        with pytest.raises(grpc.RpcError) as error:
            call(request, **bound)
        assert error.value.code() == grpc.StatusCode.NOT_FOUND
        assert call(request, **free)
    watch = stub.WatchSessions(api.WatchSessionsRequest(snapshot=True), **bound)
    assert {next(watch).connected.user_id, next(watch).connected.user_id} == {"ada", "eve"}
    assert next(watch).snapshot_done.sessions == 2

    def disconnect(who, **target):
        return stub.Disconnect(api.DisconnectRequest(target=message_pb2.Target(**target)), **who).disconnected
    assert disconnect(bound, session_id=ids["bobother"]) == 0
    assert disconnect(bound, user_id="bob") == 0
    assert disconnect(bound, user_id="eve") == 1
    assert next(watch).disconnected.session.tenant == "acme"
    assert disconnect(bound, all=True) == 1
    assert disconnect(free, all=True) == 2
    assert [sessions["bob", "other"].read_message() for _ in range(2)] == ["hello"] * 2  # Both of `free`.


def test_what_cannot_be_held_to_a_tenant_is_refused(tenants):
    stub, _ = tenants
    bound = {"metadata": bearer(token_of("bound")), "timeout": CALL_SECONDS}
    for name in ("GetUserStatus", "Revoke", "GetStats", "GetLimits", "SetLimits", "Drain"):
        method = METHODS[name]
        with pytest.raises(grpc.RpcError) as error:
            getattr(stub, name)(getattr(api, method.input_type.name)(), **bound)
        assert error.value.code() == grpc.StatusCode.PERMISSION_DENIED
        assert error_details(error.value)["ErrorInfo"].reason == "TENANT_BOUND", name
    for name in ("WatchStats", "ReceiveMessages"):
        argument = api.WatchStatsRequest() if name == "WatchStats" else iter([])
        with pytest.raises(grpc.RpcError) as error:
            list(getattr(stub, name)(argument, **bound))
        assert error.value.code() == grpc.StatusCode.PERMISSION_DENIED
