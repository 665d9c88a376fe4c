"""Certificate authorities, and what a gateway, its clients, its callers and its backends need of them."""

import base64
import datetime
import hashlib
import ipaddress
import os
import pathlib
import ssl
import typing

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
TRUST_STORE_PASSWORD = b"of the test"


def new_key(kind="p256"):
    if kind == "rsa":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(key, password=None):
    encryption = (serialization.BestAvailableEncryption(password) if password
                  else serialization.NoEncryption())
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, encryption)


def replace(path, content):
    """As editors and certbot do: readers see the old file or the new one."""
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(content)
    os.replace(beside, path)


class Pair(typing.NamedTuple):
    """A certificate and its key, in PEM."""

    certificate: bytes
    key: bytes

    @property
    def der(self):
        """What a client sees."""
        return ssl.PEM_cert_to_DER_cert(self.certificate.decode())

    @property
    def key_hash(self):
        """Of the public key, as browsers pin it."""
        public = x509.load_der_x509_certificate(self.der).public_key()
        spki = public.public_bytes(DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(hashlib.sha256(spki).digest()).decode()


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _as_san(name):
    """A URI has a colon, an address is one, and all else is a DNS name."""
    if ":" in name:
        return x509.UniformResourceIdentifier(name)
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


class Authority:
    """Signs certificates; `pem` is its own. Two of one name are two."""

    def __init__(self, name="test authority"):
        self.name, self._key = name, new_key()
        self._certificate = self._sign(name, self._key, authority=True)
        self.pem = self._certificate.public_bytes(PEM)
        self.ca_file = self.trust_store = None

    def write(self, directory):
        """`ca_file`: whom to trust, in PEM; `trust_store`: the same for Java."""
        directory.mkdir(exist_ok=True)
        self.ca_file, self.trust_store = directory / "ca.pem", directory / "ca.p12"
        self.ca_file.write_bytes(self.pem)
        self.trust_store.write_bytes(pkcs12.serialize_java_truststore(
            [pkcs12.PKCS12Certificate(self._certificate, b"ca")],
            serialization.BestAvailableEncryption(TRUST_STORE_PASSWORD)))
        return self

    def _sign(self, subject, key, names=(), usage=None, authority=False):
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(subject)).issuer_name(_name(self.name))
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=90))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                           critical=False))
        if names:
            sans = x509.SubjectAlternativeName([_as_san(name) for name in names])
            builder = builder.add_extension(sans, critical=False)
        if usage:
            builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def pair(self, subject, *names, kind="p256", usage=None):
        """`names`: what it may be called: hosts, addresses, URIs."""
        key = new_key(kind)
        return Pair(self._sign(subject, key, names, usage).public_bytes(PEM), key_pem(key))

    def server_pair(self, kind="p256"):
        """For a server on this machine."""
        return self.pair("gateway", "127.0.0.1", "localhost", "gateway.internal", kind=kind,
                         usage=ExtendedKeyUsageOID.SERVER_AUTH)

    def client_context(self, highest=ssl.TLSVersion.MAXIMUM_SUPPORTED):
        context = ssl.create_default_context(cadata=self.pem.decode())
        context.maximum_version = highest
        return context


class ServerFiles:
    """`cert_file` and `key_file` of a gateway, with a pair in them; `pair` is the last one."""

    def __init__(self, directory, authority, kind="p256"):
        directory.mkdir(exist_ok=True)
        self.directory = pathlib.Path(directory)
        self.authority, self.pair = authority, None
        self.cert_file, self.key_file = self.directory / "tls.crt", self.directory / "tls.key"
        self.replace(authority.server_pair(kind))

    def replace(self, pair):
        """One file after the other."""
        replace(self.cert_file, pair.certificate)
        replace(self.key_file, pair.key)
        self.pair = pair

    @property
    def flags(self):
        return ["--tls-cert-file", str(self.cert_file), "--tls-key-file", str(self.key_file)]


class MountedSecret(ServerFiles):
    """The files as the kubelet lays them out: links into a folder that is swapped as a whole."""

    _version = 0

    def replace(self, pair):
        self._version += 1
        folder = self.directory / f"..v{self._version}"
        folder.mkdir()
        (folder / "tls.crt").write_bytes(pair.certificate)
        (folder / "tls.key").write_bytes(pair.key)
        data, beside = self.directory / "..data", self.directory / "..data_tmp"
        beside.symlink_to(folder.name)
        before = data.resolve() if data.is_symlink() else None
        os.replace(beside, data)
        for file in (self.cert_file, self.key_file):
            if not file.is_symlink():
                file.symlink_to(f"..data/{file.name}")
        if before:
            for file in before.iterdir():
                file.unlink()
            before.rmdir()
        self.pair = pair
