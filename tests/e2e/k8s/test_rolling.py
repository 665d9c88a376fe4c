"""1,000 clients that count, while three pods are replaced one after the other, and while one is killed."""

import collections
import time

from cluster import is_ready, merged, until
from crowd import crowd, sessions
from rates import busiest

CLIENTS = 1000
# Of each pod that drains. Production empties a pod in two minutes; here it is 7 to 10 s.
RELEASED_PER_SECOND = 50
THREE_PODS = {
    "replicaCount": 3,
    "maxSurge": 1,
    # Longer than a drain, so that one pod drains at a time: 500 sessions at 50 a second, the notice, the longest hint.
    "minReadySeconds": 20,
    "config": {"drain": {"notice": "3s", "window": "60s", "sessions_per_second": RELEASED_PER_SECOND}},
}
LATE_SECONDS_MAX = 2


def check_nobody_was_refused(seen):
    assert seen["refused"] == []
    assert seen["failed"] == []
    assert seen["gaps"] == []


def test_a_rolling_upgrade_loses_nobody(release, record):
    release.install(THREE_PODS)
    before = {pod["metadata"]["name"] for pod in release.wait_for_pods(3)}
    with crowd(release, CLIENTS) as clients:
        until(lambda: sum(sessions(release).values()) == CLIENTS, "not all in", 60)
        ready = []
        started = time.time()
        changed = merged(THREE_PODS, {"config": {"limits": {"messages_burst": 200}}})
        release.helm("upgrade", "wsgate", release.chart, values=changed)

        def replaced():
            pods = release.pods()
            ready.append(sum(is_ready(pod) for pod in pods))
            return len(pods) == 3 and not before & {pod["metadata"]["name"] for pod in pods}

        until(replaced, "the old pods are still there", 240)
        seconds = time.time() - started
        until(lambda: sum(sessions(release).values()) == CLIENTS, "not all are back", 60)
        seen = clients.finish()

    check_nobody_was_refused(seen)
    assert min(ready) >= 3, "an upgrade never lacks a pod"
    closes, connects = seen["closes"], seen["connects"]
    assert {close["code"] for close in closes} == {4000}, collections.Counter(close["reason"] for close in closes)
    assert {close["pod"] for close in closes} >= before
    assert len(closes) == len(connects) >= CLIENTS, "each that was sent away came back"
    late = max(connect["late"] for connect in connects)
    released = {pod: busiest([close["at"] for close in closes if close["pod"] == pod], 1) for pod in before}
    back = busiest([connect["at"] for connect in connects], 1)
    back_in_5 = busiest([connect["at"] for connect in connects], 5) / 5
    record("rolling upgrade", f"{CLIENTS} clients, 3 pods replaced in {seconds:.0f} s, {len(closes)} moves, "
           f"{seen['messages']} messages without a gap; refused 0; the latest {late * 1000:.0f} ms after its hint; released at "
           f"most {max(released.values())} in a second ({RELEASED_PER_SECOND} is the bound); back at most {back} in a second, "
           f"{back_in_5:.0f} a second over 5 s; the clients looked up to {seen['lag'] * 1000:.0f} ms late")
    # A span of the clients' is as much longer as they looked late; nothing else is allowed for.
    assert max(released.values()) <= RELEASED_PER_SECOND * (1 + seen["lag"]) + 1, released
    assert back <= RELEASED_PER_SECOND * (1 + seen["lag"]) + 1
    assert back_in_5 * 5 <= RELEASED_PER_SECOND * (5 + seen["lag"]) + 1
    assert late <= LATE_SECONDS_MAX


def test_a_killed_pod_takes_only_its_own_sessions_along(release, record):
    release.install({**THREE_PODS, "minReadySeconds": 0})
    victim = release.wait_for_pods(3)[0]["metadata"]["name"]
    with crowd(release, CLIENTS) as clients:
        until(lambda: sum(sessions(release).values()) == CLIENTS, "not all in", 60)
        held = sessions(release)
        killed = time.time()
        release.kubectl("delete", "pod", victim, "--grace-period=0", "--force")
        until(lambda: victim not in sessions(release), "it is still there", 60)
        until(lambda: sum(sessions(release).values()) == CLIENTS, "not all are back", 60)
        seen = clients.finish()
    assert {close["pod"] for close in seen["closes"]} == {victim}, "the other pods' sessions went on"
    assert len(seen["closes"]) == held[victim]
    assert {close["code"] for close in seen["closes"]} == {1006}, "it had no time for a Close frame"
    assert seen["gaps"] == []
    back = max(connect["at"] for connect in seen["connects"]) - killed
    record("pod killed", f"{held[victim]} of {CLIENTS} sessions lost with it, all back after {back:.1f} s; "
           f"{len(seen['refused'])} connections refused meanwhile, {len(seen['failed'])} failed otherwise; the other pods lost none")
