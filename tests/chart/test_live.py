"""What the chart makes, in a real gateway: its configuration, its keys, and the check of its test pod, without a cluster."""

import subprocess
import sys
from base64 import b64decode

import pytest
from chart import ROOT, render_set

sys.path.insert(0, str(ROOT / "tests/e2e"))

# pylint: disable=wrong-import-position
from certificates import Authority  # noqa: E402
from ctl import ctl_environment, ctl_path  # noqa: E402
from gateway_process import Gateway  # noqa: E402

PREFIXES = ("/etc/wsgate-auth", "/etc/wsgate-callers", "/etc/wsgate-tls", "/etc/wsgate-control-tls", "/etc/wsgate-test")


def own_secrets(rendered):
    """Secrets by name: what the chart makes, and certificates where the operator's are named."""
    secrets = {o["metadata"]["name"]: {k: b64decode(v) for k, v in o["data"].items()}
               for o in rendered.objects if o["kind"] == "Secret"}
    authority = Authority("the house")
    for name, host in (("chat-tls", "chat.example.com"), ("control-tls", "control.example.com")):
        certificate, key = authority.pair("gateway", host)
        secrets[name] = {"tls.crt": certificate, "tls.key": key, "house.crt": authority.pem}
    return secrets


def mount(spec, secrets, folder):
    """Writes a pod's files below `folder` as the kubelet would, at their paths."""
    volumes = {v["name"]: v for v in spec.get("volumes", [])}
    (container,) = spec["containers"]
    for where in container.get("volumeMounts", []):
        volume = volumes[where["name"]]
        sources = [volume["secret"]] if "secret" in volume else [
            s["secret"] for s in volume.get("projected", {}).get("sources", [])]
        for source in sources:
            for item in source["items"]:
                file = folder / where["mountPath"].lstrip("/") / item["path"]
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(secrets[source.get("secretName") or source["name"]][item["key"]])


def moved(text, folder):
    for prefix in PREFIXES:
        text = text.replace(prefix + "/", f"{folder}{prefix}/")
    return text


@pytest.fixture(name="start")
def start_fixture(tmp_path):
    """A gateway with a set's configuration and keys; and a run of its test pod's command line."""
    running = []

    def start(value_set):
        rendered = render_set(value_set)
        secrets = own_secrets(rendered)
        mount(rendered.pod["spec"], secrets, tmp_path)
        pod = rendered.one("Pod", "wsgate-test-check")["spec"]
        mount(pod, secrets, tmp_path)
        gateway = Gateway(tmp_path / "gateway", config=moved(rendered.config_text, tmp_path), auth_mode=None)
        running.append(gateway)
        gateway.start()

        def check(*without):
            (container,) = pod["containers"]
            args = [moved(arg, tmp_path) for arg in container["args"] if not arg.startswith(without)]
            scheme = "wss" if any(arg.startswith("--url=wss://") for arg in args) else "ws"
            args = [arg for arg in args if not arg.startswith(("--address=", "--url="))]
            return subprocess.run([ctl_path(), *args, f"--address={gateway.control}", f"--url={scheme}://{gateway.client}/ws"],
                                  capture_output=True, text=True, timeout=90, env=ctl_environment())

        return check

    yield start
    for gateway in running:
        if gateway.process is not None and gateway.process.returncode is None:
            gateway.stop()


def test_with_no_values_the_test_passes_and_nobody_comes_in_without_a_token(start):
    check = start("defaults")
    done = check("--no-flag")
    assert done.returncode == 0, done.stderr
    assert "401" in check("--secret-file").stderr
    assert "CALLER_UNKNOWN" in check("--token-file").stderr


def test_over_tls_the_test_passes_and_believes_no_other_certificate(start):
    check = start("tls")
    done = check("--no-flag")
    assert done.returncode == 0, done.stderr
    assert check("--url-certificate", "--timeout").returncode != 0
    assert check("--tls-", "--timeout").returncode != 0
