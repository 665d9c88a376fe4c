"""TLS on both ports from Secrets, and a certificate that is swapped while a client is connected."""

import hashlib
import json
import ssl
import sys
import time
from base64 import b64encode

from certificates import Authority
from cluster import HERE, QUICK_DRAIN, merged, restarts

TLS = merged(QUICK_DRAIN, {"tls": {"enabled": True, "existingSecret": "client-tls"},
                           "control": {"tls": {"enabled": True, "existingSecret": "control-tls"}}})


def put_certificate(release, secret, authority, *names):
    """A Secret with a new certificate, as cert-manager makes it; the certificate's SHA-256."""
    certificate, key = authority.pair("gateway", *names)
    files = {"tls.crt": certificate, "tls.key": key, "ca.crt": authority.pem}
    release.kubectl("apply", "-f", "-", stdin=json.dumps({
        "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": {"name": secret},
        "data": {name: b64encode(text).decode() for name, text in files.items()}}))
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.decode())).hexdigest()


def put_certificates(release, authority):
    put_certificate(release, "control-tls", authority, f"wsgate-control.{release.namespace}.svc")
    return put_certificate(release, "client-tls", authority, "chat.example.com")


def test_a_certificate_is_swapped_under_a_session(release, record):
    authority = Authority("the house")
    first = put_certificates(release, authority)
    release.install(TLS)
    pod = release.pod()
    assert "Phase:          Succeeded" in release.helm("test", "wsgate", "--logs")
    command = release.cluster.in_node(sys.executable, HERE / "tls_client.py", release.service_address(), release.namespace)
    with release.cluster.background(*command) as client:
        assert client.stdout.readline() == f"open {first}\n", client.stdout.read()
        swapped = time.monotonic()
        second = put_certificates(release, authority)
        assert client.stdout.readline() == f"new {second}\n", client.stdout.read()
        record("certificate", f"newcomers got it {time.monotonic() - swapped:.0f} s after the Secret was changed")
        out, _ = client.communicate("", timeout=60)
        assert out.endswith("alive\n"), "the session of before goes on"
    assert release.pod()["metadata"]["name"] == pod["metadata"]["name"] and restarts(release.pod()) == 0
    assert "Phase:          Succeeded" in release.helm("test", "wsgate", "--logs"), "with the new one, which it pins"


def test_helm_test_fails_where_another_certificate_is_shown(release):
    put_certificates(release, Authority("the house"))
    release.install(TLS)
    release.kubectl("patch", "secret", "control-tls", "-p", json.dumps(
        {"data": {"ca.crt": b64encode(Authority("a stranger").pem).decode()}}))
    assert "Succeeded" not in release.helm("test", "wsgate", "--timeout", "130s", fails=True)
