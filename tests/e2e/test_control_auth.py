"""Who may call the control API by token: every call by every scope, what is refused, and that changes reach what runs."""

import json
import subprocess
import time

import grpc
import pytest
from control_callers import NEEDED, SCOPES, SERVICE, answer, bearer, entry, token_of, write_callers
from control_client import CALL_SECONDS, error_details
from ctl import Ctl
from gateway_process import find_tool, run_gateway, until

from grpc_health.v1 import health_pb2, health_pb2_grpc
from wsgate.v1 import control_service_pb2 as api
from wsgate.v1 import control_service_pb2_grpc as api_grpc
from wsgate.v1 import message_pb2

METHODS = {method.name: method for method in SERVICE.methods}


@pytest.fixture
def callers(tmp_path):
    """One caller for each scope, named after it, and one for two of them."""
    return write_callers(tmp_path / "callers.yaml", *(entry(scope, scope) for scope in SCOPES),
                         entry("two", "send", "stats.read"))


@pytest.fixture
def token_gateway(start_gateway, callers):
    return start_gateway("--control-auth-mode", "token", "--control-auth-tokens-file", callers)


@pytest.fixture
def channel(token_gateway):
    with grpc.insecure_channel(token_gateway.control) as opened_channel:
        yield opened_channel


def stub_of(channel):
    return api_grpc.ControlServiceStub(channel)


def refusals(gateway, reason):
    return gateway.metric("wsgate_control_refused_total", f'reason="{reason}"')


def test_the_table_has_every_call():
    assert set(NEEDED) == set(METHODS)


@pytest.mark.parametrize("scope", SCOPES)
def test_every_call_by_scope(token_gateway, channel, scope):
    """Drain stands last in the proto, so nothing follows it."""
    for name, method in METHODS.items():
        refused = answer(channel, method, bearer(token_of(scope)))
        if scope in (NEEDED[name], "admin"):
            assert refused is None, f"{name}: {refused}"
            continue
        assert refused.code() == grpc.StatusCode.PERMISSION_DENIED, name
        info = error_details(refused)["ErrorInfo"]
        assert (info.domain, info.reason) == ("wsgate", "SCOPE_MISSING")
        assert dict(info.metadata) == {"scope": NEEDED[name], "caller": scope}
        assert refused.details() == f"{name} needs the scope {NEEDED[name]}, which {scope} has not"
    if scope == "admin":
        assert token_gateway.wait() == 0  # It was told to drain.


def test_a_caller_may_have_several_scopes(channel):
    for name, method in METHODS.items():
        refused = answer(channel, method, bearer(token_of("two")))
        assert (refused is None) == (NEEDED[name] in ("send", "stats.read")), name


def test_who_is_unknown_is_told_what_to_do(token_gateway, channel):
    good = bearer(token_of("admin"))
    for metadata, reason, text in (
            ([], "no_token", "send a token as metadata `authorization: Bearer TOKEN`"),
            ([("authorization", "Basic YTpi")], "no_token", "send one `authorization`, and as `Bearer TOKEN`"),
            ([("authorization", "Bearer ")], "no_token", "send one `authorization`, and as `Bearer TOKEN`"),
            (good + good, "no_token", "send one `authorization`, and as `Bearer TOKEN`"),
            (bearer("wrong"), "unknown_token", "nobody has this token; it may have been replaced"),
            (bearer(token_of("admin") + "x"), "unknown_token", "nobody has this token; it may have been replaced"),
            (bearer(entry("admin", "send")["token_sha256"]), "unknown_token",
             "nobody has this token; it may have been replaced")):
        before = refusals(token_gateway, reason)
        for method in METHODS.values():
            refused = answer(channel, method, metadata)
            assert refused.code() == grpc.StatusCode.UNAUTHENTICATED, method.name
            assert error_details(refused)["ErrorInfo"].reason == "CALLER_UNKNOWN"
            assert refused.details() == text
        assert refusals(token_gateway, reason) == before + len(METHODS)
    # Any case of the word.
    assert stub_of(channel).GetStats(api.GetStatsRequest(), metadata=[("authorization", f"bearer {token_of('admin')}")])


def test_a_token_of_a_megabyte_ends_its_call_alone(token_gateway, channel):
    for size in (4000, 1 << 20):
        with pytest.raises(grpc.RpcError) as error:
            stub_of(channel).GetStats(api.GetStatsRequest(), metadata=bearer("x" * size), timeout=CALL_SECONDS)
        assert error.value.code() != grpc.StatusCode.DEADLINE_EXCEEDED
    with grpc.insecure_channel(token_gateway.control) as other:
        assert answer(other, METHODS["GetStats"], bearer(token_of("admin"))) is None
    assert "xxxxxxxx" not in token_gateway.log()


def test_health_is_open(channel):
    answered = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=CALL_SECONDS)
    assert answered.status == health_pb2.HealthCheckResponse.SERVING


def test_a_refusal_is_one_line_and_never_the_token(token_gateway, channel):
    answer(channel, METHODS["Drain"], bearer(token_of("send")))
    answer(channel, METHODS["GetStats"], bearer("a-wrong-token"))
    lines = [json.loads(line) for line in token_gateway.log().splitlines() if "refused" in line]
    assert [line["level"] for line in lines] == ["warning", "warning"]
    texts = [line["message"] for line in lines]
    assert texts[0].startswith("control: refused Drain to send at ipv4:127.0.0.1:")
    assert texts[0].endswith(": scope; it needs admin")
    assert texts[1].startswith("control: refused GetStats to unknown at ipv4:127.0.0.1:")
    assert texts[1].endswith(": unknown_token; it needs stats.read")
    assert "a-wrong-token" not in token_gateway.log() and token_of("send") not in token_gateway.log()
    assert token_gateway.metric("wsgate_grpc_server_handled_total",
                                'method="Drain",code="PERMISSION_DENIED"') == 1


def test_many_refusals_do_not_fill_the_log(token_gateway, channel):
    for _ in range(300):
        answer(channel, METHODS["GetStats"])
    assert refusals(token_gateway, "no_token") == 300
    assert token_gateway.log().count("control: refused") < 250


def reloaded(gateway, result, more_than):
    def loads():
        return gateway.metric("wsgate_control_file_loads_total", f'file="callers",result="{result}"')
    until(lambda: loads() > more_than, f"not read again:\n{gateway.log()}")


def test_changes_are_taken_over_and_mistakes_are_not(token_gateway, channel, callers):
    assert answer(channel, METHODS["GetStats"], bearer(token_of("stats.read"))) is None
    write_callers(callers, entry("stats.read", "send"), entry("late", "stats.read"))
    reloaded(token_gateway, "ok", 1)
    assert answer(channel, METHODS["GetStats"], bearer(token_of("late"))) is None
    assert answer(channel, METHODS["GetStats"], bearer(token_of("stats.read"))).code() == \
        grpc.StatusCode.PERMISSION_DENIED
    assert answer(channel, METHODS["GetStats"], bearer(token_of("admin"))).code() == grpc.StatusCode.UNAUTHENTICATED
    callers.write_text("- name: late\n  token_sha256: oops-a-token\n  scopes: send\n")
    reloaded(token_gateway, "error", 0)
    assert answer(channel, METHODS["GetStats"], bearer(token_of("late"))) is None
    assert "the old list of callers goes on" in token_gateway.log() and "oops" not in token_gateway.log()


@pytest.mark.parametrize("name", [m.name for m in SERVICE.methods if m.server_streaming])
def test_a_stream_ends_with_its_caller_and_the_others_go_on(token_gateway, channel, callers, name):
    """Within a second: the files are looked at twice in one."""
    write_callers(callers, entry("going", "admin"), entry("staying", "admin"))
    reloaded(token_gateway, "ok", 1)
    stub = stub_of(channel)
    release = []

    def requests():
        if name == "ReceiveMessages":
            yield api.ReceiveMessagesRequest(start=api.ReceiveMessagesRequest.Start())
        if name == "SendStream":
            yield api.SendStreamRequest(item_id=1, to_user=api.SendToUserRequest(
                user_id="ada", message=message_pb2.Message(text="hello")))
        until(lambda: release, "never released", timeout=60)

    def open_stream(caller):
        argument = {"WatchSessions": api.WatchSessionsRequest(), "WatchStats": api.WatchStatsRequest()}.get(name)
        call = getattr(stub, name)(argument or requests(), metadata=bearer(token_of(caller)), timeout=60)
        call.initial_metadata()
        return call
    going, staying = open_stream("going"), open_stream("staying")
    write_callers(callers, entry("staying", "admin"))
    began = time.monotonic()
    with pytest.raises(grpc.RpcError) as error:
        for _ in going:
            pass
    assert time.monotonic() - began < 2
    assert error.value.code() == grpc.StatusCode.CANCELLED
    assert staying.is_active()
    release.append(True)
    staying.cancel()


def grpcurl(gateway, *arguments, headers=()):
    command = [find_tool("grpcurl"), "-plaintext"]
    for header in headers:
        command += ["-H", header]
    return subprocess.run([*command, gateway.control, *arguments], capture_output=True, text=True, timeout=30,
                          check=False)


def test_grpcurl_with_a_token(token_gateway):
    with_stats = [f"authorization: Bearer {token_of('stats.read')}"]
    listed = grpcurl(token_gateway, "list", headers=with_stats)
    assert listed.stdout.split() == ["grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection",
                                     SERVICE.full_name]
    assert grpcurl(token_gateway, f"{SERVICE.full_name}/GetStats", headers=with_stats).returncode == 0
    for headers in ([], [f"authorization: Bearer {token_of('send')}"]):
        refused = grpcurl(token_gateway, "list", headers=headers)
        assert refused.returncode != 0 and not refused.stdout
    assert "needs the scope stats.read, which send has not" in refused.stderr


def test_wsgatectl_makes_a_caller_and_calls_as_it(start_gateway, tmp_path):
    ctl = Ctl(cwd=tmp_path)
    made = ctl.expect(0, "caller", "new", "orders", "--scope", "send", "--scope", "stats.read", "--out", "token")
    secret = (tmp_path / "token").read_text().strip()
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600
    assert secret not in made.out + made.err and secret.startswith("wsgate_")
    (tmp_path / "callers.yaml").write_text(made.out)
    gateway = start_gateway("--control-auth-mode", "token", "--control-auth-tokens-file", tmp_path / "callers.yaml")
    caller = Ctl(gateway.control, cwd=tmp_path)
    caller.expect(0, "stats", "--token-file", "token")
    refused = caller.expect(1, "drain", "--token-file", "token")
    assert "SCOPE_MISSING" in refused.err and "admin" in refused.err
    assert "CALLER_UNKNOWN" in caller.expect(1, "stats").err
    # A file is never overwritten, and an entry that the gateway would refuse is not made.
    assert "File exists" in ctl.expect(2, "caller", "new", "orders", "--scope", "send", "--out", "token").err
    assert "did you mean \"send\"" in ctl.expect(2, "caller", "new", "x", "--scope", "sent", "--out", "other").err
    assert not (tmp_path / "other").exists()
    assert "--out FILE" in ctl.expect(2, "caller", "new", "x", "--scope", "send").err


def test_a_file_that_is_wrong_keeps_the_gateway_from_starting(tmp_path):
    callers = tmp_path / "callers.yaml"
    callers.write_text("- name: a\n  token_sha256: secret\n  scopes: [sned]\n- nme: b\n")
    flags = ["serve", "--auth-mode", "insecure", "--client-address", "127.0.0.1:0", "--control-address", "127.0.0.1:0",
             "--admin-address", "127.0.0.1:0", "--control-auth-mode", "token"]
    done = run_gateway(*flags, "--control-auth-tokens-file", callers)
    assert done.returncode == 1
    for text in (f"{callers}:2: `token_sha256` must be", f'{callers}:3: no scope is named "sned"; did you mean "send"?',
                 f'{callers}:4: unknown field "nme"; did you mean "name"?', f"{callers}:4: a caller without `scopes`"):
        assert text in done.stderr
    assert "control.auth.tokens_file is empty" in run_gateway(*flags).stderr
    assert "cannot read /nowhere" in run_gateway(*flags, "--control-auth-tokens-file", "/nowhere").stderr
