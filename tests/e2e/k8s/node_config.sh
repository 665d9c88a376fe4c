# Sourced by node.sh: the certificates and the configuration files of the node, written to $run.

make_key() {
  openssl ecparam -name prime256v1 -genkey -noout -out "$1.key" 2>/dev/null
}

make_authority() { # NAME
  make_key "$1"
  openssl req -x509 -new -key "$1.key" -subj "/CN=node-$1" -days 30 -out "$1.crt" \
    -addext keyUsage=critical,keyCertSign,digitalSignature,cRLSign 2>/dev/null
}

make_cert() { # AUTHORITY NAME SUBJECT USAGE [ALTERNATIVE-NAMES]
  make_key "$2"
  openssl req -new -key "$2.key" -subj "$3" -out "$2.csr" 2>/dev/null
  {
    echo "extendedKeyUsage=$4"
    echo keyUsage=critical,digitalSignature
    [[ -z ${5:-} ]] || echo "subjectAltName=$5"
  } >"$2.ext"
  openssl x509 -req -in "$2.csr" -CA "$1.crt" -CAkey "$1.key" -CAcreateserial -days 30 -extfile "$2.ext" \
    -out "$2.crt" 2>/dev/null
}

write_pki() (
  mkdir -p "$run/pki"
  cd "$run/pki"
  make_authority ca
  make_authority front-ca
  make_key sa
  openssl ec -in sa.key -pubout -out sa.pub 2>/dev/null
  names=IP:127.0.0.1,IP:$node_ip,IP:$api_service,DNS:localhost
  names+=,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local
  make_cert ca apiserver /CN=kube-apiserver serverAuth "$names"
  make_cert ca apiserver-kubelet /O=system:masters/CN=kube-apiserver-kubelet-client clientAuth
  make_cert ca kubelet-server "/O=system:nodes/CN=system:node:$node" serverAuth "IP:$node_ip,IP:127.0.0.1,DNS:$node"
  make_cert front-ca front-proxy /CN=front-proxy-client clientAuth
  make_cert ca admin /O=system:masters/CN=admin clientAuth
  make_cert ca controllers /CN=system:kube-controller-manager clientAuth
  make_cert ca scheduler /CN=system:kube-scheduler clientAuth
  make_cert ca kubelet "/O=system:nodes/CN=system:node:$node" clientAuth
  make_cert ca proxy /CN=system:kube-proxy clientAuth
  for who in admin controllers scheduler kubelet proxy; do
    cat >"$run/$who.kubeconfig" <<END
apiVersion: v1
kind: Config
current-context: node
clusters:
  - name: node
    cluster: {server: "https://127.0.0.1:$port", certificate-authority-data: $(base64 -w0 <ca.crt)}
users:
  - name: $who
    user: {client-certificate-data: $(base64 -w0 <$who.crt), client-key-data: $(base64 -w0 <$who.key)}
contexts:
  - {name: node, context: {cluster: node, user: $who}}
END
  done
  chmod 600 "$run"/*.kubeconfig ./*.key
)

write_containerd_config() {
  cat >"$run/cni/10-ptp.conflist" <<END
{"cniVersion": "0.3.1", "name": "ptp", "plugins": [
  {"type": "ptp", "ipMasq": false, "mtu": 1500,
   "ipam": {"type": "host-local", "dataDir": "/run/cni-ipam", "ranges": [[{"subnet": "$pod_net"}]],
            "routes": [{"dst": "0.0.0.0/0"}]}}]}
END
  cat >"$run/containerd.toml" <<END
version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs",
  "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing"]
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "/var/lib/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "node.local/pause:1"
  restrict_oom_score_adj = true
  disable_apparmor = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$run/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
END
}

write_configs() {
  mkdir -p "$run"/{cni,kubelet,containerd,etcd,logs,fake}
  echo 1 >"$run/fake/overcommit_memory"
  echo 10 >"$run/fake/panic"
  echo 1 >"$run/fake/panic_on_oops"
  : >"$run/resolv.conf"
  write_containerd_config
  cat >"$run/kubelet.yaml" <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $run/pki/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $run/pki/kubelet-server.crt
tlsPrivateKeyFile: $run/pki/kubelet-server.key
address: $node_ip
healthzBindAddress: 127.0.0.1
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
cgroupDriver: cgroupfs
failCgroupV1: false
failSwapOn: false
clusterDNS: [$dns_service]
clusterDomain: cluster.local
resolvConf: $run/resolv.conf
oomScoreAdj: 0
maxOpenFiles: $(ulimit -Hn)
volumePluginDir: /var/lib/kubelet/volumeplugins
podLogsDir: $run/logs/pods
imageGCHighThresholdPercent: 100
imageMinimumGCAge: 8760h
evictionHard: {memory.available: 100Mi, nodefs.available: "1%", imagefs.available: "1%"}
shutdownGracePeriod: 0s
END
  cat >"$run/proxy.yaml" <<END
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
hostnameOverride: $node
clusterCIDR: $pod_net
bindAddress: $node_ip
healthzBindAddress: 127.0.0.1:10256
metricsBindAddress: 127.0.0.1:10249
clientConnection: {kubeconfig: $run/proxy.kubeconfig}
oomScoreAdj: 0
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
END
}
