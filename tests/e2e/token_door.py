"""Knocks at a gateway with tokens, and reads what it makes of them: answer, metric, log."""

import json
import socket
import time

from raw_client import RawClient

GOOD = {"iss": "https://id.example", "aud": "chat", "sub": "ada"}
PUBLIC_ANSWER = "a valid token is needed to connect\n"


def claims(**changes):
    """Good claims with some of them changed; None takes one out."""
    now = int(time.time())
    changed = {**GOOD, "iat": now, "exp": now + 600, **changes}
    return {name: value for name, value in changed.items() if value is not None}


class Answer:
    """An HTTP answer: status, headers, body."""

    def __init__(self, data):
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split(" ")[1])
        self.headers = {name.strip().lower(): value.strip()
                        for name, _, value in (line.partition(":") for line in lines[1:])}
        self.body = body.decode()


def refused(gateway, headers=(), target="/ws"):
    """The whole answer to a request that is refused."""
    with RawClient(gateway.client) as client:
        client.socket.settimeout(20)
        try:
            client.socket.sendall(client.request(target, headers))
        except (BrokenPipeError, ConnectionResetError):
            pass  # It has heard enough.
        data = b""
        try:
            while piece := client.socket.recv(65536):
                data += piece
        except (ConnectionResetError, socket.timeout):
            pass
        assert data, "no answer"
        return Answer(data)


def bearer(token):
    return [f"Authorization: Bearer {token}"]


def status(gateway, token):
    """101, or the status of the refusal."""
    with RawClient(gateway.client) as client:
        return client.connect(headers=bearer(token)).status


def joined(gateway, token, *headers):
    """A session that came in by that token."""
    client = RawClient(gateway.client)
    answer = client.connect(headers=[*bearer(token), *headers])
    assert answer.status == 101, answer.status
    return client


def json_session(gateway, token):
    """The same as wsgate.v1.json; its greeting is read."""
    client = joined(gateway, token, "Sec-WebSocket-Protocol: wsgate.v1.json")
    assert "hello" in json.loads(client.read_message())
    return client


def results(gateway, result):
    return gateway.metric("wsgate_auth_tokens_total", f'result="{result}"')


def expect_refused(gateway, token, result):
    """One public answer, one metric, one cause in the log, and the token nowhere."""
    before = results(gateway, result)
    answer = refused(gateway, bearer(token))
    assert (answer.status, answer.body) == (401, PUBLIC_ANSWER), (result, answer.status, answer.body)
    assert answer.headers["www-authenticate"] == "Bearer"
    assert results(gateway, result) == before + 1, result
    log = gateway.log()
    assert f"because={result}" in log, (result, log[-2000:])
    for part in token.split("."):
        assert len(part) < 8 or part not in log, "a piece of the token is in the log"
