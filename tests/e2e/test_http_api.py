"""The control API over HTTP: with curl, with Connect's own client, and every unary RPC beside gRPC."""

import json
import re
import socket
import subprocess

import grpc
import pytest
from control_client import CALL_SECONDS, api, error_details
from gateway_process import ROOT, find_tool, run_gateway, until
from google.protobuf import json_format, message_factory
from websockets.sync.client import connect

PATH = "/wsgate.v1.ControlService/"
JSON = "Content-Type: application/json"
SERVICE = api.DESCRIPTOR.services_by_name["ControlService"]
UNARY = [method.name for method in SERVICE.methods
         if not method.client_streaming and not method.server_streaming]
STREAMS = [method.name for method in SERVICE.methods if method.name not in UNARY]
BODY_BYTES_MAX = (64 << 20) + (64 << 10)
HTTP_STATUS = {"invalid_argument": 400, "not_found": 404, "failed_precondition": 400}


@pytest.fixture
def gateway(start_gateway):
    return start_gateway("--control-http=true")


class Curl:
    """One request of curl: status, headers and body."""

    def __init__(self, gateway, method, *arguments, body=None, path=PATH, json_type=True):
        command = ["curl", "-sS", "--max-time", "60", "-D", "-", "-o", "-", *arguments]
        if json_type:
            command += ["-H", JSON]
        if body is not None:
            command += ["--data-binary", "@-"]
        ran = subprocess.run(command + [f"http://{gateway.admin}{path}{method}"], capture_output=True,
                             input=body.encode() if isinstance(body, str) else body, check=True)
        head, _, self.body = ran.stdout.partition(b"\r\n\r\n")
        while head.startswith(b"HTTP/1.1 100"):
            head, _, self.body = self.body.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)

    def json(self):
        assert self.headers["content-type"] == "application/json", self.body
        return json.loads(self.body)

    def reason(self):
        """ErrorInfo.reason, from the part for people."""
        return self.json()["details"][0]["debug"]["reason"]


@pytest.fixture
def ada(gateway):
    with connect(gateway.ws_url("ada"), compression=None) as client:
        until(lambda: gateway.metric("wsgate_sessions") == 1, "no session")
        yield client


def test_curl_sends_to_a_user(gateway, ada):
    answer = Curl(gateway, "SendToUser", body='{"user_id":"ada","message":{"text":"hello"}}')
    assert answer.status == 200
    assert answer.json() == {"outcome": {"matched": 1, "queued": 1, "nodes": 1}}
    assert ada.recv(10) == "hello"
    assert gateway.metric("wsgate_grpc_server_handled_total", 'method="SendToUser",code="OK"') == 1
    assert gateway.metric("wsgate_admin_http_requests_total", 'code="200"') >= 1


def test_the_line_of_the_page(gateway, ada):
    page = (ROOT / "docs" / "http_api.md").read_text()
    line = re.search(r"^curl .*\\\n.*$", page, re.MULTILINE)[0].replace("127.0.0.1:8081", gateway.admin)
    ran = subprocess.run(["bash", "-c", line], capture_output=True, timeout=30, check=True)
    assert json.loads(ran.stdout) == json.loads(re.search(r"```json\n(.*?)```", page, re.DOTALL)[1])
    assert ada.recv(10) == "hello"


def test_connects_own_client(gateway, ada):
    ran = subprocess.run([find_tool("node"), str(make_beside_modules()), gateway.admin],
                         capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {
        "sent": [1, 1], "broadcast": [1, 1], "users": ["ada"], "nodes": 1,
        "badField": {"code": "InvalidArgument", "reasons": ["BAD_FIELD"], "fields": ["user_id"]},
        "unknown": {"code": "NotFound", "reasons": ["SESSION_NOT_FOUND"], "fields": []},
        "stream": {"code": "Unimplemented", "reasons": ["HTTP_STREAMING"], "fields": []},
    }
    assert [ada.recv(10), ada.recv(10)] == ["to ada", "to all"]


def make_beside_modules():
    """A copy of the client under build/: Node looks for the packages of a module beside it."""
    source = ROOT / "tests" / "e2e" / "connect_client.mjs"
    copy = ROOT / "build" / "e2e" / source.name
    copy.parent.mkdir(exist_ok=True)
    copy.write_text(source.read_text())
    return copy


def ask_grpc(control, method, request):
    """What gRPC answers: a message, or the error."""
    try:
        return getattr(control.stub, method.name)(request, timeout=CALL_SECONDS), None
    except grpc.RpcError as error:
        return None, error


def shape(value):
    """A message's JSON without its figures: names and lengths of everything."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return [shape(inner) for inner in value] if isinstance(value, list) else type(value)


@pytest.mark.parametrize("name", [name for name in UNARY if name != "Drain"])
@pytest.mark.parametrize("filled", [False, True])
def test_every_unary_rpc_answers_as_grpc_does(gateway, connect_control, ada, name, filled):
    method = SERVICE.methods_by_name[name]
    request = message_factory.GetMessageClass(method.input_type)()
    fields = {"user_id": "ada", "session_id": "nonsense", "message": {"text": "x"}, "user_ids": ["ada", "bob"],
              "target": {"user_id": "bob"}, "limits": {"messages_per_second": "7"}}
    if filled:
        known = method.input_type.fields_by_name
        json_format.ParseDict({key: value for key, value in fields.items() if key in known}, request,
                              ignore_unknown_fields=True)
    answer, error = ask_grpc(connect_control(gateway), method, request)
    over_http = Curl(gateway, name, body=json_format.MessageToJson(request))
    if error is None:
        assert over_http.status == 200
        assert shape(over_http.json()) == shape(json_format.MessageToDict(answer)) or name == "GetStats"
        json_format.Parse(over_http.body, message_factory.GetMessageClass(method.output_type)())
        return
    told = over_http.json()
    assert told["code"] == error.code().name.lower()
    assert told["message"] == error.details()
    assert over_http.status == HTTP_STATUS[told["code"]]
    assert [d["type"].rsplit(".", 1)[-1] for d in told["details"]] == list(error_details(error))
    assert over_http.reason() == error_details(error)["ErrorInfo"].reason


def test_drain_over_http(gateway):
    assert Curl(gateway, "Drain", body="{}").status == 200
    assert gateway.wait() == 0


def test_it_is_off_unless_turned_on(start_gateway):
    gateway = start_gateway()
    assert Curl(gateway, "GetStats", body="{}").status == 405


@pytest.mark.parametrize("name", STREAMS)
def test_streams_say_that_they_are(gateway, name):
    answer = Curl(gateway, name, body="{}")
    assert (answer.status, answer.json()["code"], answer.reason()) == (501, "unimplemented", "HTTP_STREAMING")


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '{"userId":1}', '{"nope":1}', "{userId:'a'}", b"\xff"])
def test_what_is_no_json_of_the_message_is_400(gateway, body):
    answer = Curl(gateway, "SendToUser", body=body)
    assert (answer.status, answer.json()["code"], answer.reason()) == (400, "invalid_argument", "HTTP_UNREADABLE")


def test_other_methods_types_and_paths(gateway):
    assert Curl(gateway, "GetStats", "-X", "GET").headers["allow"] == "post"
    assert Curl(gateway, "GetStats", "-I").status == 405
    assert Curl(gateway, "GetStats", body="{}", json_type=False).status == 415
    assert Curl(gateway, "getStats", body="{}").status == 404
    assert Curl(gateway, "", body="{}").status == 404
    assert Curl(gateway, "GetStats", "-H", "Origin: http://page", body="{}").reason() == "HTTP_PAGE"
    assert Curl(gateway, "GetStats", "-H", "Content-Encoding: gzip", body="{}").status == 501
    assert Curl(gateway, "GetStats", "-H", "Connect-Protocol-Version: 2", body="{}").status == 400
    assert Curl(gateway, "GetStats", "-H", "Connect-Timeout-Ms: 1s", body="{}").status == 400
    assert Curl(gateway, "GetStats", "-H", "Connect-Timeout-Ms: 0", body="{}").json()["code"] == "deadline_exceeded"
    assert Curl(gateway, "GetStats", "-0", "-H", "Connect-Protocol-Version: 1", body="{}").status == 200
    assert "access-control-allow-origin" not in Curl(gateway, "GetStats", body="{}").headers


def padded(size):
    """A request of `size` bytes whose payload is small."""
    request = '{"user_id":"ada","message":{"text":"hi"}}'
    return request + " " * (size - len(request))


def test_a_body_at_the_bound_is_read_and_one_byte_more_is_413(gateway):
    assert Curl(gateway, "SendToUser", body=padded(BODY_BYTES_MAX)).status == 200
    answer = Curl(gateway, "SendToUser", "-H", "Expect:", body=padded(BODY_BYTES_MAX + 1))
    assert (answer.status, answer.reason()) == (413, "HTTP_TOO_BIG")


def test_a_large_body_does_not_hold_up_probes(gateway):
    with subprocess.Popen(["curl", "-sS", "-o", "/dev/null", "-H", JSON, "--data-binary", "@-",
                           f"http://{gateway.admin}{PATH}SendToUser"], stdin=subprocess.PIPE) as large:
        large.stdin.write(padded(BODY_BYTES_MAX).encode())
        large.stdin.close()
        while large.poll() is None:
            assert Curl(gateway, "livez", "--max-time", "5", path="/").status == 200
        assert large.returncode == 0


def test_sixty_four_calls_at_once_and_no_more(gateway):
    host, port = gateway.admin.rsplit(":", 1)
    head = f"POST {PATH}GetStats HTTP/1.1\r\nHost: a\r\n{JSON}\r\nContent-Length: 2\r\n\r\n{{"
    halves = [socket.create_connection((host, int(port)), timeout=20) for _ in range(64)]
    try:
        for half in halves:
            half.sendall(head.encode())
        until(lambda: Curl(gateway, "GetStats", body="{}").status == 429, "all 64 were let in")
        assert Curl(gateway, "GetStats", body="{}").reason() == "HTTP_CALLS_FULL"
        for half in halves:
            half.sendall(b"}")
            assert half.recv(64).startswith(b"HTTP/1.1 200 OK\r\n")
        assert Curl(gateway, "GetStats", body="{}").status == 200
    finally:
        for half in halves:
            half.close()


def test_an_open_admin_port_needs_the_mode_written_out(start_gateway):
    ran = run_gateway("serve", "--auth-mode", "insecure", "--control-address", "127.0.0.1:0",
                      "--admin-address", "0.0.0.0:0", "--control-http=true")
    assert ran.returncode == 1
    assert "control.http is on, admin.address is 0.0.0.0:0" in ran.stderr
    gateway = start_gateway("--admin-address", "0.0.0.0:0", "--control-http=true", "--control-auth-mode", "none")
    gateway.stop()
