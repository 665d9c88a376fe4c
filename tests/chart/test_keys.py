"""Keys, callers and certificates: what the chart makes, what is the operator's, and where the pods find them."""

import hashlib
import re
from base64 import b64decode

import pytest
import yaml
from chart import VALUE_SETS, render, render_set, template, load_all


def made_keys(rendered, name="wsgate-keys"):
    return {key: b64decode(value).decode() for key, value in rendered.one("Secret", name)["data"].items()}


def test_with_no_values_the_chart_makes_a_secret_and_one_caller():
    rendered = render()
    keys = made_keys(rendered)
    assert set(keys) == {"jwt-secret", "control-token", "callers.yaml"}
    assert re.fullmatch("[A-Za-z0-9]{64}", keys["jwt-secret"]), "64 bytes: enough for every algorithm with a secret"
    assert re.fullmatch("wsgate_[A-Za-z0-9]{43}", keys["control-token"])
    assert yaml.safe_load(keys["callers.yaml"]) == [{
        "name": "wsgate", "scopes": ["admin"],
        "token_sha256": hashlib.sha256(keys["control-token"].encode()).hexdigest()}]
    assert rendered.config["auth"] == {"mode": "jwt", "jwt": {"secret_file": "/etc/wsgate-auth/secret"}}
    assert rendered.config["control"]["auth"] == {"mode": "token", "tokens_file": "/etc/wsgate-callers/callers.yaml"}
    for secret in keys.values():
        assert secret not in rendered.text, "in the Secret and nowhere else"


def test_what_is_made_is_random_and_replaces_no_pods():
    one, other = (load_all(template(values="").stdout) for _ in range(2))
    keys = [[o for o in objects if o["kind"] == "Secret"][0]["data"] for objects in (one, other)]
    assert all(keys[0][key] != keys[1][key] for key in keys[0])
    assert [o for o in one if o["kind"] != "Secret"] == [o for o in other if o["kind"] != "Secret"]


def test_it_goes_with_the_release():
    assert "helm.sh/resource-policy" not in render().one("Secret")["metadata"].get("annotations", {})


@pytest.mark.parametrize("values, made", [
    ("config: {auth: {mode: insecure}}", {"control-token", "callers.yaml"}),
    ("config: {auth: {jwt: {jwks_url: 'https://id.example/keys'}}}", {"control-token", "callers.yaml"}),
    ("config: {control: {auth: {mode: none}}}", {"jwt-secret"}),
    ("control: {auth: {existingSecret: mine}}", {"jwt-secret"}),
    ("config: {control: {auth: {tokens_file: /mine/callers.yaml}}}", {"jwt-secret"}),
    (VALUE_SETS["insecure"].read_text(), None),
    (VALUE_SETS["production"].read_text(), None),
    (VALUE_SETS["mtls"].read_text(), None),
])
def test_only_what_is_missing_is_made(values, made):
    rendered = render(values)
    assert rendered.has("Secret") is (made is not None)
    if made:
        assert set(made_keys(rendered)) == made


def files_of(rendered):
    """{path in the pod: (Secret, key)} of the gateway's container."""
    volumes = {v["name"]: v["secret"] for v in rendered.pod["spec"]["volumes"] if "secret" in v}
    found = {}
    for mount in rendered.container["volumeMounts"]:
        volume = volumes.get(mount["name"])
        assert mount["readOnly"] is True and "subPath" not in mount, mount
        for item in (volume or {}).get("items", []):
            found[f"{mount['mountPath']}/{item['path']}"] = volume["secretName"], item["key"]
    return found


def files_named(config):
    """Every *_file that a configuration names."""
    for key, value in config.items():
        if isinstance(value, dict):
            yield from files_named(value)
        elif key.endswith("_file"):
            yield value


def test_every_file_that_the_configuration_names_is_mounted(value_set, rendered):
    if value_set == "extras":
        return
    files = files_of(rendered)
    assert set(files_named(rendered.config)) <= set(files)
    for volume in rendered.pod["spec"]["volumes"]:
        if "secret" in volume:
            assert volume["secret"]["defaultMode"] == 0o440, "the group's to read, nobody's to write"


@pytest.mark.parametrize("value_set, wanted", [
    ("defaults", {"/etc/wsgate-auth/secret": ("wsgate-keys", "jwt-secret"),
                  "/etc/wsgate-callers/callers.yaml": ("wsgate-keys", "callers.yaml"),
                  "/etc/wsgate-callers/control-token": ("wsgate-keys", "control-token")}),
    ("jwks", {"/etc/wsgate-auth/jwks.json": ("provider", "set.json"),
              "/etc/wsgate-auth/jwks-ca.crt": ("provider", "house.crt"),
              "/etc/wsgate-callers/callers.yaml": ("wsgate-keys", "callers.yaml"),
              "/etc/wsgate-callers/control-token": ("wsgate-keys", "control-token")}),
    ("mtls", {"/etc/wsgate-callers/callers.yaml": ("callers", "list.yaml"),
              "/etc/wsgate-control-tls/tls.crt": ("control-tls", "tls.crt"),
              "/etc/wsgate-control-tls/tls.key": ("control-tls", "tls.key"),
              "/etc/wsgate-control-ca/ca.crt": ("house-ca", "authority.pem"),
              "/etc/wsgate-hooks-tls/ca.crt": ("hooks-tls", "ca.crt"),
              "/etc/wsgate-hooks-tls/tls.crt": ("hooks-tls", "tls.crt"),
              "/etc/wsgate-hooks-tls/tls.key": ("hooks-tls", "tls.key")}),
    ("production", {"/etc/wsgate-callers/callers.yaml": ("wsgate-callers", "callers.yaml"),
                    "/etc/wsgate-tls/tls.crt": ("wsgate-tls", "tls.crt"),
                    "/etc/wsgate-tls/tls.key": ("wsgate-tls", "tls.key"),
                    "/etc/wsgate-control-tls/tls.crt": ("wsgate-control-tls", "tls.crt"),
                    "/etc/wsgate-control-tls/tls.key": ("wsgate-control-tls", "tls.key")}),
])
def test_each_file_is_of_the_secret_that_is_named(value_set, wanted):
    assert files_of(render_set(value_set)) == wanted


def test_keys_of_the_operator_reach_the_configuration():
    config = render_set("auth-secret").config
    assert config["auth"]["jwt"] == {
        "secret_file": "/etc/wsgate-auth/secret", "public_key_file": "/etc/wsgate-auth/public.pem",
        "issuer": "https://id.example", "audience": ["chat", "feed"], "claims": {"tenant": "tenant"}}
    assert render_set("jwks").config["auth"]["jwt"]["jwks_url"] == "https://id.internal/keys"
    assert render_set("tls").config["tls"] == {
        "cert_file": "/etc/wsgate-tls/tls.crt", "key_file": "/etc/wsgate-tls/tls.key", "min_version": "1.3"}


def test_probes_stay_plain_whatever_clients_and_callers_speak():
    assert render_set("tls").container["livenessProbe"] == render().container["livenessProbe"]


def proofs_of(value_set):
    """Arguments of the test's pod, and {file: (Secret, key)}."""
    spec = render_set(value_set).one("Pod", "wsgate-test-check")["spec"]
    sources = [s["secret"] for v in spec.get("volumes", []) for s in v["projected"]["sources"]]
    return spec["containers"][0]["args"], {
        f"/etc/wsgate-test/{i['path']}": (s["name"], i["key"]) for s in sources for i in s["items"]}


@pytest.mark.parametrize("value_set, proofs", [
    ("insecure", []),
    ("defaults", ["--token-file=/etc/wsgate-test/control-token", "--secret-file=/etc/wsgate-test/jwt-secret"]),
    ("callers", ["--token-file=/etc/wsgate-test/control-token", "--secret-file=/etc/wsgate-test/jwt-secret"]),
    ("auth-secret", ["--token-file=/etc/wsgate-test/control-token", "--secret-file=/etc/wsgate-test/jwt-secret",
                     "--issuer=https://id.example", "--audience=chat"]),
    ("jwks", ["--token-file=/etc/wsgate-test/control-token", "--session-token-file=/etc/wsgate-test/session-token"]),
    ("tls", ["--token-file=/etc/wsgate-test/control-token", "--tls-ca=/etc/wsgate-test/control-ca.crt",
             "--tls-name=control.example.com", "--url-certificate=/etc/wsgate-test/client.crt",
             "--secret-file=/etc/wsgate-test/jwt-secret"]),
    ("mtls", ["--tls-cert=/etc/wsgate-test/control.crt", "--tls-key=/etc/wsgate-test/control.key",
              "--tls-ca=/etc/wsgate-test/control-ca.crt", "--tls-name=wsgate-control.chat.svc"]),
])
def test_the_test_pod_shows_what_it_is_asked_for(value_set, proofs):
    args, files = proofs_of(value_set)
    assert args[4:] == proofs
    named = {arg.split("=", 1)[1] for arg in args[4:] if "/etc/wsgate-test/" in arg}
    assert named == set(files)
    assert args[2].startswith("--url=wss://" if value_set == "tls" else "--url=ws://")


def test_the_test_pod_gets_no_private_key_of_the_gateways():
    _, files = proofs_of("mtls")
    assert files["/etc/wsgate-test/control.key"] == ("test-proofs", "tls.key")
    _, files = proofs_of("tls")
    assert ("chat-tls", "tls.key") not in files.values() and ("control-tls", "tls.key") not in files.values()
    assert files["/etc/wsgate-test/client.crt"] == ("chat-tls", "tls.crt")


def test_without_what_it_needs_there_is_no_test_pod():
    assert not render_set("production").has("Pod")
    assert render(VALUE_SETS["production"].read_text() + "\ntests: {existingSecret: proofs}").has("Pod")
