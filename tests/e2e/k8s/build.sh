#!/bin/bash
# Builds what a Kubernetes node consists of from Go modules, pinned by hash in kubernetes/ and coredns/, and unpacks the
# Debian packages that it needs beside them (nothing is installed, no service started). What is there already is kept.
# usage: build.sh DIR    gets bin/, debroot/, httproutes.yaml and caches; 8 GB, 15 minutes of one core the first time
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../../tools/retry.sh"
dir=${1:?usage: $0 DIR}
mkdir -p "$dir"/{bin,debs,debroot}
dir=$(cd "$dir" && pwd)
export GOMODCACHE=$dir/gomod GOCACHE=$dir/gocache GOFLAGS=-modcacherw CGO_ENABLED=0

packages=(
  containerd runc containernetworking-plugins iptables nftables conntrack ipset ethtool socat
  libip4tc2 libip6tc2 libxtables12 libmnl0 libipset13 libnetfilter-conntrack3 libnfnetlink0 libnftables1 libnftnl11
  libwrap0 libseccomp2
)

unpack_packages() {
  local deb name
  (
    cd "$dir/debs"
    apt-get -qq download "${packages[@]}" 2>/dev/null && return
    retry apt-get -qq update
    retry apt-get -qq download "${packages[@]}"
  )
  for deb in "$dir"/debs/*.deb; do dpkg -x "$deb" "$dir/debroot"; done
  for name in bin sbin lib; do  # One /usr, as on the running system.
    [[ -d $dir/debroot/$name && ! -L $dir/debroot/$name ]] || continue
    mkdir -p "$dir/debroot/usr/$name"
    cp -a "$dir/debroot/$name/." "$dir/debroot/usr/$name/"
    rm -rf "${dir:?}/debroot/$name"
  done
  for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
    ln -sfn xtables-nft-multi "$dir/debroot/usr/sbin/$name"
  done
  touch "$dir/debroot/.done"
}

# build MODULE NAME PACKAGE [LDFLAGS]: one program of a module, unless it is there.
build() {
  local start=$SECONDS
  [[ ! -x $dir/bin/$2 ]] || return 0
  (cd "$here/$1" && retry go build -p "${JOBS:-1}" -mod=readonly -trimpath -buildvcs=false -ldflags "-s -w ${4:-}" \
    -o "$dir/bin/$2" "$3")
  echo "k8s: $2 built in $((SECONDS - start)) s"
}

[[ -e $dir/debroot/.done ]] || unpack_packages

version=$(sed -nE 's/^.*k8s.io\/kubernetes v([0-9.]+)$/\1/p' "$here/kubernetes/go.mod")
minor=$(cut -d. -f2 <<<"$version")
flags=
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  flags+=" -X $package.gitVersion=v$version -X $package.gitMajor=${version%%.*} -X $package.gitMinor=$minor"
  flags+=" -X $package.gitTreeState=clean -X $package.gitCommit=module -X $package.buildDate=1970-01-01T00:00:00Z"
done
for name in kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl; do
  build kubernetes $name k8s.io/kubernetes/cmd/$name "$flags"
done
build kubernetes etcd go.etcd.io/etcd/server/v3
build coredns coredns .

# The Gateway API's HTTPRoute, of the version whose schema the chart's tests check.
cd "$here/../../tools/chart"
retry go mod download sigs.k8s.io/gateway-api
routes=$(go list -mod=readonly -m -f '{{.Dir}}' sigs.k8s.io/gateway-api)
cp "$routes/config/crd/standard/gateway.networking.k8s.io_httproutes.yaml" "$dir/httproutes.yaml"
cd "$here"
[[ -x $dir/bin/pause ]] || gcc -Os -static -s -o "$dir/bin/pause" "$here/pause.c"
