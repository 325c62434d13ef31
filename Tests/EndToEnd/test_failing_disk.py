"""A disk that fails: every call in turn that changes something, and a file system that is full in earnest.

MALAPOSTA_LONG=1 fails each call, the first, then the second; else every fifth or so, others each time.
"""
import contextlib
import http.client
import imaplib
import mmap
import os
import pathlib
import random
import re
import shutil
import smtplib
import struct
import subprocess
import threading
import types
import unittest

import load
from host import HostTest, does_not_run, wait_until
from power_workload import Mailboxes
from web_writer import WebWriter

LONG = os.environ.get("MALAPOSTA_LONG") == "1"
DATA, FLUSH, NAME, FREEING = 1, 2, 4, 8
ENOSPC, EIO = 28, 5
COMPILERS = ("clang", "cc", "gcc")


class Disk:
    """What Tests/EndToEnd/failing_disk.c reads: which of the calls under a folder is to fail."""

    format = "iiliillii"
    fields = ("armed", "kinds", "left", "error", "stays", "counted", "failed", "process", "unused")
    unreadable = 64

    def __init__(self, place, folder):
        self.page, library = place / "failing-page", place / "failing_disk.so"
        self.page.write_bytes(bytes(4096))
        compiler = next(name for name in COMPILERS if shutil.which(name))
        subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", library, pathlib.Path(__file__).with_name("failing_disk.c"), "-ldl"],
                       check=True)
        with open(self.page, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 4096)
        self.environment = {"LD_PRELOAD": str(library), "MALAPOSTA_FAILING_PAGE": str(self.page), "MALAPOSTA_FAILING_FOLDER": str(folder)}

    def read(self):
        return dict(zip(self.fields, struct.unpack_from(self.format, self.memory)))

    def arm(self, kinds, turn, error=ENOSPC, stays=False, process=0):
        """The call of that turn will fail, counted from 1; with `stays` all after it too."""
        self.disarm()
        struct.pack_into(self.format, self.memory, 0, 0, kinds, turn, error, int(stays), 0, 0, process, 0)
        struct.pack_into("i", self.memory, 0, 1)

    def disarm(self):
        struct.pack_into("i", self.memory, 0, 0)

    @contextlib.contextmanager
    def cannot_read(self, path):
        octets = os.fsencode(path)
        self.memory[self.unreadable:self.unreadable + len(octets)] = octets
        try:
            yield
        finally:
            self.memory[self.unreadable:self.unreadable + len(octets)] = bytes(len(octets))

    @property
    def failed(self):
        return self.read()["failed"]


class Promises:
    """What was answered how: messages that must be there once, that must not be there, and that may be there once."""

    def __init__(self):
        self.kept, self.refused, self.unsure = {}, {}, {}
        self.answers = set()
        self.lock = threading.Lock()

    def note(self, name, place, answer, good, refused):
        with self.lock:
            self.answers.add(answer)
            (self.kept if good else self.refused if refused else self.unsure)[name] = place

    def flaws(self, mailboxes):
        """`place`: (user, folder)."""
        found = []
        for names, counts in ((self.kept, (1,)), (self.refused, (0,)), (self.unsure, (0, 1))):
            for name, (user, folder) in names.items():
                places = mailboxes.folders(user, name)
                if places not in [[folder] * count for count in counts]:
                    found.append(f"{name} of {user} is in {places}, wanted {counts} in {folder}")
                for _, octets in mailboxes.messages.get((user, name), []):
                    if name.startswith(("mail", "added")) and not octets.endswith(load.message(name, self.size(name))):
                        found.append(f"{name} is not whole")
        return found

    @staticmethod
    def size(name):
        return 300_000 if name.endswith("large") else 2_000


class FailingHost(HostTest):
    mailed, appended, written = "rita@acme.example", "miguel@casadorio.example", "ines@acme.example"

    def start(self):
        self.promises, self.number = Promises(), 0
        self.host.start()
        self.sessions = self.log_in()

    def workers(self):
        return {name: load.worker(self.host, name) for name in ("malaposta-mail", "malaposta-web")}

    def log_in(self):
        return types.SimpleNamespace(imap=self.imap(), web=WebWriter(self.host, self.written))

    def imap(self):
        session = load.imap(self.host, self.appended)
        session.create("Kept")
        session.select("Kept")
        return session

    # One message each way; `sessions`: those of another thread

    def another(self, kind, size=""):
        """A name that no message has."""
        with self.promises.lock:
            self.number += 1
            return f"{kind}{self.number}z{size}"

    def mail(self, name):
        try:
            with smtplib.SMTP("127.0.0.1", self.host.ports["smtp"], timeout=60) as session:
                session.ehlo("client.example")
                code, text = session.mail("maria@elsewhere.example")
                if code == 250:
                    code, text = session.rcpt(self.mailed)
                if code == 250:
                    code, text = session.data(load.message(name, Promises.size(name)))
        except smtplib.SMTPResponseException as answer:
            code, text = answer.smtp_code, answer.smtp_error
        except (smtplib.SMTPException, OSError):
            # The answer is lost, the connection too.
            code, text = 0, b""
        self.promises.note(name, (self.mailed, "INBOX"), f"{code} {text.decode()[:5]}", code == 250, code >= 400)
        return code

    def append(self, name, sessions=None):
        sessions = sessions or self.sessions
        try:
            state, said = sessions.imap.append("Kept", None, None, load.message(name, Promises.size(name)))
            answer = f"{state} {said[0].decode()}"
        except (imaplib.IMAP4.error, OSError) as failure:
            answer = f"lost {failure}"
            sessions.imap.shutdown()
            sessions.imap = wait_until("the host lets a client in", self.imap_again)
        self.promises.note(name, (self.appended, "Kept"), answer, answer.startswith("OK"), answer.startswith("NO"))
        return answer

    def imap_again(self):
        try:
            return self.imap()
        except (imaplib.IMAP4.error, OSError):
            return None

    def save(self, name, sessions=None):
        try:
            answer = (sessions or self.sessions).web.compose("save", name, "It is saved.")
            status = answer.status
        except (OSError, ValueError, http.client.HTTPException):
            status = 0
        # A failure of the web does not say that nothing was saved.
        self.promises.note(name, (self.written, "Drafts"), f"web {status}", status == 200, False)
        return status

    def send(self, name, sessions=None):
        """From one of the people to another: "sent" is in the inbox once, whatever else was answered at most once."""
        try:
            status = (sessions or self.sessions).web.compose("send", name, "It is sent.", to=self.mailed).status
        except (OSError, ValueError, http.client.HTTPException):
            status = 0
        self.promises.note(name, (self.mailed, "INBOX"), f"web {status}", status == 200, False)
        return status

    def goes_on(self):
        """Mail is taken by every way."""
        wait_until("SMTP takes mail", lambda: self.mail(self.another("mail")) == 250)
        wait_until("IMAP takes mail", lambda: self.append(self.another("added")).startswith("OK"))
        wait_until("the web saves", lambda: self.save(self.another("draft")) == 200)

    def judge(self, leftovers=False):
        """`leftovers`: whether there may be files that no row names, which cost room and nothing else."""
        wait_until("the queue is empty", self.retry_what_waits, 120)
        found = Mailboxes(self.host, [self.mailed, self.appended, self.written], folders=("INBOX", "Kept", "Drafts"))
        flaws = self.promises.flaws(found)
        checked = self.host.command("store", "check")
        findings = [line for line in checked.stdout.splitlines() if line.startswith(" ")]
        is_whole = findings and leftovers and all(line.endswith(".eml has no row") for line in findings)
        if checked.returncode != 0 and not is_whole:
            flaws.append(checked.stdout + checked.stderr)
        self.assertEqual(flaws, [], "\n".join(flaws) + self.host.log())

    def retry_what_waits(self):
        """Whether nothing waits. What failed several times would wait for minutes: it is tried at once."""
        waiting = self.queue()
        if waiting:
            self.host.command("queue", "retry", *[one["id"] for one in waiting])
        return waiting == []


class EveryCallFails(FailingHost):
    """The first call fails, then the second, and so on, until a round of everything meets no failure any more."""

    def start(self):
        if not any(map(shutil.which, COMPILERS)):
            does_not_run("THE TEST OF A FAILING DISK", "it needs a C compiler")
        self.disk = Disk(self.host.folder, self.host.data)
        self.host.environment = self.disk.environment
        super().start()
        for step in (self.mail, self.append, self.save, self.send):
            step(f"{step.__name__}0before".replace("append", "added"))

    def round(self, turn, **fault):
        """All kinds of mail, with one failure on the way. False once the failure's turn does not come."""
        self.disk.arm(turn=turn, **fault)
        try:
            size = "large" if turn % 3 == 2 else ""
            self.mail(f"mail{self.number}{size}")
            self.append(f"added{self.number}{size}")
            self.save(f"draft{self.number}")
            self.send(f"sent{self.number}")
            # What was accepted is filed meanwhile, or fails to be.
            threading.Event().wait(0.5)
        finally:
            self.number += 1
            failed = self.disk.failed
            self.disk.disarm()
        return failed > 0

    def turns(self, stride):
        turn = 1 if LONG else random.randint(1, stride)
        while turn < 2_000:
            yield turn
            turn += 1 if LONG else random.randint(max(1, stride // 2), stride + stride // 2)

    def fail_all(self, stride, **fault):
        before, misses, tried = self.workers(), 0, 0
        for turn in self.turns(stride):
            misses = 0 if self.round(turn, **fault) else misses + 1
            tried += 1
            if misses == 3:
                break
        self.assertEqual(self.workers(), before, "a worker had to start anew\n" + self.host.log())
        # There is room again, and everything goes on at once.
        self.assertEqual(self.mail("mail9after"), 250)
        self.assertRegex(self.append("added9after"), "^OK")
        self.assertEqual(self.save("draft9after"), 200)
        self.assertEqual(self.send("sent9after"), 200)
        self.judge()
        refusals = {answer for answer in self.promises.answers if not answer.startswith(("250", "OK", "web 200"))}
        print(f"[{tried} failures: {sorted(refusals)}]", end=" ", flush=True)
        for answer in refusals:
            self.assertRegex(answer, r"^(452 4\.3\.|451 4\.3\.|NO \[(UNAVAILABLE|OVERQUOTA)\]|web 5\d\d|web 4\d\d)")

    def test_one_write_finds_no_room(self):
        self.fail_all(9, kinds=DATA | NAME | FREEING)

    @unittest.skipUnless(LONG, "belongs to the long form")
    def test_no_write_finds_room_any_more(self):
        """As on a full disk, from some call on: what frees room still works."""
        self.fail_all(9, kinds=DATA | NAME, stays=True)

    def test_a_call_of_apply_fails(self):
        """The host goes on under the old generation or the new one, whole, and the next apply succeeds."""
        file, misses, tried, failures = self.host.configuration / "tenants/acme/accounts.yaml", 0, 0, 0
        text = file.read_text()
        for turn in self.turns(9):
            alias = f"turn{turn}@acme.example"
            file.write_text(text.replace("sales@acme.example", f"sales@acme.example, {alias}", 1))
            self.disk.arm(DATA | NAME | FLUSH | FREEING, turn, process=self.host.process.pid)
            applied = self.host.command("apply", "--yes")
            hit = self.disk.failed > 0
            self.disk.disarm()
            tried, failures = tried + 1, failures + (applied.returncode != 0)
            with self.subTest(turn=turn, said=applied.stdout + applied.stderr):
                if applied.returncode == 0:
                    wait_until("it is in force", lambda: self.is_taken(alias))
                again = self.host.command("apply", "--yes")
                self.assertEqual(again.returncode, 0, again.stdout + again.stderr + self.host.log())
                wait_until("it is in force", lambda: self.is_taken(alias))
                self.assertTrue(self.is_taken(self.mailed))
            misses = 0 if hit else misses + 1
            if misses == 2:
                break
        print(f"[{failures} of {tried} failed]", end=" ", flush=True)
        self.assertGreater(failures, 0)

    def is_taken(self, address):
        with smtplib.SMTP("127.0.0.1", self.host.ports["smtp"], timeout=60) as session:
            session.ehlo("client.example")
            session.mail("maria@elsewhere.example")
            return session.rcpt(address)[0] == 250

    def test_a_flush_fails(self):
        """A failed flush is never tried again: the worker starts anew, and nothing that was answered is lost."""
        note, log, settled = self.host.data / "accounts/flush-failed", self.host.folder / "log", {}
        for name in ("malaposta-mail", "malaposta-web"):
            failures = 0
            for turn in range(1, 30 if LONG else 4):
                workers = self.workers()
                if not self.round(turn, kinds=FLUSH, error=EIO, process=workers[name]):
                    break
                failures += 1
                wait_until(f"{name} starts anew", lambda: load.worker(self.host, name) not in (None, workers[name]))
                # No program believes a flush until the mail worker has started and written anew what may be lost.
                wait_until("the failure is settled", lambda: not note.exists())
                self.goes_on()
            self.assertGreater(failures, 0, name)
            settled[name] = log.read_text().count("what a failed flush may have kept from the disk is written anew")
            print(f"[{name}: {failures} flushes failed, {settled[name]} settled]", end=" ", flush=True)
        # Those of the web too, which the mail worker has to hear of. The spool's own are settled by its journal.
        self.assertGreater(settled["malaposta-mail"], 0)
        self.assertGreater(settled["malaposta-web"], settled["malaposta-mail"])
        # Nobody knows what is on the disk after a failed flush: what was refused meanwhile may be there.
        self.promises.unsure |= self.promises.refused
        self.promises.refused = {}
        # The file stays whose row's flush failed: the row may stand in the log all the same.
        self.judge(leftovers=True)

    def test_what_cannot_be_read_stops_nobody(self):
        """After a failed flush one account's file gives EIO: all others are served, the operator is told, and nothing is lost."""
        message = next(path for path in self.host.data.glob("accounts/??/*/messages/??/*.eml") if b"added0before" in path.read_bytes())
        account = message.parents[2]
        for file in (account / "mailbox.db", account / "mailbox.db-wal", message):
            with self.subTest(file=file.name):
                with self.disk.cannot_read(file):
                    self.fail_flush_of_web()
                    wait_until("SMTP takes mail", lambda: self.mail(self.another("mail")) == 250)
                    wait_until("the web saves", lambda: self.save(self.another("draft")) == 200)
                lines = [line for line in self.host.log().splitlines() if "passed over after a failed flush" in line]
                self.assertRegex(lines[-1], f"error.*{account.name}.*{re.escape(str(file))}: Input/output error")
                self.goes_on()
        self.promises.unsure |= self.promises.refused
        self.promises.refused = {}
        self.judge(leftovers=True)

    def fail_flush_of_web(self):
        """Until the mail worker has started anew and is done with what that may have lost."""
        workers, note = self.workers(), self.host.data / "accounts/flush-failed"
        self.disk.arm(FLUSH, 1, error=EIO, stays=True, process=workers["malaposta-web"])
        self.save(self.another("draft"))
        self.assertGreater(self.disk.failed, 0)
        for name, process in workers.items():
            wait_until(f"{name} starts anew", lambda: load.worker(self.host, name) not in (None, process))
        self.disk.disarm()
        wait_until("the failure is settled", lambda: not note.exists())


def full_file_system(folder, megabytes):
    """A file system of that size at `folder`; false where we may not have one."""
    folder.mkdir(exist_ok=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", folder], capture_output=True)
    return mounted.returncode == 0


class NoRoom(FailingHost):
    """A file system that is full, again and again, while mail comes in by all ways."""

    rounds, megabytes = (12, 512) if LONG else (3, 96)
    # What is left free, in turns by chance: now and then there is room for a little, and the disk fills in the middle of something.
    leaving = [0, 0, 30_000, 10 << 20]

    def start(self):
        if not full_file_system(self.host.data, self.megabytes):
            does_not_run("THE TEST OF A FULL DISK", "a file system of our own can be mounted by root only")
        self.addCleanup(subprocess.run, ["umount", "-l", self.host.data])
        self.addCleanup(lambda: self.host.process and self.host.stop())
        file = self.host.configuration / "malaposta.yaml"
        file.write_text(file.read_text().replace("free_disk: 256 MB", "free_disk: 16 MB"))
        super().start()
        self.ballast = self.host.data / "ballast"

    def free(self):
        facts = os.statvfs(self.host.data)
        return facts.f_bavail * facts.f_frsize

    def fill(self, leaving):
        """Leaves so many octets free, for a moment at least."""
        # Unbuffered: a buffer that could not be written would be tried again when the file is closed.
        with open(self.ballast, "ab", buffering=0) as file:
            with contextlib.suppress(OSError):
                while (room := self.free() - leaving) > 0:
                    file.write(bytes(min(1 << 16, room)))

    def empty(self):
        self.ballast.unlink()

    def test_full_and_not_full_again(self):
        before, done, others = self.workers(), threading.Event(), self.log_in()
        clients = load.Clients(3, lambda number: self.keep_on(number, done, others))
        try:
            for turn in range(self.rounds):
                threading.Event().wait(random.random())
                self.fill(random.choice(self.leaving))
                self.refused()
                self.empty()
                self.goes_on()
        finally:
            done.set()
        clients.join()
        self.assertEqual(self.workers(), before, "a worker had to start anew\n" + self.host.log())
        self.judge()
        refusals = {answer for answer in self.promises.answers if not answer.startswith(("250", "OK", "web 200"))}
        print(f"[{len(self.promises.kept)} kept, {len(self.promises.refused)} refused: {sorted(refusals)}]", end=" ", flush=True)
        wanted = [r"452 4\.3\.", r"NO \[(UNAVAILABLE|OVERQUOTA)\]", r"web 5\d\d"]
        for answer in refusals:
            self.assertRegex(answer, f"^({'|'.join(wanted)}|web 422)")
        for pattern in wanted:
            self.assertTrue(any(re.match(pattern, answer) for answer in refusals), pattern)

    def keep_on(self, number, done, sessions):
        count = 0
        while not done.is_set():
            count += 1
            size = "large" if count % 4 == 0 else ""
            (lambda: self.mail(f"mail{count}y{size}"), lambda: self.append(f"added{count}y{size}", sessions),
             lambda: self.save(f"draft{count}y", sessions) if count % 2 else self.send(f"sent{count}y", sessions))[number]()
            done.wait(0.01)

    def refused(self):
        """Mail is put off by every way, and what is there can be read."""
        wait_until("SMTP puts mail off", lambda: self.mail(self.another("mail")) == 452)
        wait_until("IMAP refuses", lambda: self.to_the_brim() and self.append(self.another("added", "large")).startswith("NO ["))
        wait_until("the web refuses", lambda: self.to_the_brim() and self.save(self.another("draft")) >= 500)
        reader = load.imap(self.host, self.mailed)
        reader.select("INBOX", readonly=True)
        self.assertEqual(reader.uid("FETCH", "1:*", "(FLAGS BODY.PEEK[])")[0], "OK")
        reader.logout()

    def to_the_brim(self):
        self.fill(0)
        return True


class NoRoomAtAll(NoRoom):
    """The same where nothing is kept free: SMTP too meets the end of the disk, and not a limit before it."""

    leaving = [0, 0, 30_000, 300_000]

    def start(self):
        self.host.environment = {"MALAPOSTA_LIMITS": f"spool.freeDisk={-1 << 50}"}
        super().start()

    def refused(self):
        wait_until("SMTP puts mail off", lambda: self.to_the_brim() and self.mail(self.another("mail")) == 452)
        super().refused()


if __name__ == "__main__":
    unittest.main()
