"""Backups of a running host: one account and a whole host are brought back, and nothing newer is overwritten."""
import contextlib
import imaplib
import json
import os
import re
import shutil
import smtplib
import threading
import unittest

from host import PASSWORDS, Host, wait_until
from slapd import BASE, READER, READER_PASSWORD, Slapd, person, roots

host = None


def setUpModule():
    global host
    host = Host().start()


def tearDownModule():
    host.close()


@contextlib.contextmanager
def imap(user="rita", at=None):
    session = imaplib.IMAP4("127.0.0.1", (at or host).ports["imap"])
    session.login(f"{user}@acme.example", PASSWORDS[user])
    try:
        yield session
    finally:
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            session.logout()


def subjects(session, folder="INBOX"):
    session.select(f'"{folder}"', readonly=True)
    _, found = session.uid("fetch", "1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
    return sorted(re.search(rb"Subject: (.*)\r\n", part[1]).group(1).decode() for part in found if isinstance(part, tuple)
                  and re.search(rb"Subject: (.*)\r\n", part[1]))


def append(session, subject, folder="INBOX", flags=None):
    status, _ = session.append(folder, flags, None, f"Subject: {subject}\r\n\r\n{subject}.\r\n".encode())
    assert status == "OK"


def backup(folder, *words, of=None):
    made = (of or host).command("backup", str(folder), "--json", *words)
    assert made.returncode == 0, made.stdout + made.stderr
    return json.loads(made.stdout)


class OneAccount(unittest.TestCase):
    def test_what_was_deleted_comes_back_and_nothing_newer_is_touched(self):
        folder = host.folder / "backups-account"
        with imap() as session:
            session.create("Contracts")
            append(session, "precious", "Contracts", r"(\Flagged \Seen)")
            append(session, "stays")
            before = subjects(session, "INBOX")
        made = backup(folder)
        self.assertGreaterEqual(made["accounts"], 3)
        with imap() as session:
            session.select("Contracts")
            session.store("1:*", "+FLAGS", r"(\Deleted)")
            session.expunge()
            append(session, "newer")
            session.select("INBOX")
            _, (found,) = session.search(None, "SUBJECT", "stays")
            session.store(found.split()[0], "+FLAGS", r"(\Answered)")
            session.copy(found.split()[0], "Contracts")
        restored = host.command("restore", "rita@acme.example", "--from", str(folder))
        self.assertEqual(restored.returncode, 0, restored.stdout + restored.stderr)
        for line in restored.stdout.splitlines():
            if str(host.folder) not in line:
                self.assertLessEqual(len(line), 80, line)
        self.assertIn("1 came back", restored.stdout)
        with imap() as session:
            self.assertEqual(subjects(session, "INBOX"), sorted(before + ["newer"]))
            self.assertEqual(subjects(session, "Contracts"), ["precious", "stays"])
            session.select("Contracts")
            _, (found,) = session.search(None, "SUBJECT", "precious", "FLAGGED", "SEEN")
            self.assertTrue(found)
            session.select("INBOX")
            self.assertTrue(session.search(None, "SUBJECT", "stays", "ANSWERED")[1][0])
        again = json.loads(host.command("restore", "rita@acme.example", "--from", str(folder), "--json").stdout)
        self.assertEqual(again["restored"], 0)
        checked = host.command("store", "check", "rita@acme.example")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.assertEqual(os.listdir(host.data / "accounts/.restore"), [])

    def test_refusals(self):
        folder = host.folder / "backups-refused"
        nothing = host.command("restore", "rita@acme.example", "--from", str(folder))
        self.assertEqual(nothing.returncode, 1)
        self.assertIn("no whole backup", nothing.stderr)
        backup(folder)
        unknown = host.command("restore", "nobody@acme.example", "--from", str(folder))
        self.assertEqual(unknown.returncode, 1)
        self.assertIn("no account in force", unknown.stderr)
        running = host.command("restore", "--from", str(folder))
        self.assertEqual(running.returncode, 1)
        self.assertIn("running", running.stderr)
        inside = host.command("backup", str(host.data / "backups"))
        self.assertEqual(inside.returncode, 1)
        self.assertIn("another disk", inside.stderr)


class Incremental(unittest.TestCase):
    def test_the_second_shares_and_old_ones_go(self):
        folder = host.folder / "backups-many"
        first = backup(folder)
        with imap() as session:
            append(session, "one more")
        wait_until("a second passes", lambda: host.command("status") and True)
        names = {first["name"]}
        second = wait_until("another second", lambda: (lambda r: r.returncode == 0 and json.loads(r.stdout))(
            host.command("backup", str(folder), "--json")))
        names.add(second["name"])
        self.assertEqual(second["linked"] + second["copied"], 1)
        self.assertGreaterEqual(second["unchanged"], 1)
        message = next(path for path in (folder / second["name"]).rglob("*.eml"))
        self.assertGreaterEqual(message.stat().st_nlink, 2)
        third = wait_until("another second", lambda: (lambda r: r.returncode == 0 and json.loads(r.stdout))(
            host.command("backup", str(folder), "--keep", "2", "--json")))
        self.assertEqual(third["removed"], [first["name"]])
        self.assertEqual(sorted(name for name in os.listdir(folder) if not name.startswith(".")), sorted([second["name"], third["name"]]))


class WholeHost(unittest.TestCase):
    def test_a_host_is_brought_back_elsewhere(self):
        folder = host.folder / "backups-host"
        done = host.command("user", "suspend", "ines@acme.example")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        sent, stop = [], threading.Event()

        def send():
            while not stop.is_set():
                # A session takes a hundred messages.
                with smtplib.SMTP("127.0.0.1", host.ports["smtp"]) as smtp:
                    for _ in range(50):
                        subject = f"under way {len(sent)}"
                        smtp.sendmail("maria@elsewhere.example", ["tomas@acme.example", "rita@acme.example"],
                                      f"Subject: {subject}\r\n\r\n{subject}\r\n")
                        sent.append(subject)

        sender = threading.Thread(target=send)
        sender.start()
        try:
            wait_until("mail flows", lambda: len(sent) > 20)
            acknowledged = list(sent)
            made = backup(folder)
        finally:
            stop.set()
            sender.join()
        other = Host(demo=False)
        try:
            shutil.rmtree(other.configuration)
            other.configuration.mkdir()
            restored = other.command("restore", "--from", str(folder), "--json")
            self.assertEqual(restored.returncode, 0, restored.stdout + restored.stderr)
            told = json.loads(restored.stdout)
            self.assertTrue(told["filesWritten"])
            self.assertEqual(told["accounts"], made["accounts"])
            # The same files, on ports of its own.
            file = other.configuration / "malaposta.yaml"
            text = file.read_text()
            for name, port in host.ports.items():
                text = re.sub(rf"\b{port}\b", str(other.ports[name]), text)
            file.write_text(text)
            applied = other.command("apply", "--yes")
            self.assertEqual(applied.returncode, 0, applied.stdout + applied.stderr)
            other.start()
            wait_until("the queue is empty", lambda: not json.loads(other.command("queue", "list", "--json").stdout)["messages"])
            for user in ("tomas", "rita"):
                with imap(user, other) as session:
                    found = subjects(session)
                    for subject in acknowledged:
                        self.assertEqual(found.count(subject), 1, f"{subject} for {user}")
            with self.assertRaises(imaplib.IMAP4.error):
                with imap("ines", other):
                    pass
            checked = other.command("store", "check")
            self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
            other.stop()
            full = other.command("restore", "--from", str(folder))
            self.assertEqual(full.returncode, 1)
            self.assertIn("overwrites nothing", full.stderr)
        finally:
            other.close()
            host.command("user", "resume", "ines@acme.example")

    def test_what_a_directory_said_is_brought_back(self):
        slapd = Slapd()
        hosts = [Host(demo=False), Host(demo=False)]
        try:
            slapd.load(roots(BASE, "people") + person("nuno"))
            slapd.start()
            for one in hosts:
                tenant = one.configuration / "tenants/acme"
                (tenant / "ca.pem").write_bytes((slapd.folder / "ca.pem").read_bytes())
                (tenant / "ldap.secret").write_text(READER_PASSWORD + "\n")
                (tenant / "ldap.secret").chmod(0o600)
                (tenant / "directory.yaml").write_text(DIRECTORY.format(url=slapd.url))
            first, other = hosts
            first.start()
            wait_until("nuno is there", lambda: rcpt("nuno@acme.example", first) == 250)
            folder = host.folder / "backups-directory"
            backup(folder, of=first)
            # Nobody to ask where it is restored.
            slapd.stop()
            restored = other.command("restore", "--from", str(folder))
            self.assertEqual(restored.returncode, 0, restored.stdout + restored.stderr)
            applied = other.command("apply", "--yes")
            self.assertEqual(applied.returncode, 0, applied.stdout + applied.stderr)
            other.start()
            self.assertEqual(rcpt("nuno@acme.example", other), 250)
            casa = other.configuration / "tenants/casa/tenant.yaml"
            casa.write_text(re.sub(r"(?m)^name: .*", "name: Another", casa.read_text()))
            applied = other.command("apply", "--yes")
            self.assertEqual(applied.returncode, 0, applied.stdout + applied.stderr)
            self.assertEqual(rcpt("nuno@acme.example", other), 250)
        finally:
            for one in hosts:
                one.close()
            slapd.close()


DIRECTORY = f"""schema: 1
directories:
  - id: corp
    preset: openldap
    urls: ["{{url}}"]
    ca_file: ca.pem
    bind: {{{{ dn: "{READER}", password_file: ldap.secret }}}}
    base: {BASE}
"""


def rcpt(address, at):
    with smtplib.SMTP("127.0.0.1", at.ports["smtp"]) as smtp:
        smtp.ehlo("client.example")
        smtp.mail("maria@elsewhere.example")
        return smtp.rcpt(address)[0]


if __name__ == "__main__":
    unittest.main()
