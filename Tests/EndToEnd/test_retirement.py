"""A user leaves the files, comes back, and leaves for good: what happens to logins, mail and files."""
import contextlib
import imaplib
import re
import smtplib
import sqlite3
import time
import unittest

from host import PASSWORDS, PATIENCE, Host, wait_until

USER = "ines@acme.example"
MESSAGE = b"Subject: kept\r\n\r\n" + b"Kept.\r\n" * 400
host = None


def setUpModule():
    global host
    host = Host(demo=False).start()


def tearDownModule():
    host.close()


def imap(user=USER):
    session = imaplib.IMAP4("127.0.0.1", host.ports["imap"])
    try:
        session.login(user, PASSWORDS[user.split("@")[0]])
    except imaplib.IMAP4.error:
        session.shutdown()
        raise
    return session


def admitted():
    with contextlib.suppress(imaplib.IMAP4.error):
        return imap()


def rcpt(address=USER):
    """The reply to RCPT, as code and text."""
    with smtplib.SMTP("127.0.0.1", host.ports["smtp"]) as smtp:
        smtp.ehlo("client.example")
        smtp.mail("maria@elsewhere.example")
        code, text = smtp.rcpt(address)
        return code, text.decode()


def subjects():
    """Of all messages in the user's inbox, in order."""
    session = wait_until("she logs in", admitted)
    session.select("INBOX")
    numbers = session.search(None, "ALL")[1][0].split()
    found = [session.fetch(number, "(BODY[HEADER.FIELDS (SUBJECT)])")[1][0][1] for number in numbers]
    session.logout()
    return [re.sub(rb"(?i)^subject: ", b"", line.strip()).decode() for line in found]


def folders():
    """The account folders on disk."""
    return {path.name: path for path in host.data.glob("accounts/??/*") if path.is_dir()}


class Retirement(unittest.TestCase):
    def setUp(self):
        self.file = host.configuration / "tenants/acme/accounts.yaml"
        self.before = self.file.read_text()

    def tearDown(self):
        self.file.write_text(self.before)

    def without_user(self):
        """The file without her, and without what names her."""
        text = re.sub(r"\n  - id: ines\n(    .*\n)+", "\n", self.before)
        text = text.replace("members: [tomas, ines]", "members: [tomas]").replace("to: [info, ines]", "to: [info]")
        self.assertNotIn("ines@", text)
        return text

    def apply(self, text):
        self.file.write_text(text)
        done = host.command("apply", "--yes")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_a_user_leaves_comes_back_and_leaves_for_good(self):
        others = set(folders())
        session = imap()
        for number in range(3):
            session.append("INBOX", None, None, MESSAGE.replace(b"kept", b"kept %d" % number))
        mine = [folders()[name] for name in set(folders()) - others]
        self.assertEqual(len(mine), 1)
        self.assertEqual(len(list(mine[0].glob("messages/??/*.eml"))), 3)

        # She leaves the files.
        self.file.write_text(self.without_user())
        plan = host.command("plan")
        self.assertEqual(plan.returncode, 2, plan.stdout + plan.stderr)
        day = r"20\d\d-\d\d-\d\d"
        self.assertRegex(
            plan.stdout,
            rf"(?m)^- user    ines@acme\.example +login off now; mail to it answers 550 now; 8(\.\d)? KB deleted on {day}$")
        days = (time.mktime(time.strptime(re.search(rf"deleted on ({day})", plan.stdout)[1], "%Y-%m-%d")) - time.time()) / 86_400
        self.assertTrue(28 < days <= 30, days)
        self.assertIn("2 addresses stop receiving", plan.stdout)    # hers, in the domain and in its alias
        self.apply(self.without_user())
        session.sock.settimeout(PATIENCE)
        with contextlib.suppress(ConnectionError):
            while session.sock.recv(4096):
                pass
        session.shutdown()
        wait_until("she cannot log in", lambda: not admitted())
        wait_until("mail to her is refused", lambda: rcpt()[0] == 550)

        # She comes back, and so does her mail.
        plan = self.apply(self.before)
        self.assertRegex(plan, r"(?m)^\+ user    ines@acme\.example +comes back with its mail")
        self.assertEqual(subjects(), ["kept 0", "kept 1", "kept 2"])
        wait_until("mail to her is taken", lambda: rcpt()[0] == 250)

        # She leaves for good. A restart before the time is over deletes nothing.
        self.apply(self.without_user())
        host.stop()
        self.let_time_pass(days=29)
        host.start()
        checked = host.command("store", "check")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.assertEqual(len(list(mine[0].glob("messages/??/*.eml"))), 3)
        host.stop()
        self.let_time_pass(days=1)
        host.start()
        wait_until("her mail is gone from the disk", lambda: not mine[0].exists())
        wait_until("nothing of it stays", lambda: not list(mine[0].parent.glob("*")))
        wait_until("the log says so", lambda: any(
            "mail of a retired account deleted" in line and "address=ines@acme.example" in line and re.search(r"octets=8\d{3}\b", line)
            for line in host.log().splitlines()))
        checked = host.command("store", "check")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.assertEqual(rcpt()[0], 550)

        # Whoever has her id now begins with nothing.
        plan = self.apply(self.before)
        self.assertNotIn("comes back", plan)
        self.assertEqual(subjects(), [])

    def let_time_pass(self, days):
        """As if the host had stood still for these days: what it has written down of retirements is that much older."""
        with contextlib.closing(sqlite3.connect(host.data / "control/control.db")) as database, database:
            database.execute("UPDATE retired SET at = at - ?1, purge_after = purge_after - ?1", [days * 86_400])


if __name__ == "__main__":
    unittest.main()
