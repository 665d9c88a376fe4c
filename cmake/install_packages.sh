#!/bin/bash
# Installs the Debian packages that are missing, and touches nothing when none is.
# usage: cmake/install_packages.sh build|test|image
#        cmake/install_packages.sh --list GROUP    prints the names instead
set -euo pipefail

build_packages=(
  g++ cmake ninja-build ccache mold pkg-config
  libgrpc++-dev libgrpc-dev protobuf-compiler-grpc protobuf-compiler libprotobuf-dev
  libboost1.81-dev libabsl-dev libssl-dev zlib1g-dev libjemalloc-dev
  libspdlog-dev libfmt-dev libyaml-cpp-dev libcli11-dev nlohmann-json3-dev libsimdjson-dev
  prometheus-cpp-dev
  libcurl4-openssl-dev  # The CMake files of prometheus-cpp ask for it.
)
test_packages=(
  libgtest-dev libgmock-dev librapidcheck-dev libbenchmark-dev
  clang-format-14 clang-tidy-14
  openjdk-17-jdk-headless  # A client in Java, tests/e2e.
  python3 python3-venv ca-certificates  # tests/tools/fetch.sh brings the rest into build/tools.
  chromium iproute2 procps
  openssl testssl.sh  # A certificate for bench/tls.py; what others find in our TLS.
  zsh fish  # Their completion scripts are tried in the shells themselves.
)
image_packages=(
  buildah mmdebstrap
)

list=
[[ ${1:-} != --list ]] || { list=yes; shift; }
case "${1:-}" in
  build) packages=("${build_packages[@]}") ;;
  test) packages=("${build_packages[@]}" "${test_packages[@]}") ;;
  image) packages=("${image_packages[@]}") ;;
  *) echo "usage: $0 [--list] build|test|image" >&2; exit 2 ;;
esac
[[ -z $list ]] || { printf '%s\n' "${packages[@]}"; exit 0; }

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "This is not a Debian system, so nothing was installed. Needed, by Debian 12's names:" >&2
  echo "  ${packages[*]}" >&2
  exit 0  # They may be there under other names: CMake says what it does not find.
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
  [[ $status == "install ok installed" ]] || missing+=("$package")
done
((${#missing[@]})) || exit 0

as_root=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    echo "These Debian packages are missing, and installing them needs root (there is no sudo here):" >&2
    echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
  echo "Installing packages needs root: sudo may ask for your password."
fi

apt() {
  ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get -q "$@"
}

echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
apt update || { echo "apt-get update failed; once more in 5 s." >&2; sleep 5; apt update; }
apt install -y --no-install-recommends "${missing[@]}"
