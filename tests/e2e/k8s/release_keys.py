"""Keys that the chart made for a release, as whoever may read its Secret has them."""

import base64
import json
import subprocess
import time

import jwt

CONTROL_TOKEN_FILE = "/etc/wsgate-callers/control-token"  # In the pod.


class ReleaseKeys:
    """What the Secret NAME-keys holds."""

    def __init__(self, namespace, name="wsgate"):
        said = subprocess.run(["kubectl", "-n", namespace, "get", "secret", f"{name}-keys", "-o", "json"],
                              check=True, stdout=subprocess.PIPE, text=True).stdout
        self.files = {key: base64.b64decode(value) for key, value in json.loads(said)["data"].items()}

    def session_token(self, user, seconds=3600):
        return jwt.encode({"sub": user, "exp": int(time.time()) + seconds}, self.files["jwt-secret"], algorithm="HS256")

    def bearer(self, user):
        """The header of a client's upgrade request."""
        return {"Authorization": f"Bearer {self.session_token(user)}"}

    @property
    def control_metadata(self):
        """The metadata of a caller's call."""
        return (("authorization", f"Bearer {self.files['control-token'].decode()}"),)
