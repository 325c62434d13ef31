"""Peers that mean harm: mutated streams with fixed seeds, and clients that are slow, greedy or silent."""
import os
import random
import re
import resource
import socket

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


def converse(port, octets, seconds=30, source="127.0.0.1", ends=True):
    """Sends octets, ends its side, and gives all that the server says until it closes, which it must in time.

    With `ends` false the server is left to close by what it was told: then none of its answers can be lost.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=seconds, source_address=(source, 0)) as connection:
        try:
            connection.sendall(octets)
            if ends:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            # Closed while we were speaking; what it said may still be there.
            pass
        heard = b""
        while True:
            try:
                piece = connection.recv(65536)
            except ConnectionResetError:
                return heard
            if not piece:
                return heard
            heard += piece


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
