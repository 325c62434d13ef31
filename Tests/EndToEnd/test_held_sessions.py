"""Sessions that are held while the host's configuration changes twenty times under them.

50 IMAP connections in IDLE, 10 SMTP sessions in DATA and 10 event streams of the web. Each change is in force in those same sessions,
or the close that is documented for it is seen; all others go on.
"""
import base64
import imaplib
import re
import select
import socket
import ssl
import subprocess
import time
import unittest

import yaml

from host import PASSWORDS, PATIENCE, Host
from webclient import WebClient

host = None


def setUpModule():
    global host
    host = Host(demo=False)
    # What a session is told at its end is said however long a busy machine takes to say it.
    host.environment = {"MALAPOSTA_LIMITS": f"imap.farewellTime={PATIENCE}"}
    edit("malaposta.yaml", lambda tree: tree.update(limits={
        "connections_per_address": "500", "connections_per_user": "100", "messages_per_session": "10000"}))
    host.start()
    with imaplib.IMAP4("127.0.0.1", host.ports["imap"]) as session:
        session.login("ines@acme.example", PASSWORDS["ines"])
        for _ in range(3):
            session.append("INBOX", None, None, b"Subject: large\r\n\r\n" + b"x" * 400_000 + b"\r\n")


def tearDownModule():
    if host:
        host.close()


def edit(path, change):
    file = host.configuration / path
    tree = yaml.load(file.read_text(), yaml.BaseLoader)
    change(tree)
    file.write_text(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False))


ACME, CASA = "tenants/acme", "tenants/casa"


class Session:
    """A connection that is read without waiting; what has come stays to be looked at."""

    def __init__(self, port, tls=False):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        if tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            self.socket = context.wrap_socket(self.socket)
        self.octets = b""
        self.is_closed = False

    def send(self, text):
        self.socket.sendall(text.encode())

    def wait(self, pattern, seconds=PATIENCE):
        """What has come up to a match, which is taken off."""
        end = time.monotonic() + seconds
        while not (found := re.search(pattern.encode(), self.octets)):
            if self.is_closed or time.monotonic() > end:
                raise AssertionError(f"{pattern} did not come; {'closed' if self.is_closed else 'open'} after {self.octets[-300:]}")
            self.take(end - time.monotonic())
        taken, self.octets = self.octets[:found.end()], self.octets[found.end():]
        return taken.decode(errors="replace")

    def take(self, seconds=0.0):
        waiting = isinstance(self.socket, ssl.SSLSocket) and self.socket.pending()
        if not self.is_closed and (waiting or select.select([self.socket], [], [], max(0, seconds))[0]):
            try:
                piece = self.socket.recv(65536)
            except OSError:
                piece = b""
            self.octets += piece
            self.is_closed = not piece

    def is_open(self):
        self.take()
        return not self.is_closed

    def ended(self, seconds=PATIENCE):
        """Everything up to the end, which must come."""
        end = time.monotonic() + seconds
        while not self.is_closed and time.monotonic() < end:
            self.take(end - time.monotonic())
        return self.is_closed


class Idle(Session):
    def __init__(self, user, folder="INBOX", tls=False):
        super().__init__(host.ports["imaps" if tls else "imap"], tls)
        self.user = user
        self.wait(r"\* OK .*\r\n")
        self.say(f"LOGIN {user} {PASSWORDS[user.split('@')[0]]}")
        self.say(f"SELECT {folder}")
        self.idle()

    def idle(self):
        self.send("i IDLE\r\n")
        self.wait(r"\+ .*\r\n")

    def say(self, command):
        self.send(f"t {command}\r\n")
        return self.wait(r"(^|\r\n)t (OK|NO|BAD) .*\r\n")

    def between(self, command):
        """A command in the middle of IDLE."""
        self.send("DONE\r\n")
        self.wait(r"i OK .*\r\n")
        answer = self.say(command)
        self.idle()
        return answer


class Data(Session):
    """An SMTP session in the middle of a message."""

    def __init__(self, number, user=None):
        super().__init__(host.ports["submission" if user else "smtp"])
        self.user, self.sent, self.number = user, 0, number
        self.reply()
        self.say("EHLO client.example")
        if user:
            self.say("AUTH PLAIN " + base64.b64encode(f"\0{user}\0{PASSWORDS[user.split('@')[0]]}".encode()).decode())
        self.begin()

    def reply(self):
        return self.wait(r"(^|\r\n)\d\d\d( .*)?\r\n")

    def say(self, line):
        self.send(line + "\r\n")
        return self.reply()

    def begin(self, recipient="rita@acme.example"):
        sender = self.user or "maria@elsewhere.example"
        self.say(f"MAIL FROM:<{sender}>")
        self.say(f"RCPT TO:<{recipient}>")
        if not self.say("DATA").startswith("354"):
            raise AssertionError("no DATA")
        self.send(f"From: {sender}\r\nSubject: held {self.number}.{self.sent}\r\n\r\n")

    def end(self):
        self.sent += 1
        return self.say(".")

    def between(self, *lines):
        """Ends the message, says something, and begins another one."""
        if not self.end().startswith("250"):
            raise AssertionError("the message was not taken")
        answers = [self.say(line) for line in lines]
        self.say("RSET")
        self.begin()
        return answers

    def recipient(self, address):
        return self.between(f"MAIL FROM:<{self.user or 'maria@elsewhere.example'}>", f"RCPT TO:<{address}>")[1]


class Events(Session):
    def __init__(self, user, box="me"):
        super().__init__(host.ports["http"])
        self.client = WebClient(host, user)
        self.user = user
        cookies = "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())
        self.send(f"GET /events/{box} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookies}\r\n\r\n")
        self.wait(r"HTTP/1.1 200 .*\r\n")
        self.wait(r"retry: 2000\n\n")

    def take(self, seconds=0.0):
        super().take(seconds)
        # The last chunk ends the stream; the connection may serve other requests.
        self.is_closed = self.is_closed or b"\r\n0\r\n\r\n" in self.octets


def certificate(name):
    """A certificate of its own for the host; the path of its files without their endings."""
    place = host.folder / name
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}.example",
                    "-keyout", f"{place}.key", "-out", f"{place}.crt"], check=True, capture_output=True)
    return place


def shown_certificate(port):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as plain, context.wrap_socket(plain) as secured:
        octets = secured.getpeercert(binary_form=True)
    found = re.search(rb"(\w+)\.example", octets)
    return found[1].decode() if found else None


class HeldSessions(unittest.TestCase):
    def setUp(self):
        acme = ["rita@acme.example"] * 16 + ["tomas@acme.example"] * 10 + ["ines@acme.example"] * 7
        casa = ["joana@casadorio.example"] * 10 + ["miguel@casadorio.example"] * 5
        with_shared = [Idle("tomas@acme.example", "~info/INBOX") for _ in range(2)]
        self.idles = [Idle(user, tls=number % 5 == 0) for number, user in enumerate(acme + casa)] + with_shared
        self.shared = with_shared
        self.datas = [Data(number) for number in range(6)] + [
            Data(6, "rita@acme.example"), Data(7, "ines@acme.example"), Data(8, "tomas@acme.example"), Data(9, "miguel@casadorio.example")]
        info = self.shared_box()
        self.events = ([Events("rita@acme.example") for _ in range(3)] + [Events("ines@acme.example") for _ in range(2)]
                       + [Events("tomas@acme.example"), Events("tomas@acme.example", info)]
                       + [Events("joana@casadorio.example") for _ in range(3)])
        self.gone = set()
        self.applied = 0

    @staticmethod
    def shared_box():
        return re.search(r"/mail/([0-9a-f]{32})", WebClient(host, "tomas@acme.example").get("/")[2])[1]

    def apply(self, path, change, closes=()):
        """Puts one change in force; only the sessions of `closes` may end."""
        edit(path, change)
        done = host.command("apply", "--yes")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.applied += 1
        for session in closes:
            self.assertTrue(session.ended(), f"apply {self.applied}: {session.__class__.__name__} of {session.user} goes on")
        self.gone.update(closes)
        self.expect_held()

    def held(self, sessions):
        return [session for session in sessions if session not in self.gone]

    def expect_held(self):
        for session in self.held(self.idles + self.datas + self.events):
            self.assertTrue(session.is_open(), f"apply {self.applied} ended {session.__class__.__name__} of {session.user}: "
                            f"{session.octets[-200:]}")
        for session in self.held(self.datas):
            session.send("one more line\r\n")

    def in_force(self, what, condition):
        """Asks a few times, and ever more seldom: each "no" counts among a session's errors."""
        end, pause = time.monotonic() + PATIENCE, 0.2
        while not condition():
            self.assertLess(time.monotonic(), end, what)
            time.sleep(pause)
            pause *= 2
        self.expect_held()

    def test_twenty_changes(self):
        self.assertEqual((len(self.idles), len(self.datas), len(self.events)), (50, 10, 10))
        first, second, third, fourth, fifth, sixth, rita = self.datas[:7]
        idle, casa = self.idles[0], self.idles[33]
        accounts, plan = f"{ACME}/accounts.yaml", f"{ACME}/tenant.yaml"

        # Users, aliases and groups.
        self.assertTrue(first.recipient("nova@acme.example").startswith("550"))
        self.apply(accounts, lambda tree: tree["users"].append({"id": "nova", "address": "nova@acme.example", "name": "Nova"}))
        self.in_force("a new user has mail", lambda: first.recipient("nova@acme.example").startswith("250"))
        self.apply(accounts, lambda tree: tree["aliases"].append({"address": "new@acme.example", "to": ["rita"]}))
        self.in_force("a new alias has mail", lambda: second.recipient("new@acme.example").startswith("250"))
        self.apply(accounts, lambda tree: tree["groups"][0].update(may_send="members"))
        self.in_force("a group is closed to strangers", lambda: third.recipient("guides@acme.example").startswith("550"))
        self.apply(accounts, lambda tree: tree["users"][0].update(may_send_as=[]))
        self.in_force("a right to send is gone", lambda: rita.between("MAIL FROM:<guides@acme.example>")[0].startswith("55"))
        self.apply(accounts, lambda tree: tree["users"][0]["aliases"].append("rd@acme.example"))
        self.in_force("a new address may send", lambda: rita.between("MAIL FROM:<rd@acme.example>")[0].startswith("250"))

        # Domains.
        domain = host.configuration / ACME / "domains/acme-north.example.yaml"
        domain.write_text("schema: 1\nname: acme-north.example\nalias_of: acme.example\n")
        self.apply(plan, lambda tree: tree["plan"]["limits"].update(domains="4"))
        self.in_force("a new domain has mail", lambda: fourth.recipient("rita@acme-north.example").startswith("250"))
        domain.unlink()
        self.apply(plan, lambda tree: tree["plan"]["limits"].update(domains="3"))
        self.in_force("a domain is gone", lambda: second.recipient("rita@acme-north.example").startswith("5"))
        self.apply(f"{CASA}/domains/casadorio.example.yaml", lambda tree: tree.pop("catch_all"))
        self.in_force("nobody catches all", lambda: fifth.recipient("nobody@casadorio.example").startswith("550"))

        # Limits, of tenants and of the host.
        self.apply(plan, lambda tree: tree["plan"]["limits"].update(message_size="1 MB"))
        self.in_force("messages are small by IMAP", lambda: "APPENDLIMIT=1048576" in idle.between("CAPABILITY"))
        self.assertIn("SIZE 1048576", rita.between("EHLO client.example")[0])
        self.apply(plan, lambda tree: tree["plan"]["limits"].update(recipients_per_message="1"))
        self.in_force("one recipient is enough", lambda: rita.between(
            "MAIL FROM:<rita@acme.example>", "RCPT TO:<ines@acme.example>", "RCPT TO:<nova@acme.example>")[2].startswith("452"))
        def smaller(tree):
            tree["limits"].update(message_size="2 MB")
            tree["tenant_limits"].update(message_size="2 MB")

        self.apply("malaposta.yaml", smaller)
        self.in_force("the host takes small messages", lambda: "APPENDLIMIT=2097152" in casa.between("CAPABILITY"))
        self.assertIn("SIZE 2097152", sixth.between("EHLO client.example")[0])
        self.apply("malaposta.yaml", lambda tree: tree["limits"].update(connections_per_address="10"))
        self.in_force("nobody else comes in", lambda: not self.comes_in())
        self.apply("malaposta.yaml", lambda tree: tree["limits"].update(connections_per_address="500"))
        self.in_force("others come in again", self.comes_in)
        self.apply(accounts, lambda tree: tree["users"][2].update(quota="1 MB"))
        self.in_force("a mailbox is full", lambda: sixth.between(
            "MAIL FROM:<x@elsewhere.example> SIZE=100000", "RCPT TO:<ines@acme.example>")[1].startswith("552"))

        # Certificates.
        for place in (certificate("first"), certificate("second")):
            self.apply("malaposta.yaml", lambda tree: tree.update(
                tls={"certificates": [{"certificate_file": f"{place}.crt", "key_file": f"{place}.key"}]}))
            for name in ("imaps", "submissions", "https"):
                self.in_force(f"{name} shows its certificate", lambda: shown_certificate(host.ports[name]) == place.name)

        # Rights that go, and sessions with them.
        self.apply(accounts, lambda tree: tree["shared_mailboxes"][0]["members"].pop(1), closes=self.shared + [self.events[6]])
        for session in self.shared:
            self.assertIn(b"* BYE The selected mailbox is no longer shared with you", session.octets)
        features = f"{CASA}/tenant.yaml"
        joana = [session for session in self.idles if session.user.endswith("casadorio.example")]
        self.apply(features, lambda tree: tree["plan"]["features"].remove("imap"), closes=joana)
        for session in joana:
            self.assertIn(b"* BYE This account may not be used here any more", session.octets)
        self.apply(features, lambda tree: tree["plan"]["features"].remove("web"), closes=self.events[7:])
        for session in self.events[7:]:
            self.assertIn(b"event: logged-out", session.octets)
        tomas = [session for session in self.held(self.idles + self.datas + self.events) if session.user == "tomas@acme.example"]

        def remove_tomas(tree):
            tree["users"] = [user for user in tree["users"] if user["id"] != "tomas"]
            tree["groups"][0]["members"].remove("tomas")

        self.apply(accounts, remove_tomas, closes=tomas)
        for session in tomas:
            said = {Idle: b"* BYE This account ", Data: b"421 4.7.0", Events: b"event: logged-out"}[type(session)]
            self.assertIn(said, session.octets)
        self.assertEqual(self.applied, 20)
        self.all_serve()

    @staticmethod
    def comes_in():
        session = Session(host.ports["imap"])
        try:
            return "* OK" in session.wait(r"\* (OK|BYE) .*\r\n")
        finally:
            session.socket.close()

    def all_serve(self):
        """Who is still there is served as before."""
        for session in self.held(self.idles):
            self.assertIn("t OK", session.between("NOOP"))
        for session in self.held(self.datas):
            self.assertTrue(session.end().startswith("250"), session.octets)
        for session in self.held(self.events):
            session.octets = b""
        with_mail = Data(10)
        with_mail.say(".")
        with_mail.begin("rita@acme.example")
        self.assertTrue(with_mail.end().startswith("250"))
        for session in self.held(self.events):
            if session.user == "rita@acme.example":
                session.wait(r"event: changed")
        for session in self.held(self.idles):
            if session.user == "rita@acme.example":
                session.wait(r"\* \d+ EXISTS")


if __name__ == "__main__":
    unittest.main()
