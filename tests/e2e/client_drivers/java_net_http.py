"""Java's `java.net.http.WebSocket`."""

import functools

from certificates import TRUST_STORE_PASSWORD
from gateway_process import find_tool

from .process import BUILT, HERE, ProcessClient, compile_client


@functools.cache
def built_classes():
    """The program's classes, compiled once per session."""
    classes = BUILT / "java"
    compile_client(find_tool("javac"), "-Xlint:all", "-Werror", "-encoding", "UTF-8",
                   "-d", str(classes), str(HERE / "JavaClient.java"))
    return str(classes)


class JavaClient(ProcessClient):
    """Java's `java.net.http.WebSocket`. It has no extensions."""

    shows_pings = True

    def __init__(self, gateway):
        options = ["-XX:TieredStopAtLevel=1"]  # One compiler and no profile: the process lives for a second.
        if gateway.tls:
            options += [f"-Djavax.net.ssl.trustStore={gateway.tls.authority.trust_store}",
                        f"-Djavax.net.ssl.trustStorePassword={TRUST_STORE_PASSWORD.decode()}"]
        if gateway.tls_highest:
            options.append(f"-Djdk.tls.client.protocols=TLSv{gateway.tls_highest}")
        super().__init__(gateway, find_tool("java"), *options, "-cp", built_classes(), "JavaClient")
