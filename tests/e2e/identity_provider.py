"""An identity provider's address: a real HTTPS server that gives out keys, or does what such servers do on bad days."""

import http.server
import socket
import ssl
import threading

from certificates import Authority


class IdentityProvider:
    """Answers GET with `document`, or as `mood` says. `ca_file`: who signs its certificate; `named`: with its address."""

    def __init__(self, directory, document, named=True):
        self.document, self.mood, self.requests = document, "good", 0
        self._release = threading.Event()
        authority = Authority().write(directory)
        self.ca_file = authority.ca_file
        pair = authority.server_pair() if named else authority.pair("id")
        self._pair = directory / "server.pem"
        self._pair.write_bytes(pair.key + pair.certificate)
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
