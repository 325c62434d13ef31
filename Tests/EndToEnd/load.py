"""Clients that go on while workers are killed under them, and remember what they were promised."""
import collections
import imaplib
import os
import random
import re
import signal
import smtplib
import socket
import threading

from host import PASSWORDS, wait_until

FAILURES = (smtplib.SMTPException, imaplib.IMAP4.error, OSError, EOFError)
MESSAGE_ID = re.compile(rb"^Message-ID: *(<[^>]*>)", re.IGNORECASE | re.MULTILINE)


def message(name, size=1_500, header=""):
    """A message that can be known again: its octets follow from its name."""
    text = random.Random(name)
    lines = [f"Message-ID: <{name}@load.example>", "From: maria@elsewhere.example", f"Subject: {name}"] + ([header] if header else [])
    lines.append("")
    while size > 0:
        lines.append(f"{text.getrandbits(288):072x}")
        size -= 74
    return "\r\n".join(lines + [""]).encode()


def message_id(octets):
    found = MESSAGE_ID.search(octets)
    return found[1].decode() if found else None


def worker(host, name="malaposta-mail"):
    """The process id of a worker; None while there is none."""
    for child in host.children():
        try:
            with open(f"/proc/{child}/cmdline", "rb") as file:
                if file.read().split(b"\0")[0].endswith(name.encode()):
                    return child
        except FileNotFoundError:
            continue
    return None


def alive(process):
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


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

    def tagged_ask(self, tag, command):
        """The tagged answer to an IMAP command."""
        self.send(f"{tag} {command}\r\n".encode())
        return self.tagged(tag)

    def append(self, tag, folder, octets, waits=False):
        """The tagged answer to APPEND; with `waits` the octets are sent once the server asks for them."""
        self.send(f"{tag} APPEND {folder} {{{len(octets)}{'' if waits else '+'}}}\r\n".encode())
        if waits and not (asked := self.line()).startswith("+ "):
            return asked
        self.send(octets + b"\r\n")
        return self.tagged(tag)

    def tagged_lines(self, tag, command):
        """All that an IMAP command is answered."""
        self.send(f"{tag} {command}\r\n".encode())
        lines = []
        while not lines or lines[-1] and not lines[-1].startswith(f"{tag} "):
            lines.append(self.file.readline().decode(errors="replace"))
        return "".join(lines)


class Count:
    """How much is done; lets others wait for it."""

    def __init__(self):
        self.value = 0
        self.condition = threading.Condition()

    def add(self):
        with self.condition:
            self.value += 1
            self.condition.notify_all()

    def wait(self, value, seconds=120):
        with self.condition:
            if not self.condition.wait_for(lambda: self.value >= value, seconds):
                raise AssertionError(f"{self.value} of {value} done after {seconds} s")


def kill_while(done, total, kills, kill):
    """Calls `kill` at random moments, spread over the work that `done` counts."""
    moments = random.Random()
    for number in range(kills):
        done.wait(int(total * (number + moments.random() * 0.9) / kills))
        # Not always just after an answer.
        threading.Event().wait(moments.random() * 0.02)
        kill()


def kill_worker(host):
    process = wait_until("the mail worker runs", lambda: worker(host))
    os.kill(process, signal.SIGKILL)
    wait_until("another mail worker runs", lambda: worker(host) not in (None, process), 60)


def kill_supervisor(host):
    children = host.children()
    host.process.kill()
    host.process.wait()
    wait_until("the workers have stopped with it", lambda: not any(alive(child) for child in children), 60)
    host.start()


class Clients:
    """Threads that each run `body`; what one throws is thrown again by `join`."""

    def __init__(self, count, body):
        self.failures = []
        self.threads = [threading.Thread(target=self.run, args=(body, number), daemon=True) for number in range(count)]
        for thread in self.threads:
            thread.start()

    def run(self, body, number):
        try:
            body(number)
        except BaseException as failure:
            self.failures.append(failure)

    def join(self, seconds=300):
        for thread in self.threads:
            thread.join(seconds)
            if thread.is_alive():
                raise AssertionError("a client does not come to its end")
        if self.failures:
            raise self.failures[0]


class Submission:
    """Messages on their way in over several connections. What got no 250 is sent again, under another Message-ID."""

    def __init__(self, host, total, connections=10):
        self.host, self.total = host, total
        self.waiting = collections.deque(range(total))
        self.done = Count()
        self.accepted, self.unsure, self.sizes = {}, {}, {}
        self.clients = Clients(connections, self.run)

    @staticmethod
    def recipients(number):
        people = ["rita@acme.example", "tomas@acme.example", "ines@acme.example", "joana@casadorio.example", "miguel@casadorio.example"]
        first = people[number % len(people)]
        return [first, people[(number + 2) % len(people)]] if number % 10 == 3 else [first]

    def connect(self):
        def attempt():
            try:
                session = smtplib.SMTP("127.0.0.1", self.host.ports["smtp"], timeout=60)
                session.ehlo("client.example")
                return session
            except FAILURES:
                return None
        return wait_until("the host greets", attempt, 120)

    def run(self, _):
        session = None
        while True:
            try:
                number = self.waiting.popleft()
            except IndexError:
                return session and session.close()
            attempt = 0
            while True:
                session = session or self.connect()
                name = f"{number}.{attempt}"
                if self.send(session, name, number):
                    break
                session.close()
                session, attempt = None, attempt + 1
            self.done.add()

    def send(self, session, name, number):
        # Every twentieth is too large for the journal and has a file of its own in the spool.
        size, recipients = 300_000 if number % 20 == 7 else 500 + number % 7 * 800, self.recipients(number)
        key = f"<{name}@load.example>"
        self.sizes[key] = (name, size)
        self.unsure[key] = recipients
        try:
            session.sendmail("maria@elsewhere.example", recipients, message(name, size))
        except FAILURES:
            return False
        self.accepted[key] = self.unsure.pop(key)
        return True

    def check(self, test, found):
        """`found`: octets of all messages by recipient."""
        places = collections.defaultdict(list)
        for person, messages in found.items():
            for octets in messages:
                key = message_id(octets)
                places[key].append(person)
                name, size = self.sizes[key]
                test.assertTrue(octets.endswith(message(name, size)), f"{key} is not whole")
        for key, recipients in self.accepted.items():
            test.assertEqual(sorted(places.pop(key, [])), sorted(recipients), f"{key} got its 250")
        for key, people in places.items():
            # The 250 was lost on its way, not the message: then it is everywhere, once.
            test.assertEqual(sorted(people), sorted(self.unsure[key]), f"{key} got no answer")


def imap(host, user):
    session = imaplib.IMAP4("127.0.0.1", host.ports["imap"], timeout=60)
    session.login(user, PASSWORDS[user.split("@")[0]])
    return session


def inbox(host, user, folder="INBOX"):
    """The octets of all messages of a folder."""
    session = imap(host, user)
    session.select(folder, readonly=True)
    _, found = session.uid("FETCH", "1:*", "(BODY.PEEK[])")
    session.logout()
    return [item[1] for item in found if isinstance(item, tuple)]


class Place:
    """A folder as one client knows it."""

    def __init__(self, name):
        self.name = name
        self.validity = None
        # Message-IDs by UID: those that are there, and all that ever were.
        self.messages, self.seen = {}, {}

    def note(self, uid, name):
        """A UID that the client is shown."""
        known = self.seen.setdefault((self.validity, uid), name)
        if known != name:
            raise AssertionError(f"UID {uid} of {self.name} named {known}, and names {name} now")
        self.messages[uid] = name

    @property
    def greatest(self):
        return max((uid for _, uid in self.seen), default=0)


class Mailer:
    """An IMAP client that appends, copies, moves and expunges in two folders of its own, and knows what must stand."""

    def __init__(self, host, user, number, steps, done):
        self.host, self.user, self.steps, self.done = host, user, steps, done
        self.random = random.Random(number)
        self.number, self.made = number, 0
        self.places = [Place(f"Work{number}a"), Place(f"Work{number}b")]
        self.session = None
        # What the step under way makes of the folders, if it happens: (removed UIDs, added names) for each.
        self.change = None

    def run(self):
        for _ in range(self.steps):
            while not self.attempt():
                pass
            self.done.add()
        self.leave()
        while not self.reconnect():
            pass
        self.leave()

    def attempt(self):
        try:
            if self.session is None and not self.reconnect():
                return False
            self.step()
            return True
        except FAILURES as failure:
            if isinstance(failure, imaplib.IMAP4.error) and not isinstance(failure, imaplib.IMAP4.abort):
                raise
            self.leave()
            return False

    def leave(self):
        if self.session is not None:
            self.session.shutdown()
        self.session = None

    def reconnect(self):
        def attempt():
            try:
                return imap(self.host, self.user)
            except FAILURES:
                return None
        self.session = wait_until("the host lets a client in", attempt, 120)
        try:
            for place in self.places:
                self.session.create(place.name)
                self.session.subscribe(place.name)
            found = [self.look(place) for place in self.places]
        except FAILURES:
            self.leave()
            return False
        self.compare(found)
        return True

    def look(self, place):
        self.good(self.session.select(place.name))
        validity = int(self.session.response("UIDVALIDITY")[1][0])
        if place.validity not in (None, validity):
            raise AssertionError(f"UIDVALIDITY of {place.name} was {place.validity} and is {validity}")
        place.validity = validity
        _, lines = self.session.uid("FETCH", "1:*", "(UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
        return {int(re.search(rb"UID (\d+)", line[0])[1]): message_id(line[1]) for line in lines if isinstance(line, tuple)}

    def compare(self, found):
        """What is there is what stood before the step that was cut off, or after it."""
        before = [sorted(place.messages.values()) for place in self.places]
        after = [list(names) for names in before]
        for index, (removed, added) in (self.change or {}).items():
            after[index] = sorted([name for uid, name in self.places[index].messages.items() if uid not in removed] + added)
        now = [sorted(names.values()) for names in found]
        if now not in (before, after):
            raise AssertionError(f"{self.user}: {now} is neither {before} nor {after}")
        for place, names in zip(self.places, found):
            new = {uid for uid in names if uid not in place.messages}
            if new and min(new) <= place.greatest:
                raise AssertionError(f"{place.name}: new UID {min(new)}, though {place.greatest} was seen")
            place.messages = {}
            for uid, name in names.items():
                place.note(uid, name)
        self.change = None

    def good(self, answer):
        if answer[0] != "OK":
            raise AssertionError(f"{self.user}: {answer}")
        return answer[1]

    # Steps

    def step(self):
        index = self.random.randrange(2)
        source = self.places[index]
        chosen = self.random.sample(sorted(source.messages), min(len(source.messages), self.random.randint(1, 3)))
        step = self.random.choice([self.append, self.append, self.copy, self.move, self.expunge]) if chosen else self.append
        step(index, sorted(chosen))
        self.change = None

    def append(self, index, _):
        name = f"append{self.number}.{self.made}"
        self.made += 1
        key = f"<{name}@load.example>"
        self.change = {index: (set(), [key])}
        place = self.places[index]
        self.good(self.session.append(place.name, None, None, message(name)))
        validity, uid = map(int, self.session.response("APPENDUID")[1][0].split())
        self.arrived(place, validity, [uid], [key])

    def copy(self, index, uids):
        names = [self.places[index].messages[uid] for uid in uids]
        self.change = {1 - index: (set(), names)}
        self.transfer("COPY", index, uids, names)

    def move(self, index, uids):
        names = [self.places[index].messages[uid] for uid in uids]
        self.change = {index: (set(uids), []), 1 - index: (set(), names)}
        self.transfer("MOVE", index, uids, names)
        for uid in uids:
            del self.places[index].messages[uid]

    def transfer(self, word, index, uids, names):
        other = self.places[1 - index]
        self.good(self.session.select(self.places[index].name))
        self.session.response("COPYUID")
        self.good(self.session.uid(word, ",".join(map(str, uids)), other.name))
        validity, sources, made = self.session.response("COPYUID")[1][0].decode().split()
        if self.numbers(sources) != uids:
            raise AssertionError(f"{word} of {uids} answered {sources}")
        self.arrived(other, int(validity), self.numbers(made), names)

    def expunge(self, index, uids):
        place = self.places[index]
        self.good(self.session.select(place.name))
        self.good(self.session.uid("STORE", ",".join(map(str, uids)), "+FLAGS.SILENT", r"(\Deleted)"))
        self.change = {index: (set(uids), [])}
        self.good(self.session.uid("EXPUNGE", ",".join(map(str, uids))))
        for uid in uids:
            del place.messages[uid]

    def arrived(self, place, validity, uids, names):
        if validity != place.validity:
            raise AssertionError(f"{place.name}: UIDVALIDITY {validity}, was {place.validity}")
        for uid, name in zip(uids, names, strict=True):
            if uid <= place.greatest:
                raise AssertionError(f"{place.name}: new UID {uid}, though {place.greatest} was seen")
            place.note(uid, name)

    @staticmethod
    def numbers(text):
        numbers = []
        for part in text.split(","):
            first, _, last = part.partition(":")
            numbers += range(int(first), int(last or first) + 1)
        return numbers
