"""Callers of the control port: their tokens, and what each call answers them."""

import hashlib
import json
import os

import grpc
from control_client import CALL_SECONDS

from wsgate.v1 import control_service_pb2 as api

SERVICE = api.DESCRIPTOR.services_by_name["ControlService"]
SCOPES = ("send", "publish", "sessions.read", "sessions.write", "stats.read", "admin")
# What each call needs; a test fails where a call is missing here.
NEEDED = {
    "SendToUser": "send", "SendToUsers": "send", "SendToSession": "send", "Broadcast": "send", "SendStream": "send",
    "GetSession": "sessions.read", "ListSessions": "sessions.read", "GetUserStatus": "sessions.read",
    "WatchSessions": "sessions.read", "ReceiveMessages": "sessions.read",
    "Disconnect": "sessions.write", "Revoke": "sessions.write",
    "GetStats": "stats.read", "WatchStats": "stats.read", "GetLimits": "stats.read",
    "SetLimits": "admin", "Drain": "admin",
}
REFUSALS = (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED)


def token_of(name):
    return f"secret-of-{name}"


def entry(name, *scopes, **more):
    """A caller with a token of its own."""
    return {"name": name, "token_sha256": hashlib.sha256(token_of(name).encode()).hexdigest(),
            "scopes": list(scopes), **more}


def write_callers(path, *entries):
    """Replaces the file as a whole, as an editor or a mounted Secret does. JSON is YAML."""
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(list(entries), indent=1))
    os.replace(beside, path)
    return path


def bearer(token):
    return [("authorization", f"Bearer {token}")]


def opened(channel, method, metadata=(), timeout=CALL_SECONDS):
    """The call of `method` with an empty request, as an iterator of its answers."""
    path = f"/{SERVICE.full_name}/{method.name}"
    request = b""
    if method.name == "WatchSessions":
        request = api.WatchSessionsRequest(snapshot=True).SerializeToString()
    if method.client_streaming:
        return channel.stream_stream(path)(iter([]), metadata=metadata, timeout=timeout)
    return channel.unary_stream(path)(request, metadata=metadata, timeout=timeout)


def answer(channel, method, metadata=()):
    """None where the call was let in, whatever it then said; else the refusal."""
    call = opened(channel, method, metadata)
    try:
        for _ in call:
            break  # It has answered.
    except grpc.RpcError as error:
        return error if error.code() in REFUSALS else None
    finally:
        call.cancel()
    return None
