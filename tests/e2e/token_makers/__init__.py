"""Keys, and tokens that libraries of other makers sign with them: PyJWT, npm `jose`, Go's `golang-jwt`."""

import base64
import functools
import json
import subprocess

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from gateway_process import ROOT, find_tool

HERE = ROOT / "tests" / "e2e" / "token_makers"
BUILT = ROOT / "build" / "tests" / "token_makers"
KINDS = {"HS256": "secret", "HS384": "secret", "HS512": "secret", "RS256": "rsa", "RS384": "rsa", "RS512": "rsa",
         "PS256": "rsa", "ES256": "p256", "ES384": "p384", "EdDSA": "ed25519"}
LIBRARIES = ("pyjwt", "jose", "golang-jwt")


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """A key of one kind: PEM of both halves, and its JWK. A secret has neither half."""

    def __init__(self, kind, kid):
        self.kind, self.kid = kind, kid
        if kind == "secret":
            self.secret = (kid * 64)[:64].encode()
            self.jwk = {"kty": "oct", "k": base64url(self.secret), "kid": kid}
            return
        self.private = {"rsa": lambda: rsa.generate_private_key(65537, 2048),
                        "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
                        "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
                        "ed25519": ed25519.Ed25519PrivateKey.generate}[kind]()
        self.private_pem = self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        self.public_pem = self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        algorithm = {"rsa": "RS256", "p256": "ES256", "p384": "ES384", "ed25519": "EdDSA"}[kind]
        self.jwk = dict(jwt.get_algorithm_by_name(algorithm).to_jwk(self.private.public_key(), as_dict=True), kid=kid)
        self.jwk.pop("key_ops", None)

    @property
    def signing(self):
        """What a library signs with: bytes of a secret, else a private key in PEM."""
        return self.secret if self.kind == "secret" else self.private_pem


@functools.cache
def key(kind, kid=None):
    """The tests' key of that kind; another `kid` is another key."""
    return Key(kind, kid or kind)


def jwks(*keys):
    return json.dumps({"keys": [one.jwk for one in keys]})


@functools.cache
def _go_maker():
    program = BUILT / "go_maker"
    program.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([find_tool("go"), "build", "-mod=readonly", "-o", str(program), str(HERE / "go_maker.go")],
                          cwd=ROOT / "tests" / "tools", capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return str(program)


def make(library, requests):
    """A token for each (algorithm, key, claims, headers) by that library."""
    if library == "pyjwt":
        return [jwt.encode(claims, one.signing, algorithm=algorithm, headers={"kid": one.kid, **headers})
                for algorithm, one, claims, headers in requests]
    command = [find_tool("node"), str(HERE / "jose_maker.js")] if library == "jose" else [_go_maker()]
    asked = [{"alg": algorithm, "secret": algorithm.startswith("HS"), "key": base64.b64encode(one.signing).decode(),
              "header": {"kid": one.kid, **headers}, "claims": claims}
             for algorithm, one, claims, headers in requests]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def token(algorithm, one, claims, **headers):
    """One token by PyJWT."""
    return make("pyjwt", [(algorithm, one, claims, headers)])[0]
