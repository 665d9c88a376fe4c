#!/bin/bash
# Puts together the root of the image from a finished build: both programs, the shared libraries that they need, and the
# licences of everything that is in them.
# usage: cmake/image/collect.sh OUT VERSION    VERSION is what the image will be labelled with
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out=${1:?usage: $0 OUT VERSION} version=${2:?usage: $0 OUT VERSION}
programs=(build/bin/wsgate build/bin/wsgatectl)

for program in "${programs[@]}"; do
  [[ $("$program" --version) == *" $version" ]] ||
    { echo "$program is $("$program" --version), and the image is to be labelled $version" >&2; exit 1; }
  install -D -m 755 -t "$out/usr/bin" "$program"
  strip --strip-debug "$out/usr/bin/${program##*/}"  # The names of functions stay.
done

# Debian's merged /usr, so that each library and the loader lies where the programs look for it.
mkdir -p "$out/usr/lib" "$out/usr/lib64"
ln -s usr/lib "$out/lib"
ln -s usr/lib64 "$out/lib64"

mapfile -t libraries < <(ldd "${programs[@]}" | sed -nE 's#^\s+(.* => )?(/\S+) \(.*#\2#p' | sort -u)
((${#libraries[@]} > 20)) || { echo "ldd found only: ${libraries[*]}" >&2; exit 1; }
for library in "${libraries[@]}"; do
  install -D -m 755 "$(realpath "$library")" "$out$library"
done

# package_of FILE: the Debian package that a file came with. dpkg may know it by its path before the merge of /usr.
package_of() {
  local path
  path=$(realpath "$1")
  { dpkg-query -S "$path" 2>/dev/null || dpkg-query -S "${path#/usr}"; } | sed -n '1s/:.*//p'
}

# What is linked in, or only included, comes from the packages that the build asks for.
mapfile -t packages < <(
  for library in "${libraries[@]}"; do package_of "$library"; done
  cmake/install_packages.sh --list build | grep -E -- '(-dev$)|json'
  for header in $(cmake/install_packages.sh --list build | grep -E -- '-dev$'); do
    # libboost1.81-dev and its like bring their licence with the package that holds the files.
    dpkg-query -W -f '${Depends}\n' "$header" | grep -oE '\blib[a-z0-9.+-]+' || true
  done)
mapfile -t packages < <(printf '%s\n' "${packages[@]}" | sort -u)
for package in "${packages[@]}"; do
  [[ -e /usr/share/doc/$package/copyright ]] || continue  # One of the names that are not installed here.
  install -D -m 644 "/usr/share/doc/$package/copyright" "$out/usr/share/doc/$package/copyright"
done
for library in "${libraries[@]}"; do
  package=$(package_of "$library")
  [[ -s $out/usr/share/doc/$package/copyright ]] || { echo "no licence for $library ($package)" >&2; exit 1; }
done
install -D -m 644 LICENSE "$out/usr/share/doc/wsgate/copyright"
mkdir -p "$out/usr/share/common-licenses"
cp -L /usr/share/common-licenses/* "$out/usr/share/common-licenses/"

echo "${#libraries[@]} libraries, licences of ${#packages[@]} packages, $(du -sh "$out" | cut -f1)"
