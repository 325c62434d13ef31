"""Tenants are walls: each way into the host, tried with each kind of object of another tenant.

The list of ways is Tests/WallsTests/ways.txt, which a Swift test holds against the tables of commands and endpoints; the questions
of local sockets are asked of the running programs here. Somebody of tenant casa tries, against tenant acme.
"""
import base64
import collections
import contextlib
import hashlib
import imaplib
import json
import re
import smtplib
import socket
import struct
import unittest
import urllib.parse

from host import PASSWORDS, ROOT, Host, wait_until
from webclient import WebClient

MARK = "Geheimnis7391"
SECRET_ID = "<secret.7391@acme.example>"
ATTACKER = "joana@casadorio.example"

host = None
world = None


def account_id(tenant, user, source="files"):
    """AccountIdentity of Directory: the first 128 bits of SHA-256 over three names, each behind its length."""
    words = b"".join(struct.pack(">Q", len(word)) + word.encode() for word in (tenant, source, user))
    return hashlib.sha256(words).hexdigest()[:32]


class World:
    """What acme has, and how it looked before anybody tried anything."""

    def __init__(self):
        self.rita = WebClient(host, "rita@acme.example")
        self.joana = WebClient(host, ATTACKER)
        self.seed()
        inbox = self.rita.get("/")[2]
        self.folder = re.search(r"/mail/me/(\d+)", inbox)[1]
        search = self.rita.get(f"/search/me?q={MARK}")[2]
        self.message = re.search(r"/mail/me/(?:\d+)/(\d+)", search)[1]
        self.upload = json.loads(self.rita.ask("POST", "/uploads?name=secret.txt", MARK.encode(), {
            "Content-Type": "text/plain", "X-CSRF-Token": self.rita.csrf, "Accept": "application/json"})[2])["id"]
        self.things = {
            "id": [account_id("acme", "rita"), account_id("acme", "info"), "info", "acme", self.message],
            "address": ["rita@acme.example", "info@acme.example", "rita@acme-travel.example"],
            "group": ["guides@acme.example", "staff@acme.example", "board@acme.example"],
            "alias": ["booking@acme.example", "rita.dias@acme.example"],
            "header": [SECRET_ID, MARK],
        }
        self.before = self.state()

    def seed(self):
        with imap("rita@acme.example") as session:
            for folder in (f"{MARK}-folder", "~info/INBOX"):
                session.create(folder)
                session.append(folder if folder.startswith("~") else "INBOX", None, None, secret())
            session.subscribe(f"{MARK}-folder")
            session.select("INBOX")
            session.store("1:*", "+FLAGS", MARK)
        with imap(ATTACKER) as session:
            session.create("own")
            session.append("INBOX", None, None, b"Subject: of her own\r\n\r\nNothing.\r\n")

    @staticmethod
    def state():
        """Folders, UIDs, flags and subscriptions of acme's mailboxes."""
        found = {}
        for user in ("rita@acme.example", "tomas@acme.example"):
            with imap(user) as session:
                found[user, "folders"] = sorted(session.list()[1])
                found[user, "subscribed"] = sorted(session.lsub()[1])
                for line in session.list()[1]:
                    name = line.decode().rsplit(' "/" ', 1)[1]
                    if session.select(name, readonly=True)[0] == "OK":
                        found[user, name] = session.uid("FETCH", "1:*", "(FLAGS RFC822.SIZE)")[1]
        return found


def secret():
    return (f"Message-ID: {SECRET_ID}\r\nFrom: Board <board-room@elsewhere.example>\r\nTo: rita@acme.example\r\nSubject: Quarterly figures\r\n"
            f"\r\nThe word is {MARK}.\r\n").encode()


def admitted(user):
    """A session, or nothing where wrong passwords before still slow this user down."""
    session = imaplib.IMAP4("127.0.0.1", host.ports["imap"], timeout=60)
    try:
        session.login(user, PASSWORDS[user.split("@")[0]])
        return session
    except imaplib.IMAP4.error as refusal:
        if "UNAVAILABLE" not in str(refusal):
            raise
        session.shutdown()
        return None


@contextlib.contextmanager
def imap(user):
    session = wait_until(f"{user} is let in", lambda: admitted(user), 60)
    try:
        yield session
    finally:
        session.shutdown()


def setUpModule():
    global host, world
    host = Host(demo=False)
    accounts = host.configuration / "tenants/acme/accounts.yaml"
    accounts.write_text(accounts.read_text().replace("\ngroups:\n", """
groups:
  - { id: staff, address: staff@acme.example, name: Staff, members: [rita, tomas], may_send: tenant }
  - { id: board, address: board@acme.example, name: Board, members: [rita], may_send: members }
""", 1))
    casa = host.configuration / "tenants/casa"
    plan = casa / "tenant.yaml"
    plan.write_text(plan.read_text().replace("aliases, plus_addressing", "aliases, external_forwarding, plus_addressing"))
    own = casa / "accounts.yaml"
    own.write_text(own.read_text() + """
aliases:
  - address: staff@casadorio.example
    to: [staff@acme.example]
  - address: board@casadorio.example
    to: [board@acme.example]
""")
    # All that the programs may listen at.
    file = host.configuration / "malaposta.yaml"
    file.write_text(file.read_text() + "\nmetrics: { sockets: true }\n")
    host.start()
    world = World()


def tearDownModule():
    if host:
        host.close()


def ask(name, question, **fields):
    return host.ask(name, question, **fields)


def entries():
    """What is tried, by way."""
    lines = (ROOT / "Tests/WallsTests/ways.txt").read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines if line and not line.startswith("#"))


class Attempts:
    """Each is made with one object of acme's; `test` is asked whether what came of it is right."""

    def __init__(self, test):
        self.test = test

    def clean(self, answer, what):
        """Nothing that only acme knows is in an answer."""
        text = str(answer)
        for secret_word in ("The word is", "secret.txt", "Quarterly", "Rita Dias", "Tomás", "Inês", "board-room", f"{MARK}-folder"):
            self.test.assertNotIn(secret_word, text, what)
        return answer

    # IMAP

    @staticmethod
    def names(thing):
        word = thing.split("@")[0]
        return [f"~{thing}", f"~{thing}/INBOX", f"~{word}/INBOX", f"~../{thing}/INBOX", f"~/{thing}", f"../{thing}/INBOX"]

    def each_name(self, thing, body):
        with imap(ATTACKER) as session:
            session.select("INBOX")
            for name in self.names(thing):
                quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
                try:
                    answer = body(session, quoted)
                except imaplib.IMAP4.error as refusal:
                    answer = ("BAD", [str(refusal)])
                self.clean(answer, name)
                if name.startswith("~"):
                    self.test.assertIn(answer[0], ("NO", "BAD"), (name, answer))

    def folder_open(self, thing):
        self.each_name(thing, lambda session, name: session.select(name))
        self.each_name(thing, lambda session, name: session.select(name, readonly=True))
        self.each_name(thing, lambda session, name: session.status(name, "(MESSAGES UNSEEN UIDNEXT)"))

    def folder_change(self, thing):
        self.each_name(thing, lambda session, name: session.create(name))
        self.each_name(thing, lambda session, name: session.create(name[:-1] + '/below"'))
        self.each_name(thing, lambda session, name: session.delete(name))

    def folder_rename(self, thing):
        self.each_name(thing, lambda session, name: session.rename(name, '"mine now"'))
        self.each_name(thing, lambda session, name: session.rename("own", name[:-1] + '/below"'))

    def folder_target(self, thing):
        self.each_name(thing, lambda session, name: session.append(name, None, None, b"Subject: planted\r\n\r\nx\r\n"))

    def folder_copy(self, thing):
        for command in ("COPY", "MOVE"):
            self.each_name(thing, lambda session, name: session.uid(command, "1:*", name))
            self.each_name(thing, lambda session, name: session._simple_command(command, "1:*", name))

    def folder_list(self, thing):
        with imap(ATTACKER) as session:
            for pattern in ["*", "%", *self.names(thing), f"~{thing}*", "~*", "~%/%"]:
                for command in (session.list, session.lsub):
                    for reference in ('""', f'"~{thing}/"', '"~"'):
                        with contextlib.suppress(imaplib.IMAP4.error):
                            answer = self.clean(command(reference, f'"{pattern}"'), pattern)
                            self.test.assertNotIn("~info", str(answer))

    def folder_subscribe(self, thing):
        with imap(ATTACKER) as session:
            for name in self.names(thing):
                with contextlib.suppress(imaplib.IMAP4.error):
                    self.clean(session.subscribe(f'"{name}"'), name)
                    self.clean(session.unsubscribe(f'"{name}"'), name)

    def namespaces(self, thing):
        with imap(ATTACKER) as session:
            self.test.assertNotIn(thing, str(self.clean(session.namespace(), thing)))

    def numbers(self, thing):
        with imap(ATTACKER) as session:
            session.select("INBOX", readonly=True)
            for number in [thing] if thing.isdigit() else ["1:*"]:
                for command, rest in (("FETCH", "(FLAGS ENVELOPE BODY.PEEK[])"), ("STORE", "+FLAGS.SILENT (x)"), ("EXPUNGE", None)):
                    with contextlib.suppress(imaplib.IMAP4.error):
                        self.clean(session.uid(command, number, *([rest] if rest else [])), number)

    def search(self, thing):
        quoted = f'"{thing}"'
        with imap(ATTACKER) as session:
            session.select("INBOX", readonly=True)
            for by_uid in (True, False):
                for keys in (["TEXT", MARK], ["HEADER", "Message-ID", SECRET_ID], ["KEYWORD", MARK], ["FROM", "board-room"]):
                    answer = session.uid("SEARCH", *keys) if by_uid else session.search(None, *keys)
                    self.test.assertEqual(answer[1], [b""], keys)
                answer = session.uid("SEARCH", "TEXT", quoted) if by_uid else session.search(None, "TEXT", quoted)
                self.clean(answer, thing)

    def other_login(self, thing):
        plain = f"{thing}\0{ATTACKER}\0{PASSWORDS['joana']}".encode()
        for attempt in (lambda session: session.login(thing, PASSWORDS["joana"]),
                        lambda session: session.authenticate("PLAIN", lambda _: plain)):
            session = imaplib.IMAP4("127.0.0.1", host.ports["imap"], timeout=60)
            with self.test.assertRaises(imaplib.IMAP4.error) as refusal:
                attempt(session)
            self.clean(refusal.exception, thing)
            session.shutdown()

    # SMTP

    @contextlib.contextmanager
    def submission(self):
        with smtplib.SMTP("127.0.0.1", host.ports["submission"], "client.example", timeout=60) as session:
            session.ehlo()
            session.login(ATTACKER, PASSWORDS["joana"])
            yield session

    @staticmethod
    def addresses(thing):
        return [thing] if "@" in thing else [f"{thing.strip('<>')}@acme.example"]

    def smtp_sender(self, thing):
        for address in self.addresses(thing):
            with self.submission() as session:
                code, text = session.mail(address)
                self.test.assertGreaterEqual(code, 500, text)
                self.clean(text, address)

    def smtp_from(self, thing):
        for address in self.addresses(thing):
            message = f"From: {address}\r\nTo: {ATTACKER}\r\nReferences: {SECRET_ID}\r\nSubject: planted\r\n\r\nx\r\n"
            with self.submission() as session:
                session.mail(ATTACKER)
                session.rcpt(ATTACKER)
                code, text = session.data(message)
                self.test.assertGreaterEqual(code, 500, text)
                session.mail(ATTACKER)
                session.rcpt(ATTACKER)
                session.send(f"BDAT {len(message)} LAST\r\n{message}".encode())
                code, text = session.getreply()
                self.test.assertGreaterEqual(code, 500, text)
                self.clean(text, address)

    def smtp_recipient(self, thing):
        """Mail crosses as it does from anywhere: a user of another tenant is told what a stranger is told."""
        for address in self.addresses(thing):
            with self.submission() as session, smtplib.SMTP("127.0.0.1", host.ports["smtp"], "client.example") as stranger:
                session.mail(ATTACKER)
                stranger.ehlo()
                stranger.mail(ATTACKER)
                inside, outside = session.rcpt(address), stranger.rcpt(address)
                # A forged sender opens nothing.
                stranger.rset()
                stranger.mail("rita@acme.example")
                self.test.assertEqual(stranger.rcpt(address), outside, address)
                self.test.assertEqual(inside, outside, address)
                self.clean(inside, address)
                if address.split("@")[0] in ("staff", "board"):
                    self.test.assertEqual(inside[0], 550, inside)

    def smtp_sender_parameter(self, thing):
        with self.submission() as session:
            for address in self.addresses(thing):
                for parameter in (f"AUTH={address}", f"ENVID={thing.strip('<>').replace('+', '')}"):
                    session.rset()
                    self.clean(session.mail(ATTACKER, [parameter]), thing)
                    if session.rcpt("board@acme.example")[0] != 503:
                        self.test.assertEqual(session.rcpt("board@acme.example")[0], 550)

    def smtp_recipient_parameter(self, thing):
        with self.submission() as session:
            session.mail(ATTACKER)
            for address in self.addresses(thing):
                self.clean(session.rcpt(ATTACKER, [f"ORCPT=rfc822;{address.replace('+', '+2B')}"]), thing)
                self.test.assertEqual(session.rcpt("staff@acme.example", [f"ORCPT=rfc822;{ATTACKER}"])[0], 550)

    def smtp_ask(self, thing):
        with self.submission() as session:
            for command in ("VRFY", "EXPN", "HELP"):
                code, text = session.docmd(command, thing)
                self.test.assertIn(code, (214, 252, 500, 501, 502, 550), text)
                self.test.assertNotIn("acme", self.clean(text, thing).decode().replace(thing, ""))

    def smtp_login(self, thing):
        for plain in (f"\0{thing}\0{PASSWORDS['joana']}", f"{thing}\0{ATTACKER}\0{PASSWORDS['joana']}"):
            with smtplib.SMTP("127.0.0.1", host.ports["submission"], "client.example", timeout=60) as session:
                session.ehlo()
                code, text = session.docmd("AUTH", "PLAIN " + base64.b64encode(plain.encode()).decode())
                self.test.assertIn(code // 100, (4, 5), text)
                self.clean(text, thing)

    def smtp_sent_copy(self, thing):
        """At the door for the host's own programs, who is vouched for has no more rights than behind submission."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(30)
            connection.connect(str(host.data / "run/submission.sock"))
            replies = connection.makefile("rb")

            def say(line=None):
                if line:
                    connection.sendall(line.encode() + b"\r\n")
                while (reply := replies.readline().decode())[3:4] == "-":
                    pass
                return reply

            say()
            say("EHLO web")
            vouched = base64.b64encode(account_id("casa", "joana").encode()).decode()
            self.test.assertEqual(say(f"AUTH EXTERNAL {vouched}")[:3], "235")
            for address in self.addresses(thing):
                reply = say(f"MAIL FROM:<{address}> XSENT")
                self.test.assertEqual(reply[:1], "5", reply)

    # Web

    def box_page(self, thing):
        boxes = {thing, f"~{thing}", "me"}
        for box in boxes:
            quoted = urllib.parse.quote(box, safe="")
            for path in (f"/mail/{quoted}", f"/mail/{quoted}/{world.folder}", f"/mail/{quoted}/{world.folder}/{world.message}",
                         f"/message/{quoted}/{world.message}/source", f"/message/{quoted}/{world.message}/part/0",
                         f"/message/{quoted}/{world.message}/image/0", f"/message/{quoted}/{world.message}/html/0",
                         f"/message/{quoted}/{world.message}/parts.zip", f"/mail/{quoted}/{world.folder}/{world.message}/headers",
                         f"/folders/empty?box={quoted}&folder={world.folder}",
                         f"/search/{quoted}?q={MARK}") + (() if box == "me" else (f"/events/{quoted}",)):
                status, _, text = world.joana.get(path)
                self.clean(text, path)
                if box != "me":
                    self.test.assertEqual(status, 404, path)

    def web_search(self, thing):
        for query in (thing, MARK, "figures", f"from:{thing}"):
            for scope in ("", f"&in={world.folder}"):
                self.clean(world.joana.get(f"/search/me?q={urllib.parse.quote(query)}{scope}")[2], query)

    def people(self, thing):
        for query in {thing, thing.split("@")[0], thing[:1], "info", "guides", "rita"}:
            status, _, text = world.joana.get(f"/people?q={urllib.parse.quote(query)}")
            self.test.assertEqual(status, 200)
            self.test.assertNotIn("acme", self.clean(text, query))

    def asset(self, thing):
        for name in (thing, f"..%2f..%2f{thing}", f"../../data/accounts/{thing}"):
            self.test.assertIn(world.joana.get(f"/assets/{urllib.parse.quote(thing, safe='')}/{name}")[0], (400, 404))

    def compose_page(self, thing):
        quoted = urllib.parse.quote(thing, safe="")
        self.test.assertEqual(world.joana.get(f"/compose?box={quoted}")[0], 404)
        for query in (f"source={world.message}&kind=reply", f"source={world.message}&kind=forward", f"draft={world.message}",
                      f"source={quoted}&kind=all", f"to={quoted}"):
            self.clean(world.joana.get(f"/compose?{query}")[2], query)

    def challenge(self, thing):
        """What an ACME client left is public; nothing beside it can be named."""
        place = account_id("acme", "rita")
        for name in (thing, f"../../{thing}", f"../../../accounts/{place[:2]}/{place}/mailbox.db", f"../../../control/{thing}"):
            status, _, text = WebClient(host).get(f"/.well-known/acme-challenge/{urllib.parse.quote(name, safe='')}")
            self.test.assertEqual(status, 404, name)
            self.clean(text, name)

    def login_page(self, thing):
        quoted = urllib.parse.quote(thing, safe="")
        self.clean(WebClient(host).get(f"/login?next=/mail/{quoted}&ended={quoted}&language={quoted}")[2], thing)

    def forbidden(self, path, fields):
        """A form that names what is another tenant's is refused, with the own token and with the other's."""
        status, _, text = world.joana.post(path, fields)
        self.test.assertIn(status, (400, 403, 404, 422), (path, fields))
        self.clean(text, path)
        stolen = [("csrf", world.rita.csrf), *(fields.items() if isinstance(fields, dict) else fields)]
        self.test.assertEqual(world.joana.ask("POST", path, stolen)[0], 403, path)

    def action_form(self, thing):
        for action in ("read", "unread", "star", "move", "spam", "trash", "tag", "untag"):
            form = {"box": thing, "message": world.message, "action": action, "to": world.folder, "tag": "planted"}
            self.forbidden("/actions", form)
            self.forbidden("/actions", form | {"folder": world.folder, "threads": "1"})
        answer = world.joana.post("/actions", {"box": "me", "message": "999999999", "action": "move", "to": world.folder, "folder": thing})
        self.clean(answer[2], thing)

    def compose_form(self, thing):
        form = {"box": thing, "to": ATTACKER, "subject": "x", "body": "x", "do": "save"}
        self.forbidden("/compose", form)
        for address in self.addresses(thing):
            status, _, text = world.joana.post("/compose", form | {"box": "me", "from": address, "do": "send"})
            self.test.assertNotIn(status, (302, 303), f"joana sends as {address}")
            self.clean(text, address)
        # Another's upload, draft and message are nothing that can be named.
        status, _, text = world.joana.post("/compose", form | {"box": "me", "upload": world.upload, "draft": "999999999"}, {
            "Accept": "application/json"})
        self.clean(text, thing)
        with imap(ATTACKER) as session:
            session.select("Drafts", readonly=True)
            for item in session.fetch("1:*", "(BODY.PEEK[])")[1]:
                self.clean(item, "drafts")
                self.test.assertNotIn(MARK, str(item))

    def undo_form(self, thing):
        self.forbidden("/compose/undo", {"sent": thing})

    def folder_form(self, thing):
        self.forbidden("/folders", {"box": thing, "name": "planted"})
        for way in ("rename", "delete", "restore"):
            self.forbidden(f"/folders/{way}", {"box": thing, "folder": world.folder, "under": world.folder, "name": "planted"})

    def tag_form(self, thing):
        self.forbidden("/tags", {"box": thing, "name": "planted", "color": "1", "message": world.message})
        for way in ("color", "delete"):
            self.forbidden(f"/tags/{way}", {"box": thing, "tag": "clients", "color": "1"})

    def empty_form(self, thing):
        self.forbidden("/folders/empty", {"box": thing, "folder": world.folder})

    def web_login(self, thing):
        status, _, text = WebClient(host).try_to_log_in({"name": thing, "password": PASSWORDS["joana"], "next": f"//{thing}/"})
        self.test.assertIn(status, (401, 403, 429))
        self.clean(text, thing)

    def logout_form(self, thing):
        self.test.assertEqual(world.joana.ask("POST", "/logout", [("csrf", world.rita.csrf)])[0], 403)
        self.test.assertIn("/mail/me/", world.rita.get("/")[2])

    def settings_form(self, thing):
        self.test.assertEqual(world.joana.ask("POST", "/settings", [("csrf", world.rita.csrf), ("box", thing)])[0], 403)
        world.joana.post("/settings", {"box": thing, "account": thing, "images": ""})

    def upload_file(self, thing):
        status, _, text = world.joana.ask("POST", f"/uploads?name={urllib.parse.quote('../' + thing)}&id={world.upload}", b"planted", {
            "Content-Type": "text/plain", "X-CSRF-Token": world.joana.csrf})
        self.test.assertEqual(status, 200, text)
        self.test.assertNotEqual(json.loads(text)["id"], world.upload)
        self.test.assertEqual(world.joana.ask("POST", "/uploads?name=x", b"x", {"X-CSRF-Token": world.rita.csrf})[0], 403)

    # Local sockets

    def metrics(self, thing):
        """Figures of the programs: they name no tenant, and nobody of one."""
        for program in ("control", "mail", "web"):
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(30)
                connection.connect(str(host.data / f"run/{program}-metrics.sock"))
                request = f"GET /metrics?{urllib.parse.quote(thing)} HTTP/1.1\r\nHost: {program}\r\nConnection: close\r\n\r\n"
                connection.sendall(request.encode())
                text = connection.makefile("rb").read().decode()
            self.test.assertRegex(text, "^HTTP/1.1 200 [^#]*#")
            self.clean(text, thing)
            # "info" and the number of a message stand in figures, too.
            for word in {"acme", "casa", "rita", *([thing] if len(thing) > 4 else [])}:
                self.test.assertNotIn(word, text)

    def ask_password(self, thing):
        answer = ask("auth.sock", "authenticate", login=thing, password=base64.b64encode(PASSWORDS["joana"].encode()).decode(),
                     service="imap", remote="")
        self.test.assertNotIn("accepted", answer)
        self.clean(answer, thing)

    def operator_user(self, thing):
        """The operator's, and names one account: an object that is none is refused."""
        if thing in world.things["header"] + world.things["group"]:
            self.test.assertIn("code", ask("control.sock", "user-suspend", user=thing, resumes=True))

    def ask_cancel(self, thing):
        message = self.wait_in_queue()
        answer = ask("mail-admin.sock", "queue.cancel", id=message, account=account_id("casa", "joana"))
        self.test.assertEqual(answer, "tooLate", "another's message is not found")
        self.test.assertIn(message, [entry["id"] for entry in ask("mail-admin.sock", "queue.list")["entries"]])

    def wait_in_queue(self):
        """A message of rita's that waits: it is for another host."""
        if not hasattr(world, "waiting"):
            with smtplib.SMTP("127.0.0.1", host.ports["submission"], "client.example") as session:
                session.ehlo()
                session.login("rita@acme.example", PASSWORDS["rita"])
                session.sendmail("rita@acme.example", ["x@elsewhere.example"], "From: rita@acme.example\r\nSubject: out\r\n\r\nx\r\n")
            world.waiting = wait_until("it waits", lambda: ask("mail-admin.sock", "queue.list")["entries"])[0]["id"]
        return world.waiting


class Walls(unittest.TestCase):
    def test_every_question_at_a_local_socket_has_an_entry(self):
        known = collections.defaultdict(set)
        for way in entries():
            if way.startswith("socket "):
                _, place, question = way.split(" ", 2)
                known[place].add(question)
        run = host.data / "run"
        found = {path.name for path in run.iterdir() if path.is_socket()} | {path.name for path in run.iterdir() if path.is_dir()}
        # Those that systemd listens at for the programs, which `supervise` has not.
        units = (ROOT / "systemd").glob("*.socket")
        made = {path.rsplit("/", 1)[1] for unit in units for path in re.findall(r"^Listen\w+=(/.+)$", unit.read_text(), re.MULTILINE)}
        self.assertTrue(made)
        self.assertEqual(found | made, set(known), "add the socket to Tests/WallsTests/ways.txt")
        for name in found:
            # The others speak no questions.
            if not known[name] & {"smtp", "http", "notice"}:
                self.assertEqual(set(ask(name, "questions")), known[name], f"add what {name} answers to Tests/WallsTests/ways.txt")

    def test_no_way_leads_across(self):
        attempts = Attempts(self)
        tried = collections.defaultdict(list)
        for way, names in entries().items():
            if not names.startswith("-"):
                for name in names.split(", "):
                    tried[name].append(way)
        # A failed log-in slows all that follow from this address: those come last.
        for name in sorted(tried, key=lambda name: ("login" in name or "password" in name, name)):
            attempt = getattr(attempts, name, None)
            self.assertIsNotNone(attempt, f"{name} of {tried[name]} is no attempt")
            for kind, things in world.things.items():
                for thing in things:
                    with self.subTest(attempt=name, ways=tried[name], kind=kind, thing=thing):
                        attempt(thing)

    def test_z_nothing_of_acme_has_changed(self):
        after = world.state()
        for key, value in world.before.items():
            with self.subTest(place=key):
                self.assertEqual(after[key], value)
        self.assertEqual(set(after), set(world.before))

    def test_an_alias_opens_no_group_of_another_tenant(self):
        for name in ("staff", "board"):
            alias = f"{name}@casadorio.example"
            with Attempts(self).submission() as session:
                session.sendmail(ATTACKER, [alias], f"From: {ATTACKER}\r\nSubject: through {name}\r\n\r\nIn.\r\n")
            with imap(ATTACKER) as session:
                session.select("INBOX", readonly=True)
                wait_until("its sender is told", lambda: session.noop() and session.search(None, "FROM", "mailer-daemon", "TEXT", alias)[1][0])
            with imap("rita@acme.example") as session:
                session.select("INBOX", readonly=True)
                self.assertEqual(session.search(None, "SUBJECT", f'"through {name}"')[1][0], b"")

    def test_a_header_joins_no_thread_of_another_tenant(self):
        message = f"References: {SECRET_ID}\r\nIn-Reply-To: {SECRET_ID}\r\nSubject: Re: Words of ours\r\n"
        with smtplib.SMTP("127.0.0.1", host.ports["smtp"], "client.example") as session:
            session.sendmail("x@elsewhere.example", [ATTACKER], f"From: x@elsewhere.example\r\n{message}\r\nplanted thread\r\n")

        def found():
            return re.search(r"/mail/me/\d+/\d+", world.joana.get("/search/me?q=planted")[2])

        page = world.joana.get(wait_until("it is there", found)[0])[2]
        self.assertIn("planted thread", page)
        self.assertNotIn("The word is", page)


if __name__ == "__main__":
    unittest.main()
