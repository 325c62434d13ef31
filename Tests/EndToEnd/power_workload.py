"""Mail of every kind on its way into a host whose system calls are traced, and what each answer promised, in order to ask for it."""
import random
import re
import threading

import load
from web_writer import WebWriter

SUBJECT = re.compile(rb"^Subject: *([^\r\n]*)", re.IGNORECASE | re.MULTILINE)


class Promise:
    """Something that a client was told. `answer` finds the telling in a trace: a text that one write holds, or a client's port."""

    def __init__(self, kind, name, user, answer, **more):
        self.kind, self.name, self.user, self.answer = kind, name, user, answer
        self.more = more
        # The line of the trace at which the answer began to be written.
        self.line = None

    def __repr__(self):
        return f"{self.kind} {self.name} ({self.user}) {self.more}"


class Workload:
    """Clients of SMTP, IMAP and the web side by side. One of the people moves mail as soon as it can be seen."""

    people = ["tomas@acme.example", "ines@acme.example", "joana@casadorio.example"]
    mover, writer, appender = "ines@acme.example", "rita@acme.example", "miguel@casadorio.example"

    def __init__(self, host, rounds):
        self.host, self.rounds = host, rounds
        self.promises, self.lock = [], threading.Lock()
        self.asked = {}
        # (line's tag, validity, {uid: subject}) for each look of the mover.
        self.looks = []
        self.submitted = threading.Event()

    def run(self):
        mail = load.Clients(4, self.submit)
        others = load.Clients(3, lambda number: (self.move, self.append, self.write)[number]())
        mail.join()
        self.submitted.set()
        others.join()
        return self

    def promise(self, *words, **more):
        with self.lock:
            self.promises.append(Promise(*words, **more))

    def ask(self, name, user, **more):
        """Notes what is about to be asked for: it may come to be without an answer."""
        with self.lock:
            self.asked[name] = {"user": user, **more}

    # SMTP

    def submit(self, number):
        session = load.Dialogue(self.host.ports["smtp"])
        session.reply()
        session.ask("EHLO client.example")
        for turn in range(self.rounds):
            name, user = f"mail{number}x{turn}y", self.people[(number + turn) % len(self.people)]
            data = load.message(name, 300_000 if (turn + number) % 6 == 3 else 1_000)
            self.ask(name, user, data=data)
            session.ask("MAIL FROM:<maria@elsewhere.example>")
            session.ask(f"RCPT TO:<{user}>")
            if turn % 2:
                session.ask("DATA")
                session.send(data)
                answer = session.ask(".")
            else:
                session.send(f"BDAT {len(data)} LAST\r\n".encode() + data)
                answer = session.reply()
            if not answer.startswith("250 "):
                raise AssertionError(answer)
            self.promise("mail", name, user, answer)
        session.close()

    # IMAP

    def log_in(self, user):
        session = load.Dialogue(self.host.ports["imap"])
        session.line()
        answer = session.tagged_ask("L", f"LOGIN {user} {load.PASSWORDS[user.split('@')[0]]}")
        if not answer.startswith("L OK"):
            raise AssertionError(answer)
        return session

    def append(self):
        session = self.log_in(self.appender)
        for turn in range(self.rounds * 2):
            name, tag = f"added{turn}y", f"A{turn}append"
            data = load.message(name, 200_000 if turn % 6 == 5 else 1_000)
            folder = "Drafts" if turn % 2 else "INBOX"
            self.ask(name, self.appender, data=data)
            answer = session.append(tag, folder, data, waits=turn % 3 == 2)
            if not answer.startswith(f"{tag} OK"):
                raise AssertionError(answer)
            self.promise("append", name, self.appender, answer, folder=folder)
        session.close()

    def move(self):
        """Copies, moves and removes each new message of the inbox as soon as it is seen there."""
        session, known, turn = self.log_in(self.mover), set(), 0
        for folder in ("Copies", "Moved"):
            session.tagged_ask("M", f"CREATE {folder}")
        validity = int(re.search(r"UIDVALIDITY (\d+)", session.tagged_lines("M", "SELECT INBOX"))[1])
        choice = random.Random(3)
        while True:
            is_last = self.submitted.is_set()
            turn += 1
            tag = f"W{turn}look"
            seen = self.look(session, tag)
            self.looks.append((f"{tag} OK", validity, seen))
            for uid in sorted(set(seen) - known):
                known.add(uid)
                self.change(session, choice.choice(["copy", "move", "remove", "stay"]), uid, seen[uid])
            if is_last and not set(seen) - known:
                return session.close()
            threading.Event().wait(0.01)

    def look(self, session, tag):
        text = session.tagged_lines(tag, "UID FETCH 1:* (UID BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
        return {int(uid): subject for uid, subject in re.findall(r"UID (\d+) .*?Subject: (\S+)", text, re.DOTALL)}

    def change(self, session, kind, uid, name):
        tag = f"{kind[0].upper()}{uid}{kind}"
        if kind == "stay":
            return
        with self.lock:
            self.asked[name][kind] = True
        if kind == "copy":
            answer = session.tagged_ask(tag, f"UID COPY {uid} Copies")
        elif kind == "move":
            answer = session.tagged_ask(tag, f"UID MOVE {uid} Moved")
        else:
            session.tagged_ask("F", rf"UID STORE {uid} +FLAGS.SILENT (\Deleted)")
            answer = session.tagged_ask(tag, f"UID EXPUNGE {uid}")
        if not answer.startswith(f"{tag} OK"):
            raise AssertionError(answer)
        self.promise(kind, name, self.mover, f"{tag} OK")

    # The web

    def write(self):
        web, draft = WebWriter(self.host, self.writer), ""
        for turn in range(self.rounds):
            name = f"draft{turn // 3}y"
            if turn % 3 == 0:
                draft = ""
            body = f"Revision {turn % 3} of it."
            self.ask(name, self.writer, revision=turn % 3)
            answer = web.compose("save", name, body, draft=draft)
            if answer.status != 200:
                raise AssertionError(answer.body)
            self.promise("save", name, self.writer, answer.port, revision=turn % 3)
            draft = answer.said["draft"]
            name = f"sent{turn}y"
            self.ask(name, "tomas@acme.example")
            answer = web.compose("send", name, "It is sent.", to="tomas@acme.example")
            if answer.status != 200:
                raise AssertionError(answer.body)
            self.promise("send", name, "tomas@acme.example", answer.port)

    # What it all means

    def place(self, trace):
        """Finds each answer in the trace."""
        texts = {}
        for call in trace.sent:
            for line in re.findall(r"(?:^|\\n|\"|, )((?:250 |[A-Z]\d+\w* OK)[^\\\"]*)", call.text):
                texts.setdefault(line, call.begin)
        for promise in self.promises:
            if isinstance(promise.answer, int):
                promise.line = next((call.begin for call in trace.web_answers(promise.answer)), None)
            else:
                promise.line = self.found(texts, promise.answer)
            if promise.line is None:
                raise AssertionError(f"the trace does not hold the answer: {promise}")
        self.looks = [(self.found(texts, answer), validity, seen) for answer, validity, seen in self.looks]

    @staticmethod
    def found(texts, answer):
        return min((line for text, line in texts.items() if text.startswith(answer)), default=None)


class Mailboxes:
    """Everything in the mailboxes of a host, by subject."""

    def __init__(self, host, people, folders=("INBOX", "Sent", "Drafts", "Copies", "Moved")):
        self.looked_at = folders
        # (user, subject): [(folder, octets)]
        self.messages = {}
        # (user, folder): (validity, {uid: subject})
        self.uids = {}
        for user in people:
            self.read(host, user)

    def read(self, host, user):
        session = load.imap(host, user)
        for folder in self.looked_at:
            if session.select(folder, readonly=True)[0] != "OK":
                continue
            validity = int(session.response("UIDVALIDITY")[1][0])
            _, found = session.uid("FETCH", "1:*", "(UID BODY.PEEK[])")
            uids = {}
            for item in found:
                if not isinstance(item, tuple):
                    continue
                subject = SUBJECT.search(item[1])
                subject = subject[1].decode() if subject else ""
                uids[int(re.search(rb"UID (\d+)", item[0])[1])] = subject
                self.messages.setdefault((user, subject), []).append((folder, item[1]))
            self.uids[user, folder] = (validity, uids)
        session.logout()

    def folders(self, user, name):
        return sorted(folder for folder, _ in self.messages.get((user, name), []))


class Judgement:
    """What is wrong with mailboxes after a power cut just before `line`: sentences."""

    def __init__(self, workload, mailboxes, line):
        self.work, self.mailboxes, self.line = workload, mailboxes, line
        self.flaws = []
        self.told = {}
        for promise in workload.promises:
            if promise.line < line:
                self.told.setdefault(promise.name, []).append(promise)
        for name, asked in workload.asked.items():
            self.judge(name, asked, {promise.kind: promise for promise in self.told.get(name, [])})
        self.judge_uids()

    def expect(self, name, found, *possible):
        if found not in [sorted(one) for one in possible]:
            told = self.told.get(name, "no answer")
            self.flaws.append(f"{name} is in {found}, not in {' or '.join(map(str, possible))}; told: {told}")

    def judge(self, name, asked, told):
        user = asked["user"]
        found = self.mailboxes.folders(user, name)
        if name.startswith("draft"):
            return self.judge_draft(name, user, found)
        if name.startswith("sent"):
            sent = self.mailboxes.folders(self.work.writer, name)
            self.expect(name, found, ["INBOX"], *([] if "send" in told else [[]]))
            # Before it is sent it is a draft.
            return self.expect(name, sent, ["Sent"], *([] if "send" in told else [[], ["Drafts"], ["Drafts", "Sent"]]))
        for folder, octets in self.mailboxes.messages.get((user, name), []):
            if not octets.endswith(asked["data"]):
                self.flaws.append(f"{name} in {folder} is not whole")
        if name.startswith("added"):
            folders = [promise.more["folder"] for promise in self.work.promises if promise.name == name]
            return self.expect(name, found, folders, *([] if "append" in told else [[]]))
        possible = [["INBOX"]] if "mail" in told or found else [["INBOX"], []]
        for kind, after in (("copy", ["INBOX", "Copies"]), ("move", ["Moved"]), ("remove", [])):
            if kind in told:
                possible = [after]
            elif asked.get(kind):
                possible.append(after)
        self.expect(name, found, *possible)

    def judge_draft(self, name, user, found):
        revisions = [promise.more["revision"] for promise in self.told.get(name, [])]
        self.expect(name, found, ["Drafts"], *([] if revisions else [[]]))
        for _, octets in self.mailboxes.messages.get((user, name), []):
            revision = int(re.search(rb"Revision (\d)", octets)[1])
            if revision < max(revisions, default=0):
                self.flaws.append(f"{name} is revision {revision}, though {max(revisions)} was saved")

    def judge_uids(self):
        """No UID that somebody has seen names another message now."""
        validity, now = self.mailboxes.uids.get((self.work.mover, "INBOX"), (None, {}))
        for line, seen_validity, seen in self.work.looks:
            if line is None or line >= self.line:
                continue
            if validity != seen_validity:
                self.flaws.append(f"UIDVALIDITY was {seen_validity} and is {validity}")
            self.flaws += [f"UID {uid} named {name} and names {now[uid]} now"
                           for uid, name in seen.items() if now.get(uid, name) != name]
