"""The Deployment: how long it may drain, what it may do, when it is replaced."""

import re

import pytest
from chart import refused, render, render_set
from config_schema import gateway_schema

SECOND = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}


def seconds(text):
    return sum(int(number) * SECOND[unit] for number, unit in re.findall(r"(\d+)(ns|us|ms|h|m|s)", str(text)))


def drain_seconds(config):
    """Notice, window and close timeout in force: the file's, else the gateway's defaults."""
    def value(group, field):
        default = gateway_schema()["properties"][group]["properties"][field]["default"]
        return seconds((config.get(group) or {}).get(field, default))

    return value("drain", "notice") + value("drain", "window") + value("session", "close_timeout")


def grace(values):
    return render(values).pod["spec"]["terminationGracePeriodSeconds"]


def test_the_grace_period_is_longer_than_the_drain(rendered):
    assert rendered.pod["spec"]["terminationGracePeriodSeconds"] >= drain_seconds(rendered.config) + 10


@pytest.mark.parametrize("values, wanted", [
    ("", 260),  # 5 + 240 + 2 + 10, rounded up.
    ("config: {drain: {notice: 0s, window: 0s}, session: {close_timeout: 10ms}}", 20),
    ("config: {drain: {notice: 0, window: 1m}}", 80),
    ("config: {drain: {window: 1h2m3s4ms}}", 3750),
    ("config: {drain: {notice: 1s1ms, window: 27s}, session: {close_timeout: 2s}}", 50),  # 30.001 s.
    ("config: {drain: {notice: 1s, window: 27s}, session: {close_timeout: 2s}}", 40),
    ("config: {drain: {window: 24h}}", 86420),
    ("config: {drain: null}", 260),
    ("terminationGracePeriodSeconds: 257", 257),
    ("terminationGracePeriodSeconds: 3600", 3600),
])
def test_the_grace_period_follows_the_drain(values, wanted):
    assert grace(values) == wanted


@pytest.mark.parametrize("values", [
    "terminationGracePeriodSeconds: 256",
    "terminationGracePeriodSeconds: 300\nconfig: {drain: {window: 5m}}",
    "terminationGracePeriodSeconds: 260\nconfig: {session: {close_timeout: 1m}}",
])
def test_a_grace_period_that_would_cut_the_drain_is_refused(values):
    message = refused(values)
    assert "terminationGracePeriodSeconds" in message
    assert "config.drain.window" in message


def test_pods_are_restricted(rendered, value_set):
    for spec in [o["spec"] for o in rendered.objects if o["kind"] == "Pod"] + [rendered.pod["spec"]]:
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        if value_set != "bare":
            assert spec["securityContext"]["runAsUser"] == 65532
        assert spec["automountServiceAccountToken"] is False
        assert spec["enableServiceLinks"] is False
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
            assert container["resources"]["limits"]["memory"]
            assert not [port for port in container.get("ports", []) if "hostPort" in port]


def test_one_security_setting_can_be_changed_without_the_others():
    spec = render("podSecurityContext: {runAsUser: 1000, runAsGroup: null}").pod["spec"]["securityContext"]
    assert spec == {"runAsNonRoot": True, "runAsUser": 1000, "fsGroup": 65532, "seccompProfile": {"type": "RuntimeDefault"}}


def test_no_ready_pod_is_taken_away_before_its_successor_is_there(rendered):
    spec = rendered.one("Deployment")["spec"]
    assert spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert spec["strategy"]["rollingUpdate"]["maxSurge"]


def test_each_probe_asks_what_it_is_for(rendered):
    paths = {name: rendered.container[name + "Probe"]["httpGet"] for name in ("startup", "readiness", "liveness")}
    assert paths == {"startup": {"path": "/readyz", "port": "admin"}, "readiness": {"path": "/readyz", "port": "admin"},
                     "liveness": {"path": "/livez", "port": "admin"}}


def test_unreadiness_is_seen_within_the_notice():
    probe = render().container["readinessProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] < seconds("5s")


def annotations(values):
    return render(values).pod["metadata"].get("annotations", {})


def test_a_changed_configuration_replaces_the_pods_unless_switched_off():
    changed = "config: {limits: {messages_per_second: 7}}"
    assert annotations("")["checksum/config"] != annotations(changed)["checksum/config"]
    assert annotations("demo: true")["checksum/config"] != annotations("")["checksum/config"]
    assert annotations("replicaCount: 2") == annotations("")
    off = "\nrollOnConfigChange: false"
    assert render(off).pod == render(changed + off).pod
    assert render(off).config != render(changed + off).config


def test_a_changed_secret_replaces_the_pods_too():
    one, two = annotations("secretFiles: {a: one}"), annotations("secretFiles: {a: two}")
    assert one["checksum/secret"] != two["checksum/secret"]
    assert "checksum/secret" not in annotations("existingSecret: mine")


def test_secrets_are_mounted_and_never_in_the_configmap():
    rendered = render_set("secret-files")
    mount = {"name": "secrets", "mountPath": "/etc/wsgate-secrets", "readOnly": True}
    assert mount in rendered.container["volumeMounts"]
    assert set(rendered.one("Secret", "wsgate")["data"]) == {"token", "ca.pem"}
    assert "not-in-the-configmap" not in rendered.text
    existing = render_set("existing-secret")
    assert existing.one("Secret")["metadata"]["name"] == "wsgate-keys"
    assert {"name": "secrets", "secret": {"secretName": "my-secret", "defaultMode": 0o440}} in existing.pod["spec"]["volumes"]
    assert mount not in render_set("defaults").container["volumeMounts"]


def test_the_configuration_is_mounted_as_a_folder_so_that_changes_arrive(rendered):
    assert {"name": "config", "mountPath": "/etc/wsgate", "readOnly": True} in rendered.container["volumeMounts"]


def test_replicas_are_the_autoscalers_where_there_is_one():
    assert "replicas" not in render_set("autoscaling").one("Deployment")["spec"]
    assert render_set("replicas").one("Deployment")["spec"]["replicas"] == 3
    assert not render_set("replicas").has("HorizontalPodAutoscaler")


def test_the_autoscaler_is_quick_up_and_slow_down():
    spec = render_set("autoscaling").one("HorizontalPodAutoscaler")["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (3, 20)
    assert spec["metrics"] == [{"type": "Resource", "resource": {
        "name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}}]
    assert spec["behavior"]["scaleDown"]["stabilizationWindowSeconds"] == 600
    assert spec["behavior"]["scaleDown"]["policies"] == [{"type": "Pods", "value": 1, "periodSeconds": 300}]
    assert spec["behavior"]["scaleUp"]["stabilizationWindowSeconds"] == 0


def test_a_disruption_budget_stands_where_there_are_several_pods():
    assert render_set("replicas").one("PodDisruptionBudget")["spec"]["maxUnavailable"] == "50%"
    spec = render_set("autoscaling").one("PodDisruptionBudget")["spec"]
    assert (spec["maxUnavailable"], spec["unhealthyPodEvictionPolicy"]) == (1, "AlwaysAllow")
    assert not render_set("defaults").has("PodDisruptionBudget")
    assert not render("replicaCount: 3\npodDisruptionBudget: {enabled: false}").has("PodDisruptionBudget")


def test_pods_spread_unless_told_otherwise():
    spread = render_set("defaults").pod["spec"]["topologySpreadConstraints"]
    assert [c["topologyKey"] for c in spread] == ["kubernetes.io/hostname", "topology.kubernetes.io/zone"]
    assert {c["whenUnsatisfiable"] for c in spread} == {"ScheduleAnyway"}
    own = render_set("scheduling").pod["spec"]
    assert [c["maxSkew"] for c in own["topologySpreadConstraints"]] == [2]
    assert own["nodeSelector"] and own["tolerations"] and own["affinity"] and own["priorityClassName"] == "high"
    assert "topologySpreadConstraints" not in render_set("bare").pod["spec"]


def test_what_is_extra_arrives():
    container = render_set("extras").container
    assert container["args"][2:] == ["--shards=2", "--log-format=text"]
    assert {"name": "WSGATE_LOG_LEVEL", "value": "warn"} in container["env"]
    assert container["envFrom"] == [{"configMapRef": {"name": "more", "optional": True}}]
    assert {"name": "scratch", "mountPath": "/tmp"} in container["volumeMounts"]
    assert container["livenessProbe"]["failureThreshold"] == 3
    assert container["livenessProbe"]["periodSeconds"] == 10


def test_the_image_is_named_by_tag_or_digest():
    assert render().container["image"] == "wsgate:0.1.0"
    assert render("image: {tag: main}").container["image"] == "wsgate:main"
    assert render_set("existing-secret").container["image"].startswith("registry.example.com/team/wsgate@sha256:0123")
    assert render_set("existing-secret").pod["spec"]["imagePullSecrets"] == [{"name": "registry"}]


def test_every_container_has_the_same_image(rendered, value_set):
    pods = [o["spec"] for o in rendered.objects if o["kind"] == "Pod"] + [rendered.pod["spec"]]
    assert len({c["image"] for spec in pods for c in spec["containers"]}) == 1
    assert len(pods) == (1 if value_set in ("bare", "production") else 2)
