"""A whole host for a test: the example configuration on free ports, started by `malaposta supervise`, in a folder of its own."""
import base64
import contextlib
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(os.environ.get("MALAPOSTA_PROGRAMS", ROOT / ".build/debug"))
LISTENERS = {2525: "smtp", 2587: "submission", 2465: "submissions", 2143: "imap", 2993: "imaps", 8080: "http", 8443: "https"}
PASSWORDS = {name: f"demo-{name}-2026" for name in ("rita", "tomas", "ines", "joana", "miguel")}
# Seconds for what must come and has no time of its own: only a failure lasts as long, and no machine is so slow.
PATIENCE = 60


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def wait_until(what, condition, seconds=PATIENCE):
    """Asks `condition` until it gives something true, which is returned."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


def does_not_run(what, reason):
    """Passes over a test that cannot run here, and says so where nobody misses it."""
    line = "=" * 78
    print(f"\n{line}\n  {what} DOES NOT RUN: {reason}.\n{line}", file=sys.stderr, flush=True)
    raise unittest.SkipTest(reason)


class Host:
    def __init__(self, demo=True):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="malaposta-e2e-"))
        self.configuration = self.folder / "etc"
        self.data = self.folder / "data"
        shutil.copytree(ROOT / "etc", self.configuration)
        self.ports = dict(zip(LISTENERS.values(), free_ports(len(LISTENERS))))
        file = self.configuration / "malaposta.yaml"
        text = file.read_text()
        for port, name in LISTENERS.items():
            text = re.sub(rf"\b{port}\b", str(self.ports[name]), text)
        file.write_text(text)
        self.demo = demo
        # What the host is started with: a command before its own, and more for its environment.
        self.prefix, self.environment = [], {}
        # Words before each command, the host's own included: `ip netns exec NAME`.
        self.within = []
        self.process = None
        self.output = []

    def start(self, seconds=90, limits=None):
        """- limits: of the programs (setrlimit(2)), by resource."""
        def set_limits():
            for kind, values in (limits or {}).items():
                resource.setrlimit(kind, values)

        command = [PROGRAMS / "malaposta", "supervise", "--configuration", self.configuration, "--data", self.data,
                   "--templates", ROOT / "templates"]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(self.within + self.prefix + command + (["--demo"] if self.demo else []), stdout=subprocess.PIPE,
                                            stderr=log, stdin=subprocess.DEVNULL, text=True, start_new_session=True,
                                            preexec_fn=set_limits, env={**os.environ, **self.environment})
        self.output = []
        ready = threading.Event()

        def read(lines):
            with lines:
                for line in lines:
                    self.output.append(line)
                    if "Ctrl-C" in line:
                        ready.set()
            ready.set()

        threading.Thread(target=read, args=[self.process.stdout], daemon=True).start()
        if not ready.wait(seconds) or self.process.poll() is not None:
            raise AssertionError("the host did not start:\n" + "".join(self.output) + self.log())
        return self

    def log(self):
        return (self.folder / "log").read_text(errors="replace")[-6000:]

    def command(self, *words, input=None):
        """Runs the operator's command against this host."""
        return subprocess.run(
            [*self.within, PROGRAMS / "malaposta", *words, "--data", self.data],
            capture_output=True, text=True, input=input, timeout=5 * PATIENCE,
            env={**os.environ, "MALAPOSTA_CONFIGURATION": str(self.configuration)})

    def status(self, *words, code=0):
        """What `status` gives, asked until it ends with this exit code: a worker that is slow to answer is told as one that does not."""
        end = time.monotonic() + PATIENCE
        while True:
            shown = self.command("status", *words)
            if shown.returncode == code or time.monotonic() > end:
                return shown
            time.sleep(0.2)

    def ask(self, name, question, **fields):
        """A question at a local socket: the answer, or the refusal."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(str(self.data / "run" / name))
            frame = json.dumps({"id": 1, "name": question, "body": base64.b64encode(json.dumps(fields).encode()).decode()}).encode()
            connection.sendall(struct.pack(">I", len(frame)) + frame)
            with connection.makefile("rb") as octets:
                answer = json.loads(octets.read(struct.unpack(">I", octets.read(4))[0]))
        return json.loads(base64.b64decode(answer["body"])) if "body" in answer else answer["refusal"]

    def children(self, process=None):
        found = subprocess.run(["pgrep", "-P", str(process or self.process.pid)], capture_output=True, text=True).stdout
        return [int(word) for word in found.split()]

    def kill(self):
        """Ends everything at once with SIGKILL, the supervisor first: nothing stops in order."""
        found, process = [], self.process.pid
        waiting = self.children() if self.prefix[:1] == ["strace"] else [process]
        while waiting:
            process = waiting.pop(0)
            found.append(process)
            waiting += self.children(process)
        for process in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.process.wait(PATIENCE)

    def stop(self, seconds=PATIENCE):
        """The exit code; None where it was never started."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(seconds)
        return self.process.returncode

    def close(self):
        try:
            self.stop()
        finally:
            if self.process and self.process.poll() is None:
                self.process.kill()
            if os.environ.get("KEEP_FOLDER") is None:
                shutil.rmtree(self.folder, ignore_errors=True)


class HostTest(unittest.TestCase):
    """Each test has a host of its own."""

    def setUp(self):
        self.host = Host(demo=False)
        self.addCleanup(self.host.close)
        self.start()

    def start(self):
        self.host.start()

    def queue(self):
        """What waits; None where nobody tells."""
        listed = self.host.command("queue", "list", "--json")
        return json.loads(listed.stdout)["messages"] if listed.returncode == 0 else None

    def wait_for_empty_queue(self, seconds=PATIENCE):
        try:
            wait_until("the queue is empty", lambda: self.queue() == [], seconds)
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{self.host.command('queue', 'list').stdout}{self.host.log()}") from None

    def check_store(self):
        checked = self.host.command("store", "check")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr + self.host.log())
