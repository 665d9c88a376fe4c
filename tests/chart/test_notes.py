"""What NOTES.txt prints after an install: what to type next, and what is open."""

import json
import shutil

import chart
import pytest
from chart import VALUE_SETS

INSECURE, TLS, PRODUCTION = (VALUE_SETS[name].read_text() for name in ("insecure", "tls", "production"))


@pytest.fixture(scope="module")
def notes(tmp_path_factory):
    """NOTES.txt rendered. `helm template` leaves it out, so a copy of the chart has it in an object."""
    copy = tmp_path_factory.mktemp("notes") / "wsgate"
    shutil.copytree(chart.CHART, copy)
    text = (copy / "templates/NOTES.txt").read_text()
    (copy / "templates/_notes.tpl").write_text('{{ define "notes" }}' + text + "{{ end }}")
    (copy / "templates/notes.yaml").write_text('kind: Notes\ntext: {{ include "notes" . | toJson }}\n')

    def rendered(values=""):
        done = chart.helm("template", "wsgate", copy, "--namespace", "chat", "-f", "-", "-s", "templates/notes.yaml",
                          stdin=values)
        assert done.returncode == 0, done.stderr
        return chart.load_all(done.stdout)[0]["text"]

    return rendered


def test_the_notes_say_what_to_type_next(notes):
    text = notes()
    port_forward = text.index("port-forward service/wsgate-control 50051:50051")
    assert text.index("grpcurl -plaintext -H ") > port_forward
    secret = "kubectl -n chat get secret wsgate-keys -o jsonpath='{.data.control-token}' | base64 -d > control.token"
    assert text.index(secret) < port_forward
    assert '-H "authorization: Bearer $(cat control.token)"' in text
    assert "exec deployment/wsgate -- wsgatectl token --user ada --secret-file /etc/wsgate-auth/secret" in text
    assert "helm -n chat test wsgate" in text
    assert 'new WebSocket("ws://127.0.0.1:8080/ws", ["wsgate.raw", "wsgate.bearer.TOKEN"])' in text
    body = text.split("-d '")[1].split("'")[0]
    assert json.loads(body) == {"user_id": "ada", "message": {"text": "hello"}}
    assert all(len(line) <= 200 for line in text.splitlines())


@pytest.mark.parametrize("values, words, wanted", [
    (INSECURE, "WARNING: config.auth.mode is insecure", True),
    ("", "WARNING: config.auth.mode is insecure", False),
    (VALUE_SETS["hooks"].read_text(), "WARNING: config.auth.mode is insecure", False),
    (INSECURE, "WARNING: config.control.auth.mode is none", True),
    ("", "WARNING: config.control.auth.mode is none", False),
    (INSECURE + "networkPolicy: {enabled: false}", "every\npod of the cluster can send", True),
    (INSECURE, "every\npod of the cluster can send", False),
    ("", "The Secret wsgate-keys has random keys", True),
    (INSECURE, "wsgate-keys", False),
    (PRODUCTION, "wsgate-keys", False),
    (INSECURE, "ws://127.0.0.1:8080/ws?user=ada", True),
    ("", "tokens go over the cluster's network in plain text", True),
    (TLS, "tokens go over the cluster's network in plain text", False),
    (TLS, "get secret control-tls -o jsonpath='{.data.house\\.crt}' | base64 -d > ca.crt", True),
    (TLS, "grpcurl -cacert ca.crt -servername control.example.com -H", True),
    (TLS, "wss://wsgate.chat.svc:8080/ws", True),
    (TLS, "nginx.ingress.kubernetes.io/backend-protocol: HTTPS", True),
    (VALUE_SETS["mtls"].read_text(), "-cert caller.crt -key caller.key -d", True),
    (VALUE_SETS["auth-secret"].read_text(), "--issuer https://id.example --audience chat\n", True),
    (PRODUCTION, "a Secret with control-token and session-token: tests.existingSecret", True),
    ("", "`helm test` has nothing to run", False),
    ("", "every\npod of the cluster can send", False),
    ("replicaCount: 2", "each knows only its own sessions", True),
    ("", "each knows only its own sessions", False),
    ("demo: true", "WARNING: demo is true", True),
    ("", "WARNING: demo is true", False),
    (VALUE_SETS["ingress"].read_text(), "chat.example.com", True),
])
def test_the_notes_warn_of_what_is_open_and_of_nothing_else(values, words, wanted, notes):
    assert (words in notes(values)) is wanted
