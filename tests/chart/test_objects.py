"""The objects around the pods: names, labels, Services, ways in, the NetworkPolicy, the test pod, the notes."""

import pytest
from chart import VALUE_SETS, render, render_set

SELECTOR = {"app.kubernetes.io/name": "wsgate", "app.kubernetes.io/instance": "wsgate"}
STANDARD = {"helm.sh/chart", "app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/version",
            "app.kubernetes.io/managed-by", "app.kubernetes.io/component", "app.kubernetes.io/part-of"}


def matches(selector, labels):
    return selector.items() <= labels.items()


def test_every_object_has_the_standard_labels_and_its_namespace(rendered):
    for o in rendered.objects:
        assert STANDARD <= set(o["metadata"]["labels"]), o["kind"]
        assert o["metadata"]["namespace"] == "chat"
        assert len(o["metadata"]["name"]) <= 63
    assert STANDARD - {"helm.sh/chart"} == STANDARD & set(rendered.pod["metadata"]["labels"])


def test_objects_of_one_kind_have_names_of_their_own(rendered):
    names = [(o["kind"], o["metadata"]["name"]) for o in rendered.objects]
    assert len(names) == len(set(names))


def test_selectors_are_name_and_instance_alone_and_find_only_the_gateway(rendered):
    name = rendered.pod["metadata"]["labels"]["app.kubernetes.io/name"]
    wanted = {"app.kubernetes.io/name": name, "app.kubernetes.io/instance": "wsgate"}
    selectors = [o["spec"]["selector"] for o in rendered.objects if o["kind"] == "Service"]
    assert len(selectors) == 3
    selectors += [o["spec"]["selector"]["matchLabels"] for o in rendered.objects
                  if o["kind"] in ("Deployment", "PodDisruptionBudget")]
    selectors += [o["spec"]["podSelector"]["matchLabels"] for o in rendered.objects if o["kind"] == "NetworkPolicy"]
    assert all(selector == wanted for selector in selectors)
    assert matches(wanted, rendered.pod["metadata"]["labels"])
    assert not any(matches(wanted, o["metadata"]["labels"]) for o in rendered.objects if o["kind"] == "Pod")


def test_two_releases_in_one_namespace_share_nothing():
    one, other = render(), render(name="second")
    names = [{(o["kind"], o["metadata"]["name"]) for o in r.objects} for r in (one, other)]
    assert not names[0] & names[1]
    assert other.one("Service", "second-wsgate-control")["spec"]["selector"] != one.one("Service", "wsgate")["spec"]["selector"]


@pytest.mark.parametrize("values", ["", "nameOverride: " + "n" * 52, "fullnameOverride: " + "f" * 52])
def test_long_names_are_cut_and_stay_apart(values):
    rendered = render(values, name="r" * 53)
    for o in rendered.objects:
        assert len(o["metadata"]["name"]) <= 63
        assert all(len(value) <= 63 for value in o["metadata"]["labels"].values())
    assert len({o["metadata"]["name"] for o in rendered.objects if o["kind"] == "Service"}) == 3


def test_names_labels_and_annotations_of_the_operator():
    rendered = render_set("names")
    deployment = rendered.one("Deployment", "chat-gate")
    assert deployment["metadata"]["labels"]["team"] == "chat"
    assert deployment["metadata"]["labels"]["app.kubernetes.io/name"] == "gate"  # Not to be overwritten: selectors need it.
    assert deployment["metadata"]["annotations"] == {"owner": "chat@example.com"}
    assert rendered.pod["metadata"]["labels"]["tier"] == "edge"
    assert rendered.pod["metadata"]["annotations"]["sidecar.istio.io/inject"] == "false"
    assert rendered.pod["spec"]["serviceAccountName"] == "chat-account"
    account = rendered.one("ServiceAccount", "chat-account")
    assert account["automountServiceAccountToken"] is False
    assert account["metadata"]["annotations"]["example.com/role"] == "gate"


def test_without_an_account_of_its_own_the_pod_still_has_no_token():
    rendered = render_set("bare")
    assert not rendered.has("ServiceAccount")
    assert rendered.pod["spec"]["serviceAccountName"] == "default"
    assert rendered.pod["spec"]["automountServiceAccountToken"] is False


def test_services_say_their_protocol_and_lead_to_a_port_of_the_pod(rendered):
    ports = {p["name"]: p["containerPort"] for p in rendered.container["ports"]}
    host = "[::]" if "[::]" in rendered.config["client"]["address"] else "0.0.0.0"
    for name, group in (("ws", "client"), ("grpc", "control"), ("admin", "admin")):
        assert rendered.config[group]["address"] == f"{host}:{ports[name]}"
    protocols = {}
    for service in [o for o in rendered.objects if o["kind"] == "Service"]:
        (port,) = service["spec"]["ports"]
        assert port["targetPort"] in ports
        protocols[port["name"]] = port["appProtocol"]
    assert protocols == {"ws": "kubernetes.io/wss" if "tls" in rendered.config else "kubernetes.io/ws",
                         "grpc": "https" if "tls" in rendered.config["control"] else "kubernetes.io/h2c", "admin": "http"}


def test_the_control_service_shows_every_ready_pod():
    spec = render().one("Service", "wsgate-control")["spec"]
    assert spec["clusterIP"] == "None"
    assert spec["publishNotReadyAddresses"] is False
    assert "clusterIP" not in render().one("Service", "wsgate")["spec"]


def test_the_client_service_can_be_opened_to_the_outside():
    spec = render_set("node-port").one("Service", "wsgate")["spec"]
    assert (spec["type"], spec["ports"][0]["nodePort"], spec["externalTrafficPolicy"]) == ("NodePort", 30080, "Local")
    spec = render_set("load-balancer").one("Service", "wsgate")["spec"]
    assert (spec["loadBalancerClass"], spec["loadBalancerSourceRanges"]) == ("example.com/internal", ["10.0.0.0/8"])
    inside = render("service: {client: {nodePort: 30080, loadBalancerClass: x, externalTrafficPolicy: Local}}")
    spec = inside.one("Service", "wsgate")["spec"]
    assert not {"loadBalancerClass", "externalTrafficPolicy"} & set(spec) and "nodePort" not in spec["ports"][0]


def test_one_way_in_at_most(rendered, value_set):
    ways = [o["kind"] for o in rendered.objects if o["kind"] in ("Ingress", "HTTPRoute")]
    assert ways == {"ingress": ["Ingress"], "tls": ["Ingress"], "httproute": ["HTTPRoute"]}.get(value_set, [])


def test_the_ingress_leads_to_the_client_port():
    spec = render_set("ingress").one("Ingress")["spec"]
    assert [rule["host"] for rule in spec["rules"]] == ["chat.example.com", "chat.example.org"]
    for rule in spec["rules"]:
        assert rule["http"]["paths"] == [{"path": "/ws", "pathType": "Prefix", "backend": {
            "service": {"name": "wsgate", "port": {"name": "ws"}}}}]
    assert spec["tls"][0]["secretName"] == "chat-tls"
    anybody = render("ingress: {enabled: true}").one("Ingress")["spec"]
    assert "host" not in anybody["rules"][0] and "ingressClassName" not in anybody


def test_the_route_never_times_a_session_out():
    spec = render_set("httproute").one("HTTPRoute")["spec"]
    (rule,) = spec["rules"]
    assert rule["timeouts"] == {"request": "0s"}
    assert rule["backendRefs"] == [{"name": "wsgate", "port": 8080}]
    assert spec["hostnames"] == ["chat.example.com"]


def rules(values):
    policy = render(values).one("NetworkPolicy")["spec"]
    return policy, {rule["ports"][0]["port"]: rule.get("from") for rule in policy["ingress"]}


def test_the_network_policy_keeps_the_control_port_for_labelled_pods():
    policy, peers = rules("")
    assert policy["policyTypes"] == ["Ingress"]
    assert peers == {"ws": None, "grpc": [{"podSelector": {"matchLabels": {"wsgate-control-client": "true"}}}],
                     "admin": [{"namespaceSelector": {}}]}


def test_the_network_policy_takes_peers_of_the_operator():
    _, peers = rules(VALUE_SETS["network"].read_text())
    assert len(peers["ws"]) == len(peers["admin"]) == 1
    assert len(peers["grpc"]) == 3  # Two, and the label.
    assert not render_set("bare").has("NetworkPolicy")


def test_the_network_policy_may_bound_what_goes_out():
    policy, _ = rules(VALUE_SETS["hooks"].read_text())
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert [port["port"] for rule in policy["egress"] for port in rule["ports"]] == [53, 53, 50052]


def test_the_test_pod_may_call_and_asks_the_right_services():
    pod = render_set("node-port").one("Pod", "wsgate-test-check")
    assert pod["metadata"]["annotations"]["helm.sh/hook"] == "test"
    assert pod["metadata"]["labels"]["wsgate-control-client"] == "true"
    (container,) = pod["spec"]["containers"]
    assert container["command"] == ["/usr/bin/wsgatectl"]
    assert container["args"][:4] == ["check", "--address=wsgate-control:9000", "--url=ws://wsgate:80/ws", "--timeout=60s"]
    assert pod["spec"]["restartPolicy"] == "Never"
    assert not render_set("bare").has("Pod")


def test_nothing_but_the_documented_kinds():
    kinds = sorted(o["kind"] for o in render().objects)
    assert kinds == ["ConfigMap", "Deployment", "NetworkPolicy", "Pod", "Secret", "Service", "Service", "Service",
                     "ServiceAccount"]
