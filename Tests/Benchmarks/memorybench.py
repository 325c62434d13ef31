#!/usr/bin/env python3
"""Memory of a server: after touching many accounts, and while a large message goes in and out.

  memorybench.py --port IMAP --smtp-port SMTP --users 'u%d@dom' --pids MASTER --op touch,large [--accounts 1000] [--size 48000000]
 touch  log in to each account once, SELECT INBOX, leave; what the processes hold afterwards
 large  one message of --size octets by SMTP, seen by IMAP, fetched whole; the peak above what was held before
"""
import argparse, os, socket, sys, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import benchlib as B

def touch(a, pids):
    m0 = B.mem(pids); t0 = time.perf_counter()
    for i in range(a.accounts):
        c = B.Imap(a.host, a.port, a.users % i, a.pw); c.cmd("SELECT INBOX", keep=False); c.cmd("LOGOUT", keep=False); c.close()
    rate = a.accounts / (time.perf_counter() - t0); m1 = B.mem(pids)
    B.emit("memory after touching %d accounts" % a.accounts, [m1[2]], "MB", before=m0[2], rss_mb=m1[1], processes=m1[0])
    B.emit("log in, SELECT, log out, one at a time", [rate], "/s")

def peaks(pids, reset=False):
    """The sum of the processes' highest resident sizes since the last reset, in MB."""
    kb = 0
    for p in B.tree(pids):
        try:
            if reset: open("/proc/%d/clear_refs" % p, "w").write("5")
            with open("/proc/%d/status" % p) as f: kb += next(int(l.split()[1]) for l in f if l.startswith("VmHWM"))
        except (OSError, StopIteration): continue
    return kb / 1024

def large(a, pids):
    line = b"x" * 76 + b"\r\n"; size = a.size - a.size % len(line)
    user = a.users % 0; c = B.Imap(a.host, a.port, user, a.pw); before = c.count("INBOX"); base = peaks(pids, reset=True)
    s = socket.create_connection((a.host, a.smtp_port)); r = s.makefile("rb"); r.readline(); t0 = time.perf_counter()
    def say(text):
        s.sendall(text)
        while True:
            l = r.readline()
            if l[3:4] != b"-": break
        if l[:1] not in b"23": raise RuntimeError(l)
    say(b"EHLO bench.example.test\r\n"); say(b"MAIL FROM:<sender@example.com> SIZE=%d\r\n" % (size + 200)); say(b"RCPT TO:<%s>\r\n" % user.encode()); say(b"DATA\r\n")
    s.sendall(b"From: sender@example.com\r\nTo: %s\r\nSubject: large\r\nMessage-ID: <large%s@bench.test>\r\n\r\n" % (user.encode(), os.urandom(6).hex().encode()))
    chunk = line * 1000
    for _ in range(size // len(chunk)): s.sendall(chunk)
    say(b".\r\n"); dt = time.perf_counter() - t0
    while c.count("INBOX") <= before: time.sleep(.02)
    B.emit("large message in", [size / dt / 1e6], "MB/s", size=size); B.emit("large message in, peak above before", [peaks(pids) - base], "MB", size=size)
    c.cmd("SELECT INBOX", keep=False); base = peaks(pids, reset=True)
    n, _, _, dt = c.cmd("FETCH %d BODY.PEEK[]" % (before + 1), keep=False)
    B.emit("large message out", [n / dt / 1e6], "MB/s", size=size); B.emit("large message out, peak above before", [peaks(pids) - base], "MB", size=size)
    c.cmd("STORE %d +FLAGS (\\Deleted)" % (before + 1), keep=False); c.cmd("EXPUNGE", keep=False); c.close()

def main():
    p = argparse.ArgumentParser(); A = p.add_argument
    A("--host", default="127.0.0.1"); A("--port", type=int, required=True); A("--smtp-port", type=int); A("--users", required=True); A("--pw", default="test")
    A("--pids", required=True); A("--op", default="touch,large"); A("--accounts", type=int, default=1000); A("--size", type=int, default=48_000_000); A("--label", default="")
    a = p.parse_args(); B.TAGS.update(label=a.label); pids = [int(x) for x in a.pids.split(",")]
    for op in a.op.split(","): {"touch": touch, "large": large}[op](a, pids)

if __name__ == "__main__": main()
