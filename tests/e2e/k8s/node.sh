#!/bin/bash
# A real Kubernetes of one node, in namespaces of its own, for the chart's tests. Needs root, what build.sh has built, and
# cgroup v1. Nothing of the host changes: the node has its own net, mount, pid, uts, ipc and cgroup namespaces, no way out
# of its network, and one listener on the host, 127.0.0.1:$K8S_PORT, which leads to the API server.
# usage: node.sh up              starts it on fresh state and prints the path of its KUBECONFIG (20 s)
#        node.sh down            ends it, by the pids that it wrote down, and removes its cgroups and state; logs stay
#        node.sh exec CMD...     runs CMD in its network namespace, where the addresses of pods and Services lead to them
#        node.sh node CMD...     runs CMD in all of its namespaces, for example ctr
#        node.sh import FILE     loads an image archive
# K8S_DIR is what build.sh was given (build/k8s), K8S_PORT 16443, K8S_CGROUP wsgate-k8s.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${K8S_DIR:-$here/../../../build/k8s}
dir=$(cd "$dir" && pwd) || { echo "$dir is not there: run tests/e2e/k8s/build.sh" >&2; exit 1; }
run=$dir/run port=${K8S_PORT:-16443} cgroup=${K8S_CGROUP:-wsgate-k8s} node=node0
node_ip=10.77.0.1 pod_net=10.244.0.0/24 service_net=10.96.0.0/16 api_service=10.96.0.1 dns_service=10.96.0.10
export dir run port node node_ip pod_net service_net api_service dns_service
. "$here/node_config.sh"

say() {
  printf '%s %s\n' "$(date +%T)" "$*" >&2
}

init_pid() {
  cat "$run/init.pid" 2>/dev/null || true
}

alive() { # PID
  [[ -n ${1:-} ]] && kill -0 "$1" 2>/dev/null
}

# until_true SECONDS COMMAND...
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}

in_namespaces() { # FLAGS COMMAND...: the flags are nsenter's
  local pid flags=$1
  shift
  pid=$(init_pid)
  alive "$pid" || { say 'the node is not up'; exit 1; }
  PATH=$dir/bin:$PATH:/usr/sbin exec nsenter -t "$pid" "$flags" "$@"
}

make_cgroups() {
  local folder
  for folder in /sys/fs/cgroup/*/; do
    folder=${folder%/}
    awk -v folder="$folder" '$2 == folder && $3 == "cgroup" {found = 1} END {exit !found}' /proc/mounts || continue
    mkdir -p "$folder/$cgroup"
    if [[ ${folder##*/} == cpuset ]]; then
      cat "$folder/cpuset.cpus" >"$folder/$cgroup/cpuset.cpus"
      cat "$folder/cpuset.mems" >"$folder/$cgroup/cpuset.mems"
    fi
  done
}

remove_cgroups() {
  local folder
  for folder in /sys/fs/cgroup/*/"$cgroup"; do
    [[ ! -d $folder ]] || find "$folder" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
  ! ls -d /sys/fs/cgroup/*/"$cgroup" 2>/dev/null
}

first_child() { # PID
  awk '{print $1}' "/proc/$1/task/$1/children" 2>/dev/null
}

has_child() { # PID
  [[ -n $(first_child "$1") ]]
}

start_node() {
  make_cgroups
  setsid bash -c '
    for procs in /sys/fs/cgroup/*/'"$cgroup"'/cgroup.procs; do [[ ! -e $procs ]] || echo $$ >"$procs"; done
    exec unshare --cgroup --net --mount --pid --uts --ipc --fork --mount-proc --propagation private --kill-child \
      bash "$0"' "$here/node_init.sh" >>"$run/logs/init.log" 2>&1 </dev/null &
  local outer=$!
  until_true 10 has_child "$outer" || { cat "$run/logs/init.log" >&2; exit 1; }
  echo "$outer" >"$run/outer.pid"
  first_child "$outer" >"$run/init.pid"
  # From the host's loopback to the API server.
  local socat=$dir/debroot/usr/bin/socat lib=$dir/debroot/usr/lib/x86_64-linux-gnu
  LD_LIBRARY_PATH=$lib setsid "$socat" "TCP-LISTEN:$port,bind=127.0.0.1,reuseaddr,fork" \
    "EXEC:'nsenter -t $(init_pid) -n $socat - TCP\:127.0.0.1\:$port'" >>"$run/logs/forward.log" 2>&1 </dev/null &
  echo $! >"$run/forward.pid"
}

up() {
  if alive "$(init_pid)"; then
    echo "$run/admin.kubeconfig"
    return
  fi
  ((EUID == 0)) || { say 'the node needs root for its namespaces'; exit 1; }
  [[ -x $dir/bin/coredns && -x $dir/bin/pause ]] ||
    { say "$dir is not complete: run tests/e2e/k8s/build.sh $dir"; exit 1; }
  [[ -d /sys/fs/cgroup/memory ]] || { say 'only written for cgroup v1, which /sys/fs/cgroup is not'; exit 1; }
  local start=$SECONDS kubectl=$dir/bin/kubectl
  rm -rf "$run"/{pki,etcd,kubelet,containerd,logs,cni,started,init.pid,forward.pid}
  mkdir -p "$run/images" "$run/logs"
  write_pki
  write_configs
  "$here/one_layer_image.py" "$run/images/pause.tar" node.local/pause:1 "$dir/bin/pause"
  "$here/one_layer_image.py" "$run/images/coredns.tar" node.local/coredns:1 "$dir/bin/coredns"
  start_node
  until_true 120 test -e "$run/started" || { tail -20 "$run/logs/init.log" >&2; exit 1; }
  export KUBECONFIG=$run/admin.kubeconfig
  until_true 60 "$kubectl" get node "$node" || { say "no node: see $run/logs"; exit 1; }
  "$kubectl" wait --for=condition=Ready "node/$node" --timeout=90s >&2
  "$kubectl" apply -f "$here/coredns.yaml" >&2
  "$kubectl" -n kube-system rollout status deployment/coredns --timeout=120s >&2
  say "up in $((SECONDS - start)) s"
  echo "$KUBECONFIG"
}

down() {
  local init outer forward
  init=$(init_pid)
  outer=$(cat "$run/outer.pid" 2>/dev/null || true)
  forward=$(cat "$run/forward.pid" 2>/dev/null || true)
  ! alive "$forward" || kill "$forward" 2>/dev/null || true
  if alive "$init"; then
    kill -TERM "$init"
    until_true 3 eval "! kill -0 $init" || kill -KILL "$init" 2>/dev/null || true
  fi
  [[ -z $outer ]] || until_true 5 eval "! kill -0 $outer" || kill -KILL "$outer" 2>/dev/null || true
  until_true 5 remove_cgroups || say "cgroups are left: $(ls -d /sys/fs/cgroup/*/"$cgroup" | paste -sd' ')"
  rm -rf "$run"/{etcd,kubelet,containerd,init.pid,outer.pid,forward.pid,started}
  say down
}

case ${1:-} in
  up) up ;;
  down) down ;;
  exec) shift; in_namespaces -n "$@" ;;
  node) shift; in_namespaces -a "$@" ;;
  import) file=$(realpath "${2:?an image archive}"); in_namespaces -a ctr -n k8s.io images import "$file" >&2 ;;
  *) sed -n '5,11s/^# //p' "$0"; exit 2 ;;
esac
