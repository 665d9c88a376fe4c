"""The completion scripts, in the shells that they are for."""

import subprocess

import pytest
from ctl import Ctl, Terminal, ctl_environment
from gateway_process import find_tool

# How a shell becomes one that can be watched: a prompt of its own, and a wsgatectl that only shows
# what it was called with.
SHELLS = {
    "bash": (["--norc", "--noprofile", "-i"],
             ["PS1='READY''> '; bind 'set enable-bracketed-paste off'", "source ./script-bash",
              "wsgatectl() { printf 'RAN:%s|\\n' \"$*\"; }"]),
    "zsh": (["-f", "-i"],
            ["PS1='READY''> '; unsetopt zle_bracketed_paste prompt_sp; unset zle_bracketed_paste",
             "autoload -U compinit && compinit -D -u", "source ./script-zsh",
             "wsgatectl() { print -r -- \"RAN:$*|\" }"]),
}

# What is typed before the tabulator key, and the command line that comes of it.
COMPLETED = [
    ("sess", "sessions"),
    ("sessions sh", "sessions show"),
    ("limits s", "limits set"),
    ("send --exclude-s", "send --exclude-session"),
    ("send --user stats --exclude-s", "send --user stats --exclude-session"),
    ("--address 127.0.0.1:50051 dr", "--address 127.0.0.1:50051 drain"),
    ("stats -o j", "stats -o json"),
    ("stats --output t", "stats --output table"),
    ("stats --color=al", "stats --color=always"),
    ("completion z", "completion zsh"),
    ("stats --token-file my-to", "stats --token-file my-token"),
    ("send --user my-to", "send --user my-to"),  # A user is no file.
    ("send --user ada my-to", "send --user ada my-to"),  # Nor is a text.
]


@pytest.fixture(name="folder")
def folder_fixture(tmp_path):
    (tmp_path / "my-token").write_text("secret")
    for shell in ("bash", "zsh", "fish"):
        (tmp_path / f"script-{shell}").write_text(Ctl().expect(0, "completion", shell).out)
    return tmp_path


@pytest.mark.parametrize("shell", SHELLS)
def test_tab_completes(shell, folder):
    arguments, setup = SHELLS[shell]
    env = ctl_environment({"HOME": str(folder), "ZDOTDIR": str(folder), "HISTFILE": ""})
    with Terminal([find_tool(shell), *arguments], env, folder) as terminal:
        for line in setup:
            terminal.type(line + "\n")
        terminal.type("echo SET''UP\n")
        terminal.read_until("SETUP\n")
        for typed, expected in COMPLETED:
            terminal.type(f"wsgatectl {typed}\t\r")
            came = terminal.read_until("|\n")
            ran = came.rsplit("RAN:", 1)[1].split("|")[0].strip()
            assert ran == expected, terminal.text
        terminal.type("exit\n")
        terminal.wait()


def fish_offers(folder, typed):
    """The words that fish offers, without their descriptions."""
    script = f"source script-fish; complete -C 'wsgatectl {typed}'"
    done = subprocess.run([find_tool("fish"), "--no-config", "-c", script], cwd=folder, text=True,
                          env=ctl_environment({"HOME": str(folder)}), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done
    return {line.split("\t")[0] for line in done.stdout.splitlines()}


def test_fish_completes(folder):
    assert fish_offers(folder, "send --us") == {"--user", "--users"}
    for typed, expected in COMPLETED:
        word = expected.split()[-1]
        unknown = typed == expected
        assert fish_offers(folder, typed) == (set() if unknown else {word}), typed


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_can_read_it(shell, folder):
    done = subprocess.run([find_tool(shell), "-n", f"script-{shell}"], cwd=folder, capture_output=True,
                          text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done


def test_every_command_and_flag_of_the_help_is_offered(folder):
    commands = Ctl()("--help").out.split("\nCommands\n")[1].split("\n\n")[0].splitlines()
    assert fish_offers(folder, "") == {line.split()[0] for line in commands}
    flags = {word for line in Ctl()("disconnect", "--help").out.splitlines() if line.startswith("  ")
             for word in line.split()[:2] if word.startswith("--")}
    assert flags and flags <= fish_offers(folder, "disconnect --")
    bash = "source script-bash; COMP_WORDS=(wsgatectl disconnect --) COMP_CWORD=2; _wsgatectl; " \
           "printf '%s\\n' ${COMPREPLY[@]}"
    done = subprocess.run([find_tool("bash"), "-c", bash], cwd=folder, capture_output=True, text=True,
                          check=True)
    assert flags <= set(done.stdout.split())


def test_a_shell_that_is_unknown_is_refused():
    assert "none of bash|zsh|fish" in Ctl().expect(2, "completion", "tcsh").err
