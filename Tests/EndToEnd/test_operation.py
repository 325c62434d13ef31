"""What an operator does with a running host, and what happens to it."""
import contextlib
import imaplib
import json
import os
import pathlib
import signal
import smtplib
import socket
import subprocess
import tempfile
import unittest

from host import PASSWORDS, PATIENCE, PROGRAMS, Host, wait_until

host = None
sessions = []


def setUpModule():
    global host
    host = Host().start()


def tearDownModule():
    host.close()


def imap(user="rita@acme.example", password=None):
    session = imaplib.IMAP4("127.0.0.1", host.ports["imap"])
    sessions.append(session)
    session.login(user, password or PASSWORDS[user.split("@")[0]])
    return session


def admitted(user):
    """A session where the user may log in now, else nothing."""
    with contextlib.suppress(imaplib.IMAP4.error):
        return imap(user)


def ended(session):
    """Whether the server ends an open session."""
    session.sock.settimeout(PATIENCE)
    try:
        while session.sock.recv(4096):
            pass
    except TimeoutError:
        return False
    return True


def rcpt(address):
    """The code of the reply to RCPT, in a session of its own."""
    with smtplib.SMTP("127.0.0.1", host.ports["smtp"]) as smtp:
        smtp.ehlo("client.example")
        smtp.mail("maria@elsewhere.example")
        return smtp.rcpt(address)[0]


class Operation(unittest.TestCase):
    def tearDown(self):
        while sessions:
            with contextlib.suppress(OSError):
                sessions.pop().shutdown()

    def test_the_table_names_what_there_is(self):
        table = "".join(host.output)
        for port in host.ports.values():
            self.assertIn(str(port), table)
        self.assertIn("rita@acme.example", table)
        self.assertIn("swaks", table)
        for line in table.splitlines():
            self.assertLessEqual(len(line), 120, line)

    def test_status_is_healthy(self):
        status = host.status("--json")
        self.assertEqual(status.returncode, 0, status.stdout + status.stderr)
        told = json.loads(status.stdout)
        self.assertEqual(told["schema"], 1)
        self.assertEqual({worker["state"] for worker in told["workers"]}, {"healthy"})

    def test_a_changed_file_is_planned_applied_and_in_force_in_open_sessions(self):
        smtp = smtplib.SMTP("127.0.0.1", host.ports["smtp"])
        smtp.ehlo("client.example")
        smtp.mail("maria@elsewhere.example")
        self.assertEqual(smtp.rcpt("nova@acme.example")[0], 550)
        file = host.configuration / "tenants/acme/accounts.yaml"
        before = file.read_text()
        file.write_text(before.replace("\naliases:", "\naliases:\n  - address: nova@acme.example\n    to: [rita@acme.example]\n", 1)
                        if "\naliases:" in before else before + "\naliases:\n  - address: nova@acme.example\n    to: [rita@acme.example]\n")
        check = host.command("check", str(host.configuration))
        self.assertEqual(check.returncode, 0, check.stdout + check.stderr)
        plan = host.command("plan")
        self.assertEqual(plan.returncode, 2, plan.stdout + plan.stderr)
        self.assertIn("nova@acme.example", plan.stdout)
        applied = host.command("apply", "--yes")
        self.assertEqual(applied.returncode, 0, applied.stdout + applied.stderr)
        # Others ask until it is in force: each refusal counts among the errors of the open session.
        wait_until("the new address is taken", lambda: rcpt("nova@acme.example") == 250)
        self.assertEqual(smtp.rcpt("nova@acme.example")[0], 250, "in the open session")
        back = host.command("rollback", "--yes")
        self.assertEqual(back.returncode, 0, back.stdout + back.stderr)
        wait_until("the address is gone", lambda: rcpt("nova@acme.example") == 550)
        self.assertEqual(smtp.rcpt("nova@acme.example")[0], 550, "in the open session")
        smtp.quit()
        file.write_text(before)
        self.assertEqual(host.command("plan").returncode, 0)

    def test_a_bad_file_leaves_the_host_running(self):
        file = host.configuration / "tenants/acme/tenant.yaml"
        before = file.read_text()
        file.write_text(before + "\nnonsense: yes\n")
        applied = host.command("apply", "--yes")
        self.assertEqual(applied.returncode, 1)
        self.assertRegex(applied.stdout + applied.stderr, r"tenants/acme/tenant.yaml:\d+:1: error\[unknown-key\]")
        imap().logout()
        file.write_text(before)

    def test_a_suspension_ends_open_sessions(self):
        session = imap("ines@acme.example")
        done = host.command("user", "suspend", "ines@acme.example")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertTrue(ended(session))
        with self.assertRaises(imaplib.IMAP4.error):
            imap("ines@acme.example")
        self.assertEqual(host.command("user", "resume", "ines@acme.example").returncode, 0)
        wait_until("she logs in again", lambda: admitted("ines@acme.example")).logout()

    def test_a_hash_in_a_file_is_not_overridden(self):
        done = host.command("user", "password", "rita@acme.example", "--stdin", input="another password\n")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout + done.stderr, r"tenants/acme/accounts.yaml:\d+")

    def test_a_new_password_has_eight_characters_and_is_not_the_name(self):
        with tempfile.TemporaryDirectory() as folder:
            new = pathlib.Path(folder) / "etc"
            words = ["setup", "--configuration", str(new), "--host-name", "mail.new.example", "--tenant", "new", "--domain", "new.example",
                     "--user", "administrator", "--password-stdin"]
            for password, words_of_it in [("short", "at least 8 characters"), ("Administrator", "own name or address"),
                                          ("administrator@new.example", "own name or address"), ("", "1 to 511 octets")]:
                done = host.command(*words, input=password + "\n")
                self.assertEqual(done.returncode, 1, password)
                self.assertIn(words_of_it, done.stdout + done.stderr)
                self.assertFalse(new.exists())
            self.assertEqual(host.command(*words, input="eight or more\n").returncode, 0)
            self.assertIn("password_hash", (new / "tenants/new/accounts.yaml").read_text())
        done = host.command("user", "password", "rita@acme.example", "--stdin", input="short\n")
        self.assertEqual(done.returncode, 1)
        # What the files say comes first: no password would do.
        self.assertRegex(done.stdout + done.stderr, r"tenants/acme/accounts.yaml:\d+")

    def test_a_worker_that_is_killed_is_back_and_ports_stay_open(self):
        program = bytes((PROGRAMS / "malaposta-mail").resolve())
        worker = next(pid for pid in host.children() if pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().startswith(program))
        os.kill(worker, signal.SIGKILL)
        # The listening socket is the supervisor's: a connection made meanwhile waits, and is served.
        session = imap()
        self.assertEqual(session.noop()[0], "OK")
        self.assertNotIn(worker, host.children())

    def test_queue_is_empty(self):
        listed = host.command("queue", "list", "--json")
        self.assertEqual(listed.returncode, 0, listed.stdout + listed.stderr)
        self.assertEqual(json.loads(listed.stdout)["schema"], 1)

    def test_store_check_finds_nothing(self):
        imap().append("INBOX", None, None, b"Subject: kept\r\n\r\nKept.\r\n")
        checked = host.command("store", "check")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        rebuilt = host.command("store", "rebuild", "rita@acme.example")
        self.assertEqual(rebuilt.returncode, 0, rebuilt.stdout + rebuilt.stderr)
        session = imap()
        session.select("INBOX")
        self.assertTrue(session.search(None, "SUBJECT", "kept")[1][0])


class Supervision(unittest.TestCase):
    def test_a_taken_port_is_one_clear_line(self):
        other = Host(demo=False)
        self.addCleanup(other.close)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", other.ports["imap"]))
            taken.listen()
            started = subprocess.run(
                [PROGRAMS / "malaposta", "supervise", "--configuration", other.configuration, "--data", other.data],
                capture_output=True, text=True, timeout=60)
        self.assertEqual(started.returncode, 1)
        lines = [line for line in started.stderr.splitlines() if line.strip()]
        self.assertEqual(len(lines), 1, started.stderr)
        self.assertRegex(lines[0], rf"127\.0\.0\.1:{other.ports['imap']}.*another program has this port.*malaposta\.yaml:\d+:\d+")

    def test_no_orphan_when_the_supervisor_is_killed(self):
        other = Host(demo=False)
        self.addCleanup(other.close)
        other.start()
        children = other.children()
        self.assertEqual(len(children), 2)
        other.process.kill()
        other.process.wait()
        wait_until("the workers are gone", lambda: not any(alive(pid) for pid in children))
        other.start()
        self.assertEqual(other.stop(), 0)


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    unittest.main()
