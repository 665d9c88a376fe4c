"""Who may call the control API over HTTP: asked as over gRPC, by the same table."""

import http.client
import json

import grpc
import pytest
from control_callers import NEEDED, SCOPES, SERVICE, answer, bearer, entry, token_of, write_callers
from gateway_process import run_gateway

UNARY = [method.name for method in SERVICE.methods if not method.client_streaming and not method.server_streaming]


@pytest.fixture
def gateway(start_gateway, tmp_path):
    callers = write_callers(tmp_path / "callers.yaml", *(entry(scope, scope) for scope in SCOPES))
    return start_gateway("--control-http=true", "--control-auth-mode", "token", "--control-auth-tokens-file", callers)


def post(gateway, method, *authorizations):
    """Status and JSON of an empty request."""
    connection = http.client.HTTPConnection(gateway.admin, timeout=20)
    connection.putrequest("POST", f"/{SERVICE.full_name}/{method}")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", "2")
    for authorization in authorizations:
        connection.putheader("Authorization", authorization)
    connection.endheaders(b"{}")
    response = connection.getresponse()
    return response.status, json.loads(response.read())


@pytest.mark.parametrize("scope", SCOPES)
def test_every_unary_call_by_scope(gateway, scope):
    """Drain stands last in the proto, so nothing follows it."""
    for method in UNARY:
        status, said = post(gateway, method, f"Bearer {token_of(scope)}")
        if scope in (NEEDED[method], "admin"):
            assert status not in (401, 403), f"{method}: {said}"
            continue
        assert (status, said["code"]) == (403, "permission_denied"), method
        assert said["message"] == f"{method} needs the scope {NEEDED[method]}, which {scope} has not"
        assert said["details"][0]["debug"]["reason"] == "SCOPE_MISSING"
    if scope == "admin":
        assert gateway.wait() == 0  # It was told to drain.


def test_who_is_unknown_gets_401_and_is_counted(gateway):
    good = f"Bearer {token_of('admin')}"
    for authorizations, reason in (((), "no_token"), (("Basic YTpi",), "no_token"), (("Bearer wrong",), "unknown_token")):
        before = gateway.metric("wsgate_control_refused_total", f'reason="{reason}"')
        for method in UNARY:
            status, said = post(gateway, method, *authorizations)
            assert (status, said["code"]) == (401, "unauthenticated"), (method, authorizations)
        assert gateway.metric("wsgate_control_refused_total", f'reason="{reason}"') == before + len(UNARY)
    assert post(gateway, "GetStats", good)[0] == 200
    assert post(gateway, "GetStats", good, good)[0] == 400  # Two of a header that may stand once.
    assert "wrong" not in gateway.log() and token_of("admin") not in gateway.log()


def test_a_refusal_names_the_caller_and_nobody_can_name_another(gateway):
    assert post(gateway, "Drain", f"Bearer {token_of('send')}")[0] == 403
    assert "control: refused Drain to send at http:127.0.0.1:" in gateway.log()
    with grpc.insecure_channel(gateway.control) as channel:
        claim = [("wsgate-http-peer", "10.9.8.7:6")]
        refused = answer(channel, SERVICE.methods_by_name["Drain"], bearer(token_of("stats.read")) + claim)
        assert refused.code() == grpc.StatusCode.PERMISSION_DENIED
    assert "control: refused Drain to stats.read at ipv4:127.0.0.1:" in gateway.log()
    assert "10.9.8.7" not in gateway.log()


def test_pages_stay_open(gateway):
    connection = http.client.HTTPConnection(gateway.admin, timeout=20)
    for page in ("/livez", "/readyz", "/metrics"):
        connection.request("GET", page)
        response = connection.getresponse()
        assert response.status == 200
        response.read()


def test_with_certificates_there_is_no_http(tmp_path):
    """Nobody shows one on the admin port."""
    callers = write_callers(tmp_path / "callers.yaml", entry("me", "send"))
    pem = tmp_path / "pem"
    pem.write_text("not read yet")
    ran = run_gateway("serve", "--auth-mode", "insecure", "--control-http=true", "--control-auth-mode", "mtls",
                      "--control-auth-tokens-file", callers, "--control-tls-cert-file", pem,
                      "--control-tls-key-file", pem, "--control-tls-client-ca-file", pem)
    assert ran.returncode == 1
    assert "nobody shows a certificate" in ran.stderr
