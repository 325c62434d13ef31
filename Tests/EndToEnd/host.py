"""A whole host for a test: the example configuration on free ports, started by `malaposta supervise`, in a folder of its own."""
import contextlib
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(os.environ.get("MALAPOSTA_PROGRAMS", ROOT / ".build/debug"))
LISTENERS = {2525: "smtp", 2587: "submission", 2465: "submissions", 2143: "imap", 2993: "imaps", 8080: "http", 8443: "https"}
PASSWORDS = {name: f"demo-{name}-2026" for name in ("rita", "tomas", "ines", "joana", "miguel")}


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def wait_until(what, condition, seconds=30):
    """Asks `condition` until it gives something true, which is returned."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


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
        # Words before each command: `ip netns exec NAME`.
        self.prefix = []
        self.process = None
        self.output = []

    def start(self, seconds=90, limits=None):
        """- limits: of the programs (setrlimit(2)), by resource."""
        def set_limits():
            for kind, values in (limits or {}).items():
                resource.setrlimit(kind, values)

        command = [*self.prefix, PROGRAMS / "malaposta", "supervise", "--configuration", self.configuration, "--data", self.data,
                   "--templates", ROOT / "templates"]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(command + (["--demo"] if self.demo else []), stdout=subprocess.PIPE, stderr=log,
                                            stdin=subprocess.DEVNULL, text=True, start_new_session=True, preexec_fn=set_limits)
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
            [*self.prefix, PROGRAMS / "malaposta", *words, "--data", self.data],
            capture_output=True, text=True, input=input, timeout=60, env={**os.environ, "MALAPOSTA_CONFIGURATION": str(self.configuration)})

    def children(self):
        found = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout
        return [int(word) for word in found.split()]

    def stop(self, seconds=60):
        if self.process and self.process.poll() is None:
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
