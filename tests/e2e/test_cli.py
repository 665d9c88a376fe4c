"""The command line: what the gateway says when it cannot start, and where settings come from."""

import json
import re
import socket

import pytest
from gateway_process import run_gateway

LOOPBACK = ("--client-address", "127.0.0.1:0", "--control-address", "127.0.0.1:0",
            "--admin-address", "127.0.0.1:0")


def refuse(*flags, env=None, says=(), auth_mode="insecure"):
    """`wsgate serve` must end at once with an error that has all of `says`."""
    auth = ("--auth-mode", auth_mode) if auth_mode else ()
    done = run_gateway("serve", *LOOPBACK, *auth, *flags, env=env)
    assert done.returncode not in (0, None) and done.returncode > 0, done
    for text in says:
        assert text in done.stderr, f"{text!r} is not in: {done.stderr}"
    return done


def test_without_auth_mode_it_names_both_ways_out():
    refuse(auth_mode=None, says=("auth.mode", "--dev", "insecure"))


def test_dev_is_the_one_word_way_and_stays_on_loopback():
    refuse("--dev", "--client-address", "0.0.0.0:0", auth_mode=None, says=("--dev", "loopback"))


@pytest.mark.parametrize("flags, env, says", [
    (("--limits-sesions-per-node-max", "5"), {}, ("--limits-sessions-per-node-max",)),
    (("--shard", "5"), {}, ("--shards",)),
    (("--shards",), {}, ("--shards", "value")),
    (("--shards", "many"), {}, ("shards", "many", "auto")),
    (("--limits-message-bytes-max", "65MiB"), {}, ("limits.message_bytes_max", "64MiB")),
    (("--log-format", "xml"), {}, ("log.format", "xml", "json", "text")),
    (("--client-address", "127.0.0.1"), {}, ("client.address", "HOST:PORT")),
    (("extra",), {}, ("extra",)),
    ((), {"WSGATE_LIMITS_SESSIONS_PER_NOD_MAX": "5"}, ("WSGATE_LIMITS_SESSIONS_PER_NODE_MAX",)),
    ((), {"WSGATE_SHARDS": "many"}, ("WSGATE_SHARDS", "many")),
    (("--config", "/nowhere/wsgate.yaml"), {}, ("/nowhere/wsgate.yaml", "check")),
])
def test_a_wrong_setting_is_named_with_what_is_right(flags, env, says):
    refuse(*flags, env=env, says=says)


@pytest.mark.parametrize("text, says", [
    ("shards: 1\nlimits:\n  sesions_per_node_max: 5\n", (":3:", "sessions_per_node_max")),
    ("shards: 1\nlimit:\n  sessions_per_node_max: 5\n", (":2:", "limits")),
    ("shards: 1\nlimits:\n  handshake_timeout: 10 parsecs\n", (":3:", "handshake_timeout", "10s")),
    ("shards: [1\n", ("YAML",)),
])
def test_a_wrong_file_is_named_with_its_line(tmp_path, text, says):
    path = tmp_path / "wsgate.yaml"
    path.write_text(text)
    refuse("--config", path, says=(str(path), *says))


def test_every_mistake_is_named_at_once(tmp_path):
    path = tmp_path / "wsgate.yaml"
    path.write_text("shardz: 1\nlimits:\n  header_bytes_max: 1\n")
    refuse("--config", path, env={"WSGATE_DEMOO": "true"},
           says=("shards", "limits.header_bytes_max", "WSGATE_DEMO"))


@pytest.mark.parametrize("port", ["client", "control", "admin"])
def test_a_taken_port_is_named(port):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = "127.0.0.1:%d" % taken.getsockname()[1]
        done = refuse(f"--{port}-address", address, says=(f"{port}.address", address))
        assert len(done.stderr.splitlines()) == 1, "one line says it, and no library adds its own"


def test_a_control_port_that_others_reach_needs_none_written_out(start_gateway):
    refuse("--control-address", "0.0.0.0:0", says=("control.address", "control.auth.mode", "none"))
    gateway = start_gateway("--control-address", "0.0.0.0:0", "--control-auth-mode", "none")
    assert gateway.control.startswith("0.0.0.0:")


def test_a_cap_above_the_open_files_names_both_numbers():
    command = ("serve", *LOOPBACK, "--auth-mode", "insecure",
               "--limits-sessions-per-node-max", "1000")
    done = run_limited(command, 1024)
    assert done.returncode > 0
    for text in ("limits.sessions_per_node_max", "1000", "1024", "512"):
        assert text in done.stderr, done.stderr


def run_limited(command, open_files):
    import resource
    import subprocess
    from gateway_process import binary_path, clean_environment
    limit = (open_files, open_files)
    return subprocess.run([binary_path(), *command], capture_output=True, text=True, timeout=30,
                          env=clean_environment(), check=False,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, limit))


def test_an_unwritable_ready_file_is_named(tmp_path):
    path = tmp_path / "missing" / "ready.json"
    done = refuse("--ready-file", path, says=(str(path),))
    assert len(done.stderr.splitlines()) == 1, done.stderr


def test_help_is_complete():
    schema = json.loads(run_gateway("config", "schema").stdout)
    text = run_gateway("serve", "--help")
    assert text.returncode == 0
    for name in fields_of(schema):
        flag = "--" + name.replace(".", "-").replace("_", "-")
        assert re.search(rf"^  {flag}( [A-Z:,.]+)?$", text.stdout, re.MULTILINE), name
    for arguments in (["--help"], ["config", "--help"]):
        done = run_gateway(*arguments)
        assert done.returncode == 0 and "wsgate config" in done.stdout


def test_an_unknown_command_names_those_there_are():
    done = run_gateway("server")
    assert done.returncode > 0 and "serve" in done.stderr
    assert run_gateway().returncode > 0


def fields_of(schema, prefix=""):
    """The dotted names of the schema's fields."""
    names = []
    for name, rest in schema["properties"].items():
        if "properties" in rest:
            names += fields_of(rest, f"{prefix}{name}.")
        else:
            names.append(prefix + name)
    return names


def test_config_init_check_print_schema(tmp_path):
    path = tmp_path / "wsgate.yaml"
    assert run_gateway("config", "init", path).returncode == 0
    again = run_gateway("config", "init", path)
    assert again.returncode > 0 and str(path) in again.stderr, "what is there is not overwritten"
    assert run_gateway("config", "init").stdout == path.read_text()

    unset = run_gateway("config", "check", "--config", path)
    assert unset.returncode > 0 and "auth.mode" in unset.stderr
    good = run_gateway("config", "check", "--config", path, "--auth-mode", "insecure")
    assert good.returncode == 0, good.stderr

    printed = run_gateway("config", "print", "--config", path, "--limits-messages-burst", 77,
                          env={"WSGATE_LOG_LEVEL": "warn"}).stdout
    assert "77" in printed and "warn" in printed
    path.write_text(printed)
    assert run_gateway("config", "check", path, "--auth-mode", "insecure").returncode == 0
    assert len(fields_of(json.loads(run_gateway("config", "schema").stdout))) > 25


def test_flag_beats_environment_beats_file_beats_default(start_gateway, connect_control):
    gateway = start_gateway(
        "--limits-messages-per-second", 3,
        config="limits: {messages_per_second: 1, messages_burst: 11, header_bytes_max: 1111}\n",
        env={"WSGATE_LIMITS_MESSAGES_PER_SECOND": "2", "WSGATE_LIMITS_MESSAGES_BURST": "22"})
    limits = connect_control(gateway).limits()
    assert (limits.messages_per_second, limits.messages_burst) == (3, 22)
    assert (limits.header_bytes_max, limits.message_bytes_max) == (1111, 65536)


def test_what_kubernetes_injects_for_a_service_does_no_harm(start_gateway):
    start_gateway(env={
        "WSGATE_SERVICE_HOST": "10.0.0.1",
        "WSGATE_SERVICE_PORT": "8080",
        "WSGATE_SERVICE_PORT_CLIENT": "8080",
        "WSGATE_PORT": "tcp://10.0.0.1:8080",
        "WSGATE_PORT_8080_TCP": "tcp://10.0.0.1:8080",
        "WSGATE_PORT_8080_TCP_ADDR": "10.0.0.1",
        "WSGATE_PORT_8080_TCP_PORT": "8080",
        "WSGATE_PORT_8080_TCP_PROTO": "tcp",
        "WSGATE_CONTROL_SERVICE_HOST": "10.0.0.2",
        "WSGATE_CONTROL_PORT": "tcp://10.0.0.2:50051",
        "WSGATE_CONTROL_PORT_50051_TCP": "tcp://10.0.0.2:50051",
    })
