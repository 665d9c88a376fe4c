#!/bin/bash
# PID 1 of the node: node.sh starts it in namespaces of its own, with the variables of node.sh in its environment. Sets up
# what the node sees, starts its parts, and ends them on SIGTERM.
set -euo pipefail

# Of the cgroups only our own subtree, at the usual place.
enter_cgroups() {
  local name
  for name in $(awk '$3 == "cgroup" && $2 ~ "^/sys/fs/cgroup/" {sub("/sys/fs/cgroup/", "", $2); print $2}' /proc/mounts); do
    umount "/sys/fs/cgroup/$name"
    if [[ $name == systemd ]]; then
      mount -t cgroup -o none,name=systemd cgroup "/sys/fs/cgroup/$name"
    else
      mount -t cgroup -o "$name" cgroup "/sys/fs/cgroup/$name"
    fi
  done
  ! mountpoint -q /sys/fs/cgroup/unified || umount /sys/fs/cgroup/unified
}

mount_all() {
  # The unpacked Debian packages at their usual paths, without installing them.
  mount -t overlay overlay -o "ro,lowerdir=$dir/debroot/usr:/usr" /usr
  mount -t tmpfs tmpfs /run
  mount -t tmpfs tmpfs /var/log
  mount -t tmpfs tmpfs /var/lib
  mkdir -p /var/lib/{kubelet,containerd,cni} /run/netns /run/lock
  mount --bind "$run/kubelet" /var/lib/kubelet
  mount --make-rshared /var/lib/kubelet
  mount --bind "$run/containerd" /var/lib/containerd
  mount --make-rshared /run
  # The kubelet sets these for the whole host; it finds them as it wants them, and writes nothing.
  mount --bind "$run/fake/overcommit_memory" /proc/sys/vm/overcommit_memory
  mount --bind "$run/fake/panic" /proc/sys/kernel/panic
  mount --bind "$run/fake/panic_on_oops" /proc/sys/kernel/panic_on_oops
}

# Everything stays in here: no route leads out.
set_up_network() {
  ip link set lo up
  ip link add node0 type veth peer name node1
  ip addr add "$node_ip/24" dev node0
  ip link set node0 up
  ip link set node1 up
  ip route add "$service_net" dev node0 src "$node_ip"
  echo 1 >/proc/sys/net/ipv4/ip_forward
  [[ ! -e /proc/sys/net/bridge/bridge-nf-call-iptables ]] || echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables
}

start() { # NAME COMMAND...
  local name=$1
  shift
  "$@" >>"$run/logs/$name.log" 2>&1 &
}

start_control_plane() {
  local keys=$run/pki
  start etcd etcd --name n0 --data-dir "$run/etcd" --unsafe-no-fsync --log-level warn \
    --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 \
    --initial-cluster n0=http://127.0.0.1:2380
  start kube-apiserver kube-apiserver --etcd-servers=http://127.0.0.1:2379 --service-cluster-ip-range="$service_net" \
    --secure-port="$port" --bind-address=0.0.0.0 --advertise-address="$node_ip" --client-ca-file="$keys/ca.crt" \
    --tls-cert-file="$keys/apiserver.crt" --tls-private-key-file="$keys/apiserver.key" \
    --service-account-issuer=https://kubernetes.default.svc.cluster.local \
    --service-account-key-file="$keys/sa.pub" --service-account-signing-key-file="$keys/sa.key" \
    --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged=true \
    --kubelet-client-certificate="$keys/apiserver-kubelet.crt" --kubelet-client-key="$keys/apiserver-kubelet.key" \
    --kubelet-certificate-authority="$keys/ca.crt" --kubelet-preferred-address-types=InternalIP \
    --requestheader-client-ca-file="$keys/front-ca.crt" --requestheader-allowed-names=front-proxy-client \
    --requestheader-username-headers=X-Remote-User --requestheader-group-headers=X-Remote-Group \
    --requestheader-extra-headers-prefix=X-Remote-Extra- \
    --proxy-client-cert-file="$keys/front-proxy.crt" --proxy-client-key-file="$keys/front-proxy.key" --profiling=false
  until kubectl --kubeconfig "$run/admin.kubeconfig" get --raw /readyz >/dev/null 2>&1; do sleep 0.2; done
  start kube-controller-manager kube-controller-manager --kubeconfig="$run/controllers.kubeconfig" \
    --authentication-kubeconfig="$run/controllers.kubeconfig" --authorization-kubeconfig="$run/controllers.kubeconfig" \
    --bind-address=127.0.0.1 --root-ca-file="$keys/ca.crt" --service-account-private-key-file="$keys/sa.key" \
    --use-service-account-credentials=true --cluster-signing-cert-file="$keys/ca.crt" \
    --cluster-signing-key-file="$keys/ca.key" --leader-elect=false --profiling=false
  start kube-scheduler kube-scheduler --kubeconfig="$run/scheduler.kubeconfig" \
    --authentication-kubeconfig="$run/scheduler.kubeconfig" --authorization-kubeconfig="$run/scheduler.kubeconfig" \
    --bind-address=127.0.0.1 --leader-elect=false --profiling=false
}

hostname "$node"
enter_cgroups
mount_all
set_up_network
export PATH=$dir/bin:/usr/sbin:/usr/bin HOME=$run/home GOMAXPROCS=2
mkdir -p "$HOME"
trap 'kill $(jobs -p) 2>/dev/null; exit 0' TERM INT

start containerd containerd -c "$run/containerd.toml"
start_control_plane
until [[ -S /run/containerd/containerd.sock ]]; do sleep 0.1; done
for image in "$run"/images/*.tar; do ctr -n k8s.io images import "$image" >>"$run/logs/images.log" 2>&1; done
start kubelet kubelet --config="$run/kubelet.yaml" --kubeconfig="$run/kubelet.kubeconfig" \
  --hostname-override="$node" --node-ip="$node_ip" --v=2
start kube-proxy kube-proxy --config="$run/proxy.yaml" --v=2
touch "$run/started"
while :; do wait -n 2>/dev/null || sleep 1; done  # Whatever ends is reaped.
