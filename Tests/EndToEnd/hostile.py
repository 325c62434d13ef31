"""Peers that mean harm: mutated streams with fixed seeds, and clients that are slow, greedy or silent."""
import contextlib
import os
import random
import re
import resource
import socket

from host import PATIENCE
from load import worker

# 1 in the short form that `make test` runs.
SCALE = 10 if os.environ.get("MALAPOSTA_LONG") == "1" else 1

# Thousands of sockets are held here.
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class Mutation:
    """Changes octets at random places, as Tests/TestSupport/Mutation.swift does."""

    def __init__(self, pieces, changes=6):
        self.pieces = [piece if isinstance(piece, bytes) else piece.encode() for piece in pieces]
        self.changes = changes

    def __call__(self, octets, dice):
        octets = bytearray(octets)
        for _ in range(dice.randint(0, self.changes)):
            place = dice.randint(0, len(octets))
            kind = dice.randrange(6)
            if kind == 0 and place < len(octets):
                octets[place] = dice.randrange(256)
            elif kind == 1 and place < len(octets):
                octets[place] ^= 1 << dice.randrange(8)
            elif kind == 2:
                del octets[place:place + dice.randint(1, 40)]
            elif kind == 3:
                octets[place:place] = octets[place:place + dice.randint(1, 120)]
            elif kind == 4:
                del octets[place + 200:]
            else:
                octets[place:place] = dice.choice(self.pieces)
        return bytes(octets)


def dice(name, number):
    return random.Random(f"{name} {number}")


class Conversation:
    """Octets on their way to a server, and all that it says."""

    def __init__(self, port, seconds=PATIENCE, source="127.0.0.1"):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=seconds, source_address=(source, 0))
        self.seconds, self.heard, self.is_over = seconds, b"", False
        # Whether the server was heard to its own end: to whom we say that nothing more comes may leave out the rest.
        self.is_whole = True

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def say(self, octets):
        # It may have closed while we are speaking; what it said may still be there.
        with contextlib.suppress(OSError):
            self.socket.sendall(octets)

    def listen(self, pattern=None, quiet=None):
        """Until it has said `pattern`, or nothing for `quiet` seconds, or has closed, which it must in time."""
        self.socket.settimeout(quiet or self.seconds)
        while not self.is_over and not (pattern and re.search(pattern, self.heard)):
            try:
                piece = self.socket.recv(65536)
            except ConnectionResetError:
                piece = b""
            except TimeoutError:
                if quiet:
                    break
                raise
            self.heard += piece
            self.is_over = not piece
        self.socket.settimeout(self.seconds)
        return self.heard

    def end(self, quiet=None):
        """All that is said until it closes. Where it does not of itself, our side is ended first, once it is quiet."""
        if quiet:
            self.listen(quiet=quiet)
            self.is_whole = self.is_over
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)
        return self.listen()


def converse(port, octets, first=((b"", rb"\n"),), quiet=None, source="127.0.0.1"):
    """What a server says to `octets`, as a conversation that is over. It is heard out: who ends a connection at once is not answered.

    - first: what is said before, each with the pattern that it must be answered with.
    - quiet: seconds after which nothing more is expected; without, the server is to close of itself.
    """
    with Conversation(port, source=source) as peer:
        for said, pattern in first:
            peer.say(said)
            if not re.search(pattern, peer.listen(pattern)):
                raise AssertionError(f"{said} is answered {peer.heard}")
        peer.say(octets)
        peer.end(quiet)
        return peer


def memory(process):
    """Resident octets of a process."""
    with open(f"/proc/{process}/status") as file:
        return int(re.search(r"VmRSS:\s+(\d+) kB", file.read())[1]) << 10


class Watch:
    """The host's workers: the same processes at the end as at the beginning, and no larger than they may be."""

    def __init__(self, host):
        self.host = host
        self.processes = {name: worker(host, name) for name in ("malaposta-mail", "malaposta-web")}
        self.before = {name: memory(process) for name, process in self.processes.items()}

    def check(self, test, growth=200 << 20):
        for name, process in self.processes.items():
            test.assertEqual(worker(self.host, name), process, f"{name} has ended and begun again:\n{self.host.log()}")
            test.assertLess(memory(process) - self.before[name], growth, f"{name} has grown")
