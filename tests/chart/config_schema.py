#!/usr/bin/env python3
"""The part of the chart's values.schema.json that is the gateway's own: `config`, made from `wsgate config schema`.

usage: config_schema.py [--write]   compares, or writes it anew
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "helm/wsgate/values.schema.json"
WSGATE = ROOT / "build/bin/wsgate"

# The chart decides these: it writes the addresses into Services and the demo is a value of its own. A node's name is its pod's.
CHARTS_OWN = ["client.address", "control.address", "admin.address", "ready_file", "demo", "node.id"]


def gateway_schema():
    """The schema of `config`: the gateway's, without what the chart decides."""
    text = subprocess.run([WSGATE, "config", "schema"], check=True, capture_output=True, text=True).stdout
    schema = json.loads(text)
    for field in CHARTS_OWN:
        *groups, leaf = field.split(".")
        parents = [schema]
        for group in groups:
            parents.append(parents[-1]["properties"][group])
        del parents[-1]["properties"][leaf]  # A KeyError: the field has another name now.
        for group in reversed(groups):
            group_schema = parents.pop()
            if not group_schema["properties"]:
                del parents[-1]["properties"][group]
    del schema["$schema"], schema["title"]
    return {"description": "The gateway's configuration file; the addresses and the demo are the chart's.",
            **schema, "type": "object"}


def values_schema():
    return json.loads(SCHEMA.read_text())


def main():
    schema, wanted = values_schema(), gateway_schema()
    if "--write" in sys.argv[1:]:
        schema["properties"]["config"] = wanted
        SCHEMA.write_text(json.dumps(schema, indent=2) + "\n")
    elif schema["properties"]["config"] != wanted:
        sys.exit(f"{SCHEMA.relative_to(ROOT)}: `config` is not what `wsgate config schema` says: run "
                 "`tests/chart/config_schema.py --write`")


if __name__ == "__main__":
    main()
