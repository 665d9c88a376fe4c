"""Java's `java.net.http.WebSocket`."""

import functools

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

    def __init__(self, _gateway):
        # One compiler and no profile: the process lives for a second.
        super().__init__(find_tool("java"), "-XX:TieredStopAtLevel=1", "-cp", built_classes(),
                         "JavaClient")
