"""Callers of the control port: their tokens, their certificates, and what each call answers them."""

import datetime
import hashlib
import ipaddress
import json
import os

import grpc
from control_client import CALL_SECONDS
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

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


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
    """Signs certificates."""

    def __init__(self, name):
        self.name, self._key = name, ec.generate_private_key(ec.SECP256R1())
        self.pem = self._sign(name, self._key, (), True)

    def _sign(self, subject, key, names, authority):
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = (x509.CertificateBuilder().subject_name(_name(subject)).issuer_name(_name(self.name))
                   .public_key(key.public_key()).serial_number(x509.random_serial_number())
                   .not_valid_before(now - datetime.timedelta(hours=1))
                   .not_valid_after(now + datetime.timedelta(hours=1))
                   .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True))
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(list(names)), critical=False)
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def pair(self, subject, *names):
        """Certificate and key in PEM; `names` are DNS names, or URIs where they have a colon."""
        key = ec.generate_private_key(ec.SECP256R1())
        sans = [x509.UniformResourceIdentifier(n) if ":" in n else x509.DNSName(n) for n in names]
        secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                   serialization.NoEncryption())
        return self._sign(subject, key, sans, False), secret

    def server_pair(self, subject="gateway"):
        """For 127.0.0.1."""
        key = ec.generate_private_key(ec.SECP256R1())
        sans = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("gateway.internal")]
        secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                   serialization.NoEncryption())
        return self._sign(subject, key, sans, False), secret
