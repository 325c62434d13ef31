"""What was answered with 250 or OK stands, whatever kills the host: read from its system calls, and tried with SIGKILL.

MALAPOSTA_LONG=1 kills more often.
"""
import json
import os
import shutil
import socket
import unittest

import load
from host import Host, wait_until
from system_calls import Trace, Tracer

LONG = os.environ.get("MALAPOSTA_LONG") == "1"
KILLS, MESSAGES = (20, 500) if LONG else (4, 200)
PEOPLE = ["rita@acme.example", "tomas@acme.example", "ines@acme.example", "joana@casadorio.example", "miguel@casadorio.example"]


class HostTest(unittest.TestCase):
    """Each test has a host of its own."""

    def setUp(self):
        self.host = Host(demo=False)
        self.addCleanup(self.host.close)
        self.host.start()

    def queue(self):
        listed = self.host.command("queue", "list", "--json")
        return json.loads(listed.stdout)["messages"] if listed.returncode == 0 else None

    def wait_for_empty_queue(self):
        try:
            wait_until("the queue is empty", lambda: self.queue() == [], 60)
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{self.host.command('queue', 'list').stdout}{self.host.log()}") from None

    def check_store(self):
        checked = self.host.command("store", "check")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr + self.host.log())


class TraceReading(unittest.TestCase):
    """The reader of traces sees what is missing: short traces with one flaw each."""

    whole = [
        '7 openat(AT_FDCWD</>, "/d/journal/1.log", O_RDWR|O_CREAT|O_EXCL, 0600) = 5</d/journal/1.log>',
        '7 fsync(6</d/journal>) = 0',
        '7 write(5</d/journal/1.log>, "token", 5 <unfinished ...>',
        '8 write(9<socket:[1]>, "354 go on\\r\\n", 11) = 11',
        '7 <... write resumed>) = 5',
        '7 fdatasync(5</d/journal/1.log>) = 0',
        '8 write(9<socket:[1]>, "250 Ok\\r\\n", 8) = 8',
    ]

    def lost(self, lines):
        trace = Trace(lines)
        return trace.lost("/d/journal/1.log", "token", trace.answers("250 Ok")[0].begin)

    def test_all_is_well(self):
        self.assertEqual(self.lost(self.whole), [])
        self.assertEqual(Trace(self.whole).holding("token", "/d", 6), {"/d/journal/1.log"})

    def test_octets_are_not_flushed(self):
        self.assertEqual(len(self.lost(self.whole[:5] + self.whole[6:])), 1)

    def test_the_flush_ends_after_the_answer(self):
        late = self.whole[:5] + ['7 fdatasync(5</d/journal/1.log> <unfinished ...>', self.whole[6], '7 <... fdatasync resumed>) = 0']
        self.assertEqual(len(self.lost(late)), 1)

    def test_the_flush_begins_before_the_write_ends(self):
        early = self.whole[:4] + [self.whole[5], self.whole[4], self.whole[6]]
        self.assertEqual(len(self.lost(early)), 1)

    def test_a_failed_flush_is_none(self):
        failed = [line.replace("fdatasync(5</d/journal/1.log>) = 0", "fdatasync(5</d/journal/1.log>) = -1 EIO (error)") for line in self.whole]
        self.assertEqual(len(self.lost(failed)), 1)

    def test_the_folder_is_not_flushed(self):
        self.assertEqual(len(self.lost(self.whole[:1] + self.whole[2:])), 1)


class Dialogue:
    """A connection, line by line."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 60)
        self.file = self.socket.makefile("rb")

    def close(self):
        self.file.close()
        self.socket.close()

    def send(self, octets):
        self.socket.sendall(octets)

    def line(self):
        return self.file.readline().decode().rstrip("\r\n")

    def reply(self):
        """An SMTP reply's last line."""
        while True:
            line = self.line()
            if line[3:4] != "-":
                return line

    def ask(self, line):
        self.send(line.encode() + b"\r\n")
        return self.reply()

    def tagged(self, tag):
        while True:
            line = self.line()
            if line.startswith(f"{tag} ") or not line:
                return line


@unittest.skipUnless(shutil.which("strace"), "strace is not installed")
class WhatAnAnswerMeans(HostTest):
    """No 250 after DATA or BDAT and no OK to APPEND is written before its octets, its record and its folder entries are safe."""

    rounds = 8

    def test_answers_come_after_their_flushes(self):
        self.acknowledged, self.appended = [], []
        tracer = Tracer(load.worker(self.host), self.host.folder / "trace")
        try:
            mail = load.Clients(6, self.submit)
            imap = load.Clients(len(PEOPLE), self.append)
            mail.join()
            imap.join()
        finally:
            lines = tracer.stop()
        trace = Trace(lines)
        self.assertEqual(len(self.acknowledged), 6 * self.rounds)
        self.assertEqual(len(self.appended), len(PEOPLE) * self.rounds)
        flaws = self.flaws(trace)
        self.assertEqual(flaws, [], "\n".join(flaws))
        # Without its flushes the same trace would not pass.
        unflushed = Trace([line for line in lines if "fdatasync(" not in line])
        self.assertGreaterEqual(len(self.flaws(unflushed)), len(self.acknowledged))
        without_folders = Trace([line for line in lines if ".eml" in line or " fsync(" not in line])
        self.assertTrue(self.flaws(without_folders))

    # What is done

    def submit(self, number):
        session = Dialogue(self.host.ports["smtp"])
        session.reply()
        session.ask("EHLO client.example")
        for turn in range(self.rounds):
            name = f"traced{number}x{turn}y"
            octets = load.message(name, 400_000 if turn == 3 else 1_000)
            session.ask("MAIL FROM:<maria@elsewhere.example>")
            session.ask(f"RCPT TO:<{PEOPLE[(number + turn) % len(PEOPLE)]}>")
            if turn % 2 == 0:
                session.ask("DATA")
                session.send(octets)
                answer = session.ask(".")
            else:
                half = len(octets) // 2
                session.send(f"BDAT {half}\r\n".encode() + octets[:half])
                session.reply()
                session.send(f"BDAT {len(octets) - half} LAST\r\n".encode() + octets[half:])
                answer = session.reply()
            self.assertRegex(answer, r"^250 .*queued as \w+$")
            self.acknowledged.append((name, answer))
        session.close()

    def append(self, number):
        user = PEOPLE[number]
        session = Dialogue(self.host.ports["imap"])
        session.line()
        session.send(f"L{number} LOGIN {user} {load.PASSWORDS[user.split('@')[0]]}\r\n".encode())
        session.tagged(f"L{number}")
        for turn in range(self.rounds):
            name, tag = f"added{number}x{turn}y", f"T{number}x{turn}y"
            octets = load.message(name, 200_000 if turn == 5 else 1_000)
            session.send(f"{tag} APPEND INBOX {{{len(octets)}+}}\r\n".encode() + octets + b"\r\n")
            answer = session.tagged(tag)
            self.assertRegex(answer, rf"^{tag} OK \[APPENDUID \d+ \d+\]")
            self.appended.append((name, answer))
        session.close()

    # What is wanted

    def flaws(self, trace):
        found = []
        for name, answer in self.acknowledged:
            found += [f"{name}: {flaw}" for flaw in self.acceptance_flaws(trace, name, answer)]
        for name, answer in self.appended:
            found += [f"{name}: {flaw}" for flaw in self.append_flaws(trace, name, answer)]
        return found

    def answered(self, trace, answer):
        """The line at which an answer began to be written."""
        calls = trace.answers(answer)
        self.assertEqual(len(calls), 1, answer)
        return calls[0].begin

    def acceptance_flaws(self, trace, name, answer):
        line, spool, identifier = self.answered(trace, answer), f"{self.host.data}/spool/", answer.split()[-1]
        bodies, records = trace.holding(f"Subject: {name}", spool, line), trace.holding(identifier, f"{spool}journal/", line)
        if not bodies or not records:
            return [f"no octets or no record before {answer}"]
        return [flaw for path in bodies for flaw in trace.lost(path, f"Subject: {name}", line)] + [
            flaw for path in records for flaw in trace.lost(path, identifier, line)]

    def append_flaws(self, trace, name, answer):
        line, accounts = self.answered(trace, answer), f"{self.host.data}/accounts/"
        written = trace.holding(f"Subject: {name}", accounts, line)
        kept = {path for path in written if path.endswith(".eml")}
        # A large one was linked to its place, not written there.
        kept |= {path for path, makes in trace.makes.items() if path.endswith(".eml")
                 and any(source in make.text for make in makes for source in written - kept)}
        if len(kept) != 1:
            return [f"{len(kept)} files hold it"]
        path = kept.pop()
        log = f"{path[:path.index('/messages/')]}/mailbox.db-wal"
        rows = [write for write in trace.writes.get(log, []) if name in write.text and trace.is_synced(log, write, line)]
        flaws = [flaw for source in written for flaw in trace.lost(source, f"Subject: {name}", line)]
        return flaws + trace.lost_entries(path, line) + trace.lost_entries(log, line) + ([] if rows else ["its row is not safe"])


class KilledWhileMailComesIn(HostTest):
    """Every message that got its 250 is in its mailbox once, whole."""

    def submit(self, kill, kills):
        submission = load.Submission(self.host, MESSAGES)
        load.kill_while(submission.done, MESSAGES, kills, lambda: kill(self.host))
        submission.clients.join()
        self.wait_for_empty_queue()
        self.assertGreaterEqual(len(submission.accepted), MESSAGES)
        submission.check(self, {user: load.inbox(self.host, user) for user in PEOPLE})
        self.check_store()

    def test_the_mail_worker(self):
        self.submit(load.kill_worker, KILLS)

    def test_the_supervisor(self):
        self.submit(load.kill_supervisor, KILLS)


class KilledWhileMailIsMoved(HostTest):
    """What got its OK stands, and no UID that a client saw ever names another message."""

    clients, steps = (10, 150) if LONG else (10, 40)

    def test_append_copy_move_and_expunge(self):
        done = load.Count()
        mailers = [load.Mailer(self.host, PEOPLE[number % len(PEOPLE)], number, self.steps, done) for number in range(self.clients)]
        running = load.Clients(self.clients, lambda number: mailers[number].run())
        load.kill_while(done, self.clients * self.steps, KILLS, lambda: load.kill_worker(self.host))
        running.join()
        for mailer in mailers:
            for place in mailer.places:
                names = sorted(place.messages.values())
                octets = {load.message_id(octets): octets for octets in load.inbox(self.host, mailer.user, place.name)}
                self.assertEqual(sorted(octets), sorted(set(names)))
                for key, found in octets.items():
                    self.assertEqual(found, load.message(key[1:].split("@")[0]), f"{key} is not whole")
        self.check_store()


class Poison(HostTest):
    """A message that makes the worker trap is held after two attempts; everything else flows."""

    trap = "X-Trap: delivery"

    def setUp(self):
        os.environ["MALAPOSTA_TRAP"] = self.trap
        self.addCleanup(os.environ.pop, "MALAPOSTA_TRAP")
        super().setUp()

    def test_it_is_held_and_the_rest_flows(self):
        submission = load.Submission(self.host, 20)
        session = submission.connect()
        session.sendmail("maria@elsewhere.example", ["rita@acme.example"], load.message("poison", header=self.trap))
        session.close()
        submission.clients.join()
        held = wait_until("it alone is left, and held", lambda: self.held(), 60)
        self.assertEqual(held["attempts"], 2)
        self.assertEqual(held["recipients"], ["rita@acme.example"])
        self.assertIn("crashed", self.host.command("queue", "list").stdout)
        submission.check(self, {user: load.inbox(self.host, user) for user in PEOPLE})

        # It is held over a restart, and what comes later is not held up by it.
        self.assertEqual(self.host.stop(), 0, self.host.log())
        self.host.start()
        later = load.Submission(self.host, 20)
        later.clients.join()
        self.assertEqual(wait_until("it alone is left", lambda: self.held(), 60)["id"], held["id"])

        # Released, it is tried once more, alone, and held again.
        self.host.command("queue", "release", held["id"])
        again = wait_until("it is held again", lambda: self.held(attempts=3), 60)
        self.assertEqual(again["id"], held["id"])
        self.host.command("queue", "drop", held["id"], "--yes")
        self.wait_for_empty_queue()
        self.check_store()

    def held(self, attempts=2):
        waiting = self.queue()
        if waiting and len(waiting) == 1 and waiting[0]["state"] == "crashed" and waiting[0]["attempts"] == attempts:
            return waiting[0]
        return None


if __name__ == "__main__":
    unittest.main()
