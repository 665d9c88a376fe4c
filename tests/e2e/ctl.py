"""Runs wsgatectl, on pipes or on a terminal, and compares what it says with golden files."""

import os
import pathlib
import pty
import re
import select
import subprocess
import time

from gateway_process import DEFAULT_BINARY, clean_environment

GOLDEN = pathlib.Path(__file__).resolve().parent / "golden" / "wsgatectl"
SECONDS = 30


def ctl_path():
    """The program under test; GATEWAY_CTL_BINARY names another build of it."""
    return os.environ.get("GATEWAY_CTL_BINARY") or str(DEFAULT_BINARY.parent / "wsgatectl")


def ctl_environment(extra=None):
    """An environment without settings, neither the gateway's nor ours."""
    hidden = ("WSGATECTL_ADDRESS", "NO_COLOR")
    environment = {k: v for k, v in clean_environment().items() if k not in hidden}
    environment.update({"TERM": "xterm", "LC_ALL": "C.UTF-8"})
    environment.update(extra or {})
    return environment


class Done:
    """A run that has ended."""

    def __init__(self, arguments, code, out, err):
        self.arguments, self.code, self.out, self.err = arguments, code, out, err

    def transcript(self):
        """The run as a reader of a terminal sees it; lines of stderr begin with `! `."""
        command = " ".join(a if re.fullmatch(r"[\w@%+=:,./-]+", a) else "'" + a + "'"
                           for a in self.arguments)
        lines = [f"$ wsgatectl {command}".rstrip()]
        lines += self.out.splitlines() + ["! " + line for line in self.err.splitlines()]
        return "\n".join(lines + [f"(exit code {self.code})"]) + "\n"


class Ctl:
    """wsgatectl with its address set by the environment, as a person's shell would."""

    def __init__(self, address=None, cwd=None):
        self.address = address
        self.cwd = cwd

    def _environment(self, extra):
        return ctl_environment({**({"WSGATECTL_ADDRESS": self.address} if self.address else {}),
                                **(extra or {})})

    def start(self, *arguments, env=None):
        """A run that goes on."""
        return subprocess.Popen([ctl_path(), *arguments], stdin=subprocess.DEVNULL, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=self._environment(env), cwd=self.cwd)

    def __call__(self, *arguments, stdin=b"", env=None):
        """Runs to the end, on pipes."""
        arguments = [str(argument) for argument in arguments]
        done = subprocess.run([ctl_path(), *arguments], input=stdin, capture_output=True,
                              env=self._environment(env), cwd=self.cwd, timeout=SECONDS, check=False)
        return Done(arguments, done.returncode, done.stdout.decode(), done.stderr.decode())

    def expect(self, code, *arguments, **settings):
        """The same; the exit code must be `code`."""
        done = self(*arguments, **settings)
        assert done.code == code, done.transcript()
        return done

    def on_terminal(self, *arguments, answer=None, env=None):
        """Runs to the end on a terminal; `answer` is typed once a question is asked."""
        with Terminal([ctl_path(), *arguments], self._environment(env), self.cwd) as terminal:
            if answer is not None:
                terminal.read_until("[y/N] ")
                terminal.type(answer + "\n")
            code = terminal.wait()
            return Done(list(arguments), code, terminal.text, "")


class Terminal:
    """A process whose stdin, stdout and stderr are one terminal."""

    def __init__(self, command, env, cwd=None):
        self._master, slave = pty.openpty()
        self._process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=env,
                                         cwd=cwd, start_new_session=True)
        os.close(slave)
        self.text = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._master)

    def type(self, text):
        os.write(self._master, text.encode())

    def _read(self, deadline):
        """Takes in what comes next; false at the end."""
        ready, _, _ = select.select([self._master], [], [], max(0, deadline - time.monotonic()))
        assert ready, f"nothing more came; on the terminal:\n{self.text}"
        try:
            data = os.read(self._master, 65536)
        except OSError:  # Linux says EIO where the other side is closed.
            return False
        self.text += data.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)

    def read_until(self, what):
        """Waits until `what` appears behind what was read before; returns all that came."""
        start, deadline = len(self.text), time.monotonic() + SECONDS
        while what not in self.text[start:]:
            assert self._read(deadline), f"it ended without {what!r}:\n{self.text}"
        return self.text[start:]

    def wait(self):
        deadline = time.monotonic() + SECONDS
        while self._read(deadline):
            pass
        return self._process.wait(SECONDS)


def named(text, *more):
    """`text` with what differs from run to run under a name: session ids, addresses, times; and
    `more`, pairs of a pattern and its name."""
    names = {}
    for found in re.findall(r"\b[A-Z2-7]{26}\b", text, re.IGNORECASE):
        names.setdefault(found, f"<session {len(names) + 1}>")
    for value, name in names.items():
        text = text.replace(value, name)
    for pattern, name in (*more, (r"127\.0\.0\.1:\d+", "<address>"),
                          (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "<time>"),
                          (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "<time>")):
        text = re.sub(pattern, name, text)
    return text


def narrow(text):
    """Columns side by side: where a figure's width differs, so does what stands before it."""
    return re.sub(r"(?<=\S) {2,}", "  ", text)


def check_golden(name, text):
    """`text` must be what golden/wsgatectl/NAME.txt holds; UPDATE_GOLDEN=1 writes it anew."""
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert path.is_file(), f"{path} is missing: UPDATE_GOLDEN=1 writes it"
    assert text == path.read_text(), f"{path} holds something else; UPDATE_GOLDEN=1 takes this over"
