"""What testssl.sh finds in the client port's TLS."""

import json
import subprocess

import pytest
from gateway_process import find_tool
from raw_client import RawClient

GOOD = ("OK", "INFO", "LOW")
# These are about the test, not about the gateway.
LEFT_OUT = {
    "cert_revocation",  # Our authority publishes no list of what it has revoked, and answers no OCSP.
    # It leaves before the ticket comes that follows a handshake of TLS 1.3, often; test_tls.py resumes.
    "sessionresumption_ticket",
    "engine_problem",  # Debian's openssl has no GOST.
}
# What must have been looked at, so that a run which ends early finds nothing is no success.
LOOKED_AT = {
    "SSLv2", "SSLv3", "TLS1", "TLS1_1", "TLS1_2", "TLS1_3", "ALPN", "cipherlist_NULL", "cipherlist_aNULL",
    "cipherlist_EXPORT", "cipherlist_LOW", "cipherlist_STRONG", "PFS", "cert_trust", "cert_chain_of_trust",
    "heartbleed", "CCS", "ticketbleed", "ROBOT", "secure_renego", "secure_client_renego", "CRIME_TLS", "POODLE_SSL",
    "fallback_SCSV", "SWEET32", "FREAK", "DROWN", "LOGJAM", "BEAST", "LUCKY13", "RC4",
}


@pytest.mark.parametrize("kind", ["p256", "rsa"])
def test_nothing_above_low(start_tls_gateway, tmp_path, kind):
    gateway = start_tls_gateway(kind=kind)
    report = tmp_path / "findings.json"
    done = subprocess.run(
        [find_tool("testssl"), "--quiet", "--color", "0", "--warnings", "off", "--nodns", "none", "--ip", "127.0.0.1",
         "--add-ca", str(gateway.tls.authority.ca_file), "--jsonfile", str(report),
         "--protocols", "--std", "--server-defaults", "--fs", "--vulnerable", f"https://{gateway.client}"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=400, check=False)
    findings = {finding["id"]: finding for finding in json.loads(report.read_text())}
    names = {name.split(" ")[0] for name in findings}
    assert LOOKED_AT <= names, f"not looked at: {LOOKED_AT - names}\n{done.stdout}"
    assert [finding for name, finding in findings.items()
            if finding["severity"] not in GOOD and name.split(" ")[0] not in LEFT_OUT] == [], done.stdout
    assert findings["TLS1_3"]["finding"].startswith("offered")
    with RawClient(gateway.client, tls=gateway.tls.authority.client_context()) as client:
        assert client.connect().status == 101, "the gateway goes on"
