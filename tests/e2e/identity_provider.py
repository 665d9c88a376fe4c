"""An identity provider's address: a real HTTPS server that gives out keys, or does what such servers do on bad days."""

import datetime
import http.server
import ipaddress
import socket
import ssl
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PEM = serialization.Encoding.PEM


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(subject, key, issuer, issuer_key, names=(), authority=False):
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (x509.CertificateBuilder().subject_name(_name(subject)).issuer_name(_name(issuer))
               .public_key(key.public_key()).serial_number(x509.random_serial_number())
               .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(hours=1))
               .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True))
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


class IdentityProvider:
    """Answers GET with `document`, or as `mood` says. `ca_file`: who signs its certificate."""

    def __init__(self, directory, document, names=(x509.IPAddress(ipaddress.ip_address("127.0.0.1")),)):
        self.document, self.mood, self.requests = document, "good", 0
        self._release = threading.Event()
        authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        self.ca_file = directory / "ca.pem"
        self.ca_file.write_bytes(_certificate("test authority", authority, "test authority", authority,
                                              authority=True).public_bytes(PEM))
        self._pair = directory / "server.pem"
        self._pair.write_bytes(
            key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
            + _certificate("id", key, "test authority", authority, names).public_bytes(PEM))
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"https://127.0.0.1:{self.port}/jwks.json"
        self._server = None

    def start(self):
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """One request."""

            timeout = 30

            def do_GET(self):  # pylint: disable=invalid-name
                provider.requests += 1
                if provider.mood == "hanging":
                    provider._release.wait(30)
                    return
                status, body = provider.answer()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            """Its TLS is each connection's own affair."""

            daemon_threads = True

            def finish_request(self, request, client_address):
                try:
                    super().finish_request(context.wrap_socket(request, server_side=True), client_address)
                except OSError:
                    pass  # Who asked has left, or did not like the certificate.

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._pair)
        self._server = Server(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def answer(self):
        if self.mood == "garbage":
            return 200, b"<html>Sign in</html>"
        if self.mood == "empty":
            return 200, b'{"keys":[]}'
        if self.mood == "huge":
            return 200, b'{"keys":[' + b" " * (2 << 20) + b"]}"
        if self.mood == "broken":
            return 500, b"oops"
        return 200, self.document.encode()

    def stop(self):
        self._release.set()
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
