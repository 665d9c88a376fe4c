"""helm install, test, upgrade, rollback and uninstall on a real API server, with real pods."""

import json

import pytest

from cluster import CHART, QUICK_DRAIN, ROOT, Release, is_ready, merged, restarts, until
from readme_blocks import extract

VALUE_SETS = sorted((ROOT / "tests/chart/values").glob("*.yaml")) + [CHART / "values-production.yaml"]


def test_there_are_value_sets():
    assert len(VALUE_SETS) >= 12


@pytest.mark.parametrize("values", VALUE_SETS, ids=lambda path: path.stem)
def test_the_api_server_takes_every_value_set(cluster, values):
    with cluster.namespace(f"dry-{values.stem}") as namespace:
        version = json.loads(cluster.kubectl("version", "-o", "json"))["serverVersion"]["gitVersion"]
        rendered = cluster.run("helm", "-n", namespace, "template", "wsgate", CHART, "-f", values,
                               "--kube-version", version)
        assert rendered.returncode == 0, rendered.stderr
        said = cluster.kubectl("apply", "-n", namespace, "--dry-run=server", "-f", "-", stdin=rendered.stdout)
        assert "deployment.apps/" in said
        assert ("httproute.gateway.networking.k8s.io/" in said) == (values.stem == "httproute")
        assert "Warning" not in said


def test_the_api_server_refuses_a_wrong_one(cluster):
    with cluster.namespace("dry-wrong") as namespace:
        done = cluster.run("kubectl", "apply", "-n", namespace, "--dry-run=server", "-f", "-", stdin=json.dumps({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "wrong"}, "spec": {"replicas": 1}}))
        assert done.returncode != 0 and "spec.selector" in done.stderr


def test_the_api_server_refuses_a_wrong_route(cluster):
    with cluster.namespace("dry-wrong-route") as namespace:
        done = cluster.run("kubectl", "apply", "-n", namespace, "--dry-run=server", "-f", "-", stdin=json.dumps({
            "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "wrong"},
            "spec": {"rules": [{"matches": [{"path": {"type": "PathPrefix", "value": "no-slash"}}]}]}}))
        assert done.returncode != 0 and "must be an absolute path" in done.stderr, done.stderr


def readme_grpcurl():
    """The README's grpcurl line, as it stands there but for the token, which the chart asks for."""
    (line,) = [block.text for block in extract((ROOT / "README.md").read_text()) if block.text.startswith("grpcurl ")]
    return line.replace("grpcurl ", 'grpcurl -H "authorization: Bearer $TOKEN" ', 1)


def token_command(notes):
    """How the notes say to get the callers' token."""
    (line,) = [line for line in notes.splitlines() if line.endswith("> control.token")]
    return line.removesuffix("> control.token").strip()


def test_with_no_values_it_installs_works_and_is_tested(release):
    notes = release.install()
    assert "insecure" not in notes and "grpcurl" in notes, "the notes say what to type; nothing is open"
    pod = release.pod()
    assert is_ready(pod) and restarts(pod) == 0
    assert pod["spec"]["automountServiceAccountToken"] is False
    assert "Phase:          Succeeded" in release.helm("test", "wsgate")
    script = f"""
      kubectl -n {release.namespace} port-forward service/wsgate-control 50051 >/dev/null & forward=$!
      until (: </dev/tcp/127.0.0.1/50051) 2>/dev/null; do kill -0 $forward; done
      ! grpcurl -plaintext 127.0.0.1:50051 wsgate.v1.ControlService/GetStats 2>&1 | grep -q Unauthenticated && exit 9
      TOKEN=$({token_command(notes)})
      {readme_grpcurl()}
      kill $forward
    """
    done = release.cluster.run(*release.cluster.in_node("bash", "-euc", script), timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"outcome": {"offline": 1, "nodes": 1}}, "nobody is called ada here"


def test_helm_test_fails_where_nobody_answers(release):
    release.install(QUICK_DRAIN)
    release.kubectl("scale", "deployment/wsgate", "--replicas=0")
    until(lambda: not release.pods(), "a pod is left", 60)
    assert "Succeeded" not in release.helm("test", "wsgate", "--timeout", "130s", fails=True)


def test_a_service_of_the_same_name_with_service_links_on_does_no_harm(release):
    """Kubernetes gives pods WSGATE_PORT=tcp://… and its like, which look like settings."""
    release.install(QUICK_DRAIN)
    patch = {"spec": {"template": {"spec": {"enableServiceLinks": True}}}}
    release.kubectl("patch", "deployment", "wsgate", "-p", json.dumps(patch))
    release.kubectl("rollout", "status", "deployment/wsgate", "--timeout=60s")
    (pod,) = release.wait_for_pods(1)
    assert pod["spec"]["enableServiceLinks"] is True
    # The variables are there: no shell in the image, so the node looks at the process.
    uid = pod["metadata"]["uid"]
    look = f"""for p in /proc/[0-9]*; do
      if grep -qs {uid} $p/cgroup && grep -qs ^wsgate $p/comm; then tr '\\0' '\\n' <$p/environ; fi; done"""
    variables = release.cluster.in_all_namespaces("bash", "-c", look)
    assert "WSGATE_PORT=tcp://" in variables
    assert "WSGATE_SERVICE_HOST=" in variables
    assert "Succeeded" in release.helm("test", "wsgate")


def test_a_changed_config_replaces_the_pods_and_a_rollback_brings_the_old_one_back(release):
    release.install(QUICK_DRAIN)
    first = release.pod()["metadata"]["name"]
    release.upgrade(merged(QUICK_DRAIN, {"config": {"limits": {"messages_per_second": 7}}}))
    (second,) = release.wait_for_pods(1)
    assert second["metadata"]["name"] != first
    assert release.limit(second, "messagesPerSecond") == 7
    release.helm("rollback", "wsgate", "1", "--wait", "--timeout", "120s")
    (third,) = release.wait_for_pods(1)
    assert third["metadata"]["name"] != second["metadata"]["name"]
    assert release.limit(third, "messagesPerSecond") == 50


def test_an_upgrade_keeps_the_keys_and_another_release_has_others(cluster, release):
    release.install(QUICK_DRAIN)
    made = release.get("secret", "wsgate-keys")["data"]
    first = release.pod()["metadata"]["name"]
    release.upgrade(QUICK_DRAIN)
    assert release.get("secret", "wsgate-keys")["data"] == made
    assert release.pod()["metadata"]["name"] == first, "nothing random is in the pod's template"
    release.kubectl("patch", "secret", "wsgate-keys", "--type=json",
                    "-p", '[{"op":"remove","path":"/data/control-token"}]')
    release.upgrade(QUICK_DRAIN)
    now = release.get("secret", "wsgate-keys")["data"]
    assert now["jwt-secret"] == made["jwt-secret"]
    assert now["control-token"] != made["control-token"] and now["callers.yaml"] != made["callers.yaml"]
    other = Release(cluster, release.namespace, "second")
    other.install(QUICK_DRAIN)
    others = other.get("secret", "second-wsgate-keys")["data"]
    assert not set(others.values()) & set(now.values())


def test_without_rolling_a_changed_limit_reaches_the_same_pod(release):
    values = merged(QUICK_DRAIN, {"rollOnConfigChange": False})
    release.install(values)
    pod = release.pod()
    release.upgrade(merged(values, {"config": {"limits": {"messages_per_second": 7}}}))

    until(lambda: release.limit(pod, "messagesPerSecond") == 7, "the kubelet takes about a minute", 150)
    assert release.pod()["metadata"]["name"] == pod["metadata"]["name"] and restarts(release.pod()) == 0


def test_a_failed_upgrade_leaves_the_old_pod_serving(release):
    release.install(QUICK_DRAIN)
    pod = release.pod()
    release.helm("upgrade", "wsgate", CHART, "--wait", "--timeout", "10s", fails=True,
                 values=merged(QUICK_DRAIN, {"config": {"no_such_field": 1}}))
    serving = [other for other in release.pods() if is_ready(other)]
    assert [other["metadata"]["name"] for other in serving] == [pod["metadata"]["name"]]


def test_uninstall_leaves_nothing(release):
    release.install(QUICK_DRAIN)
    release.helm("uninstall", "wsgate", "--wait", "--timeout", "60s")
    until(lambda: not release.pods(), "a pod is left", 30)
    kinds = "all,configmap,secret,serviceaccount,networkpolicy,pdb,ingress,hpa"
    left = {(item["kind"], item["metadata"]["name"]) for item in release.get(kinds)["items"]}
    assert left == {("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")}, "what every namespace has"


def test_two_releases_live_side_by_side(cluster, release):
    release.install(QUICK_DRAIN)
    other = Release(cluster, release.namespace, "second")
    other.install(QUICK_DRAIN)
    assert len(release.pods()) == 2
    assert "Succeeded" in other.helm("test", "second")
