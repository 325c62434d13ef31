"""What was answered with 250 or OK stands, whatever kills the host: read from its system calls, and tried with SIGKILL.

MALAPOSTA_LONG=1 kills more often.
"""
import contextlib
import os
import re
import shutil
import smtplib
import unittest

import load
from host import HostTest, does_not_run, wait_until
from system_calls import Trace, Tracer
from web_writer import WebWriter

LONG = os.environ.get("MALAPOSTA_LONG") == "1"
KILLS, MESSAGES = (20, 500) if LONG else (4, 200)
PEOPLE = ["rita@acme.example", "tomas@acme.example", "ines@acme.example", "joana@casadorio.example", "miguel@casadorio.example"]


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


class WhatAnAnswerMeans(HostTest):
    """No 250 after DATA or BDAT, no OK to APPEND, and no "sent" or "saved" of the web is written before its octets, its record and
    its folder entries are safe; no OK to COPY, MOVE or EXPUNGE before its rows are."""

    # Somebody to whom no mail comes.
    mover = "sofia@casadorio.example"

    rounds = 8

    def start(self):
        if shutil.which("strace") is None:
            does_not_run("THE TEST OF WHAT AN ANSWER MEANS", "strace is not installed")
        super().start()

    def test_answers_come_after_their_flushes(self):
        self.accepted, self.stored, self.changed = [], [], []
        web = WebWriter(self.host, PEOPLE[0])
        workers = [load.worker(self.host), load.worker(self.host, "malaposta-web")]
        tracer = Tracer(workers, self.host.folder / "trace")
        self.known = {str(path) for path in self.host.data.rglob("*")}
        try:
            mail = load.Clients(6, self.submit)
            imap = load.Clients(len(PEOPLE), self.append)
            writer = load.Clients(1, lambda _: self.write(web))
            mover = load.Clients(1, lambda _: self.move())
            for clients in (mail, imap, writer, mover):
                clients.join()
        finally:
            lines = tracer.stop()
        trace = Trace(lines, self.known)
        self.assertEqual(len(self.accepted), 7 * self.rounds)
        self.assertEqual(len(self.stored), (len(PEOPLE) + 3) * self.rounds)
        self.assertEqual(len(self.changed), 3 * self.rounds)
        flaws = self.flaws(trace)
        self.assertEqual(flaws, [], "\n".join(flaws))
        # Without its flushes the same trace would not pass.
        unflushed = Trace([line for line in lines if not re.search(r"(fdatasync|syncfs)\(", line)], self.known)
        self.assertGreaterEqual(len(self.flaws(unflushed)), len(self.accepted) + len(self.changed))
        self.assertEqual(len(self.changing_flaws(unflushed)), len(self.changed))
        without_folders = Trace([line for line in lines if ".eml" in line or not re.search(r" (fsync|syncfs)\(", line)], self.known)
        self.assertTrue(self.flaws(without_folders))
        # Nor would it without the flushes of one kind of file.
        for kind in (".eml", "mailbox.db-wal", "/spool/journal/", "/spool/bodies/"):
            left = [line for line in lines if "syncfs(" not in line and ("sync(" not in line or kind not in line)]
            self.assertTrue(self.flaws(Trace(left, self.known)), kind)

    # What is done

    def submit(self, number):
        session = load.Dialogue(self.host.ports["smtp"])
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
            self.accepted.append((name, answer, answer.split()[-1]))
        session.close()

    def append(self, number):
        user = PEOPLE[number]
        session = load.Dialogue(self.host.ports["imap"])
        session.line()
        session.tagged_ask(f"L{number}", f"LOGIN {user} {load.PASSWORDS[user.split('@')[0]]}")
        for turn in range(self.rounds):
            name, tag = f"added{number}x{turn}y", f"T{number}x{turn}y"
            # The largest has a file of its own while it comes.
            octets = load.message(name, {5: 200_000, 6: 2_000_000}.get(turn, 1_000))
            answer = session.append(tag, "INBOX", octets, waits=turn % 2 == 1)
            self.assertRegex(answer, rf"^{tag} OK \[APPENDUID \d+ \d+\]")
            self.stored.append((name, answer))
        session.close()

    def move(self):
        session = load.Dialogue(self.host.ports["imap"])
        session.line()
        session.tagged_ask("L", f"LOGIN {self.mover} demo-sofia-2026")
        session.tagged_ask("L", "CREATE Kept")
        for turn in range(self.rounds):
            name, last = f"moved{turn}y", f"V{turn}append"
            answer = session.append(last, "INBOX", load.message(name))
            self.assertRegex(answer, rf"^{last} OK \[APPENDUID \d+ \d+\]")
            self.stored.append((name, answer))
            session.tagged_ask(f"V{turn}select", "SELECT INBOX")
            for kind, command in (("copy", "COPY * Kept"), ("move", "MOVE * Kept"), ("expunge", "EXPUNGE")):
                if kind == "expunge":
                    session.tagged_ask(f"V{turn}select", "SELECT Kept")
                    last = f"V{turn}store"
                    session.tagged_ask(last, r"STORE * +FLAGS.SILENT (\Deleted)")
                tag = f"V{turn}{kind}"
                self.assertRegex(session.tagged_ask(tag, command), f"^{tag} OK")
                self.changed.append((last, tag))
                last = tag
        session.close()

    def write(self, web):
        for turn in range(self.rounds):
            answer = web.compose("save", f"draft{turn}y", "It is kept.")
            self.assertEqual(answer.status, 200, answer.body)
            self.stored.append((f"draft{turn}y", answer.port))
            # Saved anew, in the place of the other.
            again = web.compose("save", f"again{turn}y", "It is kept, and longer.", draft=answer.said["draft"])
            self.assertEqual(again.status, 200, again.body)
            self.stored.append((f"again{turn}y", again.port))
            answer = web.compose("send", f"sent{turn}y", "It is on its way.", to=PEOPLE[1])
            self.assertEqual(answer.status, 200, answer.body)
            self.accepted.append((f"sent{turn}y", answer.port, answer.said["sent"].split(".")[0]))

    # What is wanted

    def flaws(self, trace):
        found = []
        for name, answer, identifier in self.accepted:
            found += [f"{name}: {flaw}" for flaw in self.acceptance_flaws(trace, name, answer, identifier)]
        for name, answer in self.stored:
            found += [f"{name}: {flaw}" for flaw in self.storing_flaws(trace, name, answer)]
        return found + self.changing_flaws(trace)

    def changing_flaws(self, trace):
        """Between an answer and the next to the same client, alone in its account, rows were written and made safe."""
        kept = [path for path in trace.holding("Subject: moved0y\\r", f"{self.host.data}/accounts/", float("inf")) if "/spool/" not in path]
        if not kept:
            return ["nothing was moved"]
        log = f"{kept[0][:kept[0].index('/messages/')]}/mailbox.db-wal"
        found = []
        for last, tag in self.changed:
            begin, end = self.answered(trace, f"{last} OK"), self.answered(trace, f"{tag} OK")
            written = [write for write in trace.writes.get(log, []) if begin < write.begin and write.end < end]
            if not any(trace.is_synced(log, write, end) for write in written):
                found.append(f"{tag}: of {len(written)} writes none is safe")
        return found

    def answered(self, trace, answer):
        """The line at which an answer began to be written."""
        calls = trace.web_answers(answer) if isinstance(answer, int) else trace.answers(answer)
        self.assertEqual(len(calls), 1, answer)
        return calls[0].begin

    def acceptance_flaws(self, trace, name, answer, identifier):
        line, spool = self.answered(trace, answer), f"{self.host.data}/spool/"
        bodies, records = trace.holding(f"Subject: {name}", spool, line), trace.holding(identifier, f"{spool}journal/", line)
        if not bodies or not records:
            return [f"no octets or no record before {answer}"]
        return [flaw for path in bodies for flaw in trace.lost(path, f"Subject: {name}", line)] + [
            flaw for path in records for flaw in trace.lost(path, identifier, line)]

    def storing_flaws(self, trace, name, answer):
        line, token = self.answered(trace, answer), f"Subject: {name}\\r"
        # A large one was linked to its place, not written there.
        written = {path for path in trace.holding(token, f"{self.host.data}/", line) if "/spool/" not in path}
        kept = {name for path in written for name in trace.names.get(path, [path]) if name.endswith(".eml") and "/messages/" in name}
        if len(kept) != 1:
            return [f"{len(kept)} files hold it"]
        path = kept.pop()
        log = f"{path[:path.index('/messages/')]}/mailbox.db-wal"
        rows = [write for write in trace.writes.get(log, []) if name in write.text and trace.is_synced(log, write, line)]
        flaws = [flaw for source in written if path in trace.names.get(source, [source])
                 for flaw in trace.lost_octets(source, token, line)]
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
        # Delivery may begin, and kill the worker, before the client has its 250.
        with contextlib.suppress(smtplib.SMTPServerDisconnected):
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
