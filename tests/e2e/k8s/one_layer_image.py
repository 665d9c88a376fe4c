#!/usr/bin/env python3
"""Writes an image of one layer with one program, for `ctr images import`: the node has no registry.

usage: one_layer_image.py OUT.tar NAME:TAG PROGRAM    the program becomes /PROGRAM-NAME and the entrypoint
"""

import hashlib
import io
import json
import pathlib
import sys
import tarfile


def add(archive, name, data, mode=0o644):
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), mode
    archive.addfile(entry, io.BytesIO(data))


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def descriptor(kind, data):
    return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": digest(data), "size": len(data)}


def main():
    out, name, program = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.GNU_FORMAT) as layer:
        add(layer, program.name, program.read_bytes(), 0o755)
    layer = content.getvalue()
    config = json.dumps({
        "architecture": "amd64", "os": "linux", "config": {"Entrypoint": ["/" + program.name]},
        "rootfs": {"type": "layers", "diff_ids": [digest(layer)]},
    }).encode()
    manifest = json.dumps({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": descriptor("config.v1+json", config), "layers": [descriptor("layer.v1.tar", layer)],
    }).encode()
    index = json.dumps({"schemaVersion": 2, "manifests": [{
        **descriptor("manifest.v1+json", manifest), "platform": {"architecture": "amd64", "os": "linux"},
        "annotations": {"io.containerd.image.name": name},
    }]}).encode()
    with tarfile.open(out, "w", format=tarfile.GNU_FORMAT) as image:
        add(image, "oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
        add(image, "index.json", index)
        for blob in (layer, config, manifest):
            add(image, "blobs/sha256/" + digest(blob).removeprefix("sha256:"), blob)


if __name__ == "__main__":
    main()
