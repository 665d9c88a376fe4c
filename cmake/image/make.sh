#!/bin/bash
# Builds the Dockerfile with Debian's buildah, and no registry: its base is made by mmdebstrap from the package sources
# that apt is configured with here. Writes build/wsgate-image.tar, which `docker load`, `kind load image-archive` and
# `ctr images import` take. Needs root; everything else that it makes is under build/image.
# usage: cmake/image/make.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
((EUID == 0)) || { echo 'make image needs root: it makes a root file system and builds in it.' >&2; exit 1; }

release=bookworm
archive=build/wsgate-image.tar
version=$(sed -nE 's/^project\(wsgate VERSION ([0-9.]+) .*/\1/p' CMakeLists.txt)
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
mkdir -p build/image/run
storage=(--root "$PWD/build/image/storage" --runroot "$PWD/build/image/run")

# debian_sources: the one-line form of every source of this release that apt knows here.
debian_sources() {
  apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)' 'Created-By: Packages' |
    awk -v release="$release" '$NF == "Debian" && index($3, release) == 1 { $NF = ""; print }' | sort -u
}

# make_base NAME: a minimal Debian with the packages of the build, stored as an image of this name.
make_base() {
  local container root packages
  packages=$(cmake/install_packages.sh --list build | paste -sd,)
  [[ -n $(debian_sources) ]] || { echo "apt knows no source of Debian $release here." >&2; return 1; }
  container=$(buildah "${storage[@]}" from scratch)
  root=$(buildah "${storage[@]}" mount "$container")
  debian_sources | mmdebstrap --quiet --variant=minbase --include="$packages" \
    --aptopt='APT::Install-Recommends "false"' --dpkgopt='path-exclude=/usr/share/man/*' \
    "$release" "$root" - || { buildah "${storage[@]}" rm "$container" >/dev/null; return 1; }
  buildah "${storage[@]}" commit --quiet --rm --format docker "$container" "$1" >/dev/null
}

# Made anew when the list of packages changes, and after `make clean`.
base=localhost/wsgate-base:$({ echo "$release"; cmake/install_packages.sh --list build; } | sha256sum | cut -c1-16)
if ! buildah "${storage[@]}" inspect --type image "$base" >/dev/null 2>&1; then
  start=$SECONDS
  make_base "$base"
  echo "image: base made in $((SECONDS - start)) s"
fi

# The compiler's cache of this machine serves there as well: same compiler, paths as seen from the build folder.
cache=()
if command -v ccache >/dev/null; then
  folder=$(ccache -k cache_dir)
  mkdir -p "$folder"
  cache=(--volume "$folder:/ccache" --build-arg CCACHE_DIR=/ccache)
fi

start=$SECONDS
buildah "${storage[@]}" bud --quiet --isolation chroot --pull-never --format docker --layers=false \
  --timestamp "$(git log -1 --format=%ct 2>/dev/null || echo 0)" ${cache[@]+"${cache[@]}"} \
  --build-arg BASE="$base" --build-arg VERSION="$version" --build-arg REVISION="$revision" \
  --build-arg JOBS="${JOBS:-$(nproc)}" --tag "wsgate:$version" --file Dockerfile .
rm -f "$archive"
buildah "${storage[@]}" push --quiet "wsgate:$version" "docker-archive:$archive:wsgate:$version"
buildah "${storage[@]}" rmi --prune >/dev/null  # What the tag pointed to before.
echo "image: wsgate:$version in $archive, $(du -h "$archive" | cut -f1), $((SECONDS - start)) s"
