"""Whatever is thrown at the running host: no crash, no hang, bounded memory, and an answer in the protocol's own words."""
import base64
import collections
import concurrent.futures
import contextlib
import imaplib
import re
import resource
import select
import smtplib
import socket
import statistics
import struct
import time
import unittest

from hostile import SCALE, Conversation, Mutation, Watch, converse, dice, memory
from host import PASSWORDS, PATIENCE, ROOT, Host, wait_until
from load import worker
from webclient import WebClient

host = None
RITA = "rita@acme.example"


def setUpModule():
    global host
    host = with_limits("connections_per_address: 100")
    host.start()


def with_limits(text):
    """A host that is not started yet."""
    made = Host(demo=False)
    file = made.configuration / "malaposta.yaml"
    file.write_text(file.read_text() + f"\nlimits: {{ {text} }}\n")
    return made


def tearDownModule():
    if host:
        host.close()


def in_parallel(count, body, threads=8):
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        for done in concurrent.futures.as_completed([pool.submit(body, number) for number in range(count)]):
            done.result()


def imap(user=RITA):
    session = imaplib.IMAP4("127.0.0.1", host.ports["imap"], timeout=120)
    session.login(user, PASSWORDS[user.split("@")[0]])
    return session


def plain_socket(service, source="127.0.0.1", of=None):
    return socket.create_connection(("127.0.0.1", (of or host).ports[service]), timeout=PATIENCE, source_address=(source, 0))


def heard(connection, pattern):
    """Reads until a pattern has come, or the end; what was read."""
    octets = b""
    while not re.search(pattern, octets):
        piece = connection.recv(65536)
        if not piece:
            break
        octets += piece
    return octets


SMTP_REPLY = re.compile(rb"(?:[2-5]\d\d-[^\r\n]*\r\n)*[2-5]\d\d(?: [^\r\n]*)?\r\n")
IMAP_LINE = re.compile(rb"(?:\* |\+ |[^ \r\n*+]+ (?:OK|NO|BAD)\b)[^\r\n]*\r\n")


def refusals_of_smtp(octets):
    """What of a server's words is no reply of RFC 5321 §4.2."""
    while octets and (found := SMTP_REPLY.match(octets)):
        octets = octets[found.end():]
    return octets


def refusals_of_imap(octets):
    """What of a server's words is no response of RFC 9051 §7, its literals passed over."""
    while octets:
        found = IMAP_LINE.match(octets)
        if not found:
            return octets
        octets = octets[found.end():]
        line = found[0]
        while size := re.search(rb"\{(\d+)\}\r\n$", line):
            octets = octets[int(size[1]):]
            end = octets.find(b"\r\n") + 2
            line, octets = octets[:end], octets[end:]
    return b""


class MutatedStreams(unittest.TestCase):
    def setUp(self):
        self.watch = Watch(host)

    def tearDown(self):
        self.watch.check(self)

    def test_smtp_dialogues(self):
        begin = b"EHLO client.example\r\n"
        # Somebody of her own and an address of its own: wrong passwords slow both down.
        sofia = b"sofia@casadorio.example"
        login = begin + b"AUTH PLAIN " + base64.b64encode(b"\0" + sofia + b"\0demo-sofia-2026") + b"\r\n"
        mail = (b"MAIL FROM:<%s> SIZE=10 BODY=8BITMIME RET=HDRS ENVID=a+2Bb\r\nRCPT TO:<rita@acme.example> NOTIFY=NEVER ORCPT=rfc822;a@b\r\n"
                b"DATA\r\nFrom: %s\r\nSubject: x\r\n\r\n..\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<rita@acme.example>\r\nBDAT 6\r\nA: b\r\n"
                b"BDAT 0 LAST\r\nRSET\r\nVRFY x\r\nHELP\r\nQUIT\r\n")
        dialogues = {"smtp": begin + mail % (b"a@else.example", b"a@else.example"),
                     "submission": login + mail % (sofia, sofia)}
        mutated = Mutation(["\r\n", "\r", "\n", ".", "\r\n.\r\n", "\n.\n", "\r\n.\r", "<", ">", "@", ":", "\"", "=", "\0", "AUTH LOGIN\r\n",
                            "BDAT 99999999999 LAST", "STARTTLS\r\n", b"\xff\xfe", " SIZE=99999999999999999999", "A" * 3000], 8)

        heard = {}

        def one(number):
            service = ("smtp", "submission")[number % 4 == 3]
            peer = converse(host.ports[service], mutated(dialogues[service], dice("smtp", number)), quiet=0.5, source="127.0.0.20")
            said = peer.heard
            if peer.is_whole:
                heard[number] = said.count(b"\r\n")
            # Behind STARTTLS come TLS records.
            said = said.split(b"220 2.0.0 Ready", 1)[0] if b"220 2.0.0 Ready" in said else said
            self.assertEqual(refusals_of_smtp(said), b"", f"dialogue {number}")

        in_parallel(1_500 * SCALE, one)
        self.assertGreater(statistics.median(heard.values()), 10)

    def test_imap_dialogues(self):
        login = b"a0 LOGIN rita@acme.example demo-rita-2026\r\n"
        commands = [b"a1 SELECT INBOX\r\n",
                    b"a2 FETCH 1:* (UID FLAGS ENVELOPE BODY.PEEK[HEADER.FIELDS (From)]<0.10>)\r\n", b"a3 STORE 1:2 +FLAGS (\\Seen work)\r\n",
                    b"a4 SEARCH OR (SEEN 1:3) NOT UID 5:* RETURN (ALL)\r\n", b"a5 COPY 1 Trash\r\n",
                    b"a6 LIST (SUBSCRIBED) \"\" % RETURN (STATUS (MESSAGES))\r\n", b"a7 APPEND INBOX (\\Seen) {22+}\r\nSubject: x\r\n\r\nhello!!\r\n\r\n",
                    b"a8 CREATE \"a&AOk-/b\"\r\n", b"a9 STATUS INBOX (MESSAGES UNSEEN)\r\n", b"b1 UID MOVE 1:* Trash\r\n", b"b2 IDLE\r\nDONE\r\n",
                    b"b3 SEARCH TEXT {3+}\r\nabc\r\n", b"b4 UID FETCH 1:* (BODY.PEEK[] BODYSTRUCTURE)\r\n", b"b5 EXPUNGE\r\n", b"b6 LOGOUT\r\n"]
        mutated = Mutation(["{}", "()", "[]", "\"", "\\", "*", "%", "&", "~", "\r\n", "\0", " ", "9", "(" * 200, "{99999999999}", "{99999999999+}",
                            b"\xff", "{3}\r\n", "STARTTLS\r\n"], 3)

        heard = {}

        def one(number):
            throw = dice("imap", number)
            peer = converse(host.ports["imap"], b"".join(mutated(command, throw) for command in commands),
                            first=[(b"", rb"\n"), (login, rb"a0 OK")], quiet=0.5)
            said = peer.heard
            if peer.is_whole:
                heard[number] = said.count(b"\r\n")
            if b"Begin TLS" not in said:
                self.assertEqual(refusals_of_imap(said), b"", f"dialogue {number}")

        in_parallel(600 * SCALE, one)
        self.assertGreater(statistics.median(heard.values()), 10)

    def test_http_requests(self):
        client = WebClient(host, RITA)
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        head = f"Host: localhost\r\nCookie: {cookie}\r\nX-CSRF-Token: {client.csrf}\r\n"
        part = (f'--x1y2\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{client.csrf}\r\n--x1y2\r\nContent-Disposition: form-data; '
                'name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x1y2--\r\n')
        requests = [f"GET /mail/me HTTP/1.1\r\n{head}\r\n", f"GET /search/me?q=%22a%22&in=1 HTTP/1.1\r\n{head}\r\n",
                    f"POST /actions HTTP/1.1\r\n{head}Content-Length: 33\r\n\r\nbox=me&message=1&action=read&to=1",
                    f"POST /compose HTTP/1.1\r\n{head}Content-Type: multipart/form-data; boundary=x1y2\r\nContent-Length: {len(part)}\r\n\r\n{part}",
                    f"POST /uploads?name=x HTTP/1.1\r\n{head}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                    f"GET /people?q=a HTTP/1.0\r\n{head}\r\n", f"HEAD /compose?to=%ff%00 HTTP/1.1\r\n{head}\r\n"]
        mutated = Mutation(["\r\n", "\n", "\0", "%", "%00", "&", "=", ";", "..", "/", "Content-Length: 9999999999\r\n", "Transfer-Encoding: chunked\r\n",
                            "fffffffff\r\n", " HTTP/9.9", b"\xff\xfe", "A" * 20_000, "Cookie: " + "a=b; " * 1000 + "\r\n"], 5)

        def one(number):
            throw = dice("http", number)
            sent = mutated(throw.choice(requests).encode(), throw)
            with Conversation(host.ports["http"]) as peer:
                peer.say(sent)
                if not peer.listen(rb"\n", quiet=0.5):
                    # It waits for more of the request: what comes is more than any of them lacks, and the beginning of none.
                    peer.say(b"x" * 70_000 + b"\r\n\r\n")
                # What holds nothing but line ends is no request (RFC 9112 §2.2).
                asks = sent.strip(b"\r\n")
                if asks:
                    # Before our side ends: who asks and goes may not be answered any more.
                    peer.listen(rb"\n", quiet=PATIENCE)
                said = peer.end(quiet=0.5)
            if asks or said:
                self.assertRegex(said[:20], rb"^HTTP/1\.[01] [2-5]\d\d ", f"request {number}")
            self.assertNotRegex(said[:20], rb"HTTP/1\.1 500", f"request {number}")

        in_parallel(600 * SCALE, one)

    def test_messages(self):
        """Mutated mail goes the whole way: taken or refused at the door, filed, indexed, fetched in all forms, and shown."""
        corpus = [file.read_bytes() for file in sorted((ROOT / "Tests/Corpus/mime").glob("*.eml")) if file.stat().st_size < 20_000]
        mutated = Mutation(["\r\n", "--", "\"", "(", "<", "=?utf-8?B?", "?=", ";", ":", "\\", "\r\n\r\n", "--x\r\n", b"\xe9", "=\r\n", "%", "\0",
                            "Content-Type: multipart/mixed; boundary=x\r\n", "Content-Type: message/rfc822\r\n", "charset=utf-16"])
        taken = []

        def one(number):
            throw = dice("message", number)
            octets = mutated(throw.choice(corpus), throw)
            octets = re.sub(rb"\r\n|\r|\n", b"\r\n", octets)
            octets = re.sub(rb"(?m)^\.", b"..", octets).rstrip(b"\r\n") + b"\r\n"
            message = b"EHLO c\r\nMAIL FROM:<a@else.example>\r\nRCPT TO:<tomas@acme.example>\r\nDATA\r\n" + octets + b".\r\nQUIT\r\n"
            said = converse(host.ports["smtp"], message).heard
            self.assertEqual(refusals_of_smtp(said), b"", f"message {number}")
            if re.search(rb"\r\n354 [^\r]*\r\n250 ", said):
                taken.append(number)

        in_parallel(400 * SCALE, one)
        self.assertGreater(len(taken), 200 * SCALE)
        session = imap("tomas@acme.example")
        wait_until("all are filed", lambda: int(session.select("INBOX", readonly=True)[1][0]) == len(taken), 120)
        for items in ("(FLAGS UID ENVELOPE BODYSTRUCTURE BODY RFC822.SIZE)", "(BODY.PEEK[HEADER.FIELDS (From Subject)] BODY.PEEK[1] BODY.PEEK[1.2.MIME])",
                      "(BODY.PEEK[])"):
            found = [line for line in session.fetch("1:*", items)[1] if line != b")"]
            self.assertGreaterEqual(len(found), len(taken))
        self.assertEqual(session.search(None, "TEXT", "zzzunlikely")[0], "OK")
        client = WebClient(host, "tomas@acme.example")
        page = client.get("/")[2]
        shown = sorted(set(re.findall(r"/mail/me/\d+/\d+", page)))[:40]
        self.assertTrue(shown)
        for path in shown:
            self.assertEqual(client.get(path)[0], 200, path)


class Limits(unittest.TestCase):
    """Each is bounded by a limit that has a name; beside it the host goes on for others."""

    def setUp(self):
        self.watch = Watch(host)

    def tearDown(self):
        session = imap()
        self.assertEqual(session.noop()[0], "OK")
        session.logout()
        self.watch.check(self, growth=150 << 20)

    def test_replyBuffer_of_clients_that_never_read(self):
        """50 MB are asked for by each of ten clients that read nothing."""
        with smtplib.SMTP("127.0.0.1", host.ports["smtp"], "client.example") as session:
            session.sendmail("a@else.example", [RITA], b"Subject: large\r\n\r\n" + (b"x" * 70 + b"\r\n") * 280_000)
        reader = imap()
        wait_until("it is there", lambda: reader.select("INBOX", readonly=True) and reader.search(None, "LARGER", "10000000")[1][0], 60)
        connections = []
        for _ in range(10):
            connection = plain_socket("imap", "127.0.0.3")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            heard(connection, rb"\r\n")
            connection.sendall(b"a LOGIN rita@acme.example demo-rita-2026\r\nb SELECT INBOX\r\n")
            heard(connection, rb"b OK")
            connection.sendall(b"c FETCH 1:* BODY.PEEK[]\r\n" * 3)
            connections.append(connection)
        client = WebClient(host, RITA)
        path = re.search(r"/mail/me/\d+/(\d+)", client.get("/")[2])
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        for _ in range(10):
            connection = plain_socket("http", "127.0.0.3")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.sendall(f"GET /message/me/{path[1]}/source HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode())
            connections.append(connection)
        for _ in range(5):
            connection = plain_socket("smtp", "127.0.0.3")
            connection.settimeout(2)
            try:
                connection.sendall(b"NOOP\r\n" * 1_000_000)
            except TimeoutError:
                pass
            connections.append(connection)
        time.sleep(3)
        self.watch.check(self, growth=120 << 20)
        for connection in connections:
            connection.close()

    def test_connections_per_address(self):
        """5,000 from one address: 100 are served, the others told so, and another address is served meanwhile.

        At the doors of SMTP, where those who say nothing stay for minutes.
        """
        connections = []
        for number in range(5_000):
            connections.append(socket.create_connection(("127.0.0.1", host.ports[("smtp", "submission")[number % 2]]), 60, ("127.0.0.9", 0)))
        greetings = {b"220": 0, b"421": 0, b"": 0}
        for connection in connections:
            connection.settimeout(60)
            try:
                greetings[connection.recv(3)] += 1
            except ConnectionResetError:
                greetings[b""] += 1
        self.assertEqual(greetings, {b"220": 100, b"421": 4_900, b"": 0})
        session = imap()
        self.assertEqual(session.noop()[0], "OK")
        session.logout()
        for connection in connections:
            connection.close()

        def again():
            with socket.create_connection(("127.0.0.1", host.ports["smtp"]), 60, ("127.0.0.9", 0)) as one:
                return one.recv(3) == b"220"
        wait_until("the address is served again", again)

    def test_web_connections_per_address(self):
        """The same of the web: who has a connection there is answered, the others are closed."""
        connections = [socket.create_connection(("127.0.0.1", host.ports["http"]), 60, ("127.0.0.11", 0)) for _ in range(5_000)]
        heard = collections.Counter()
        for connection in connections:
            try:
                connection.sendall(b"GET /login HTTP/1.1\r\nHost: localhost\r\n\r\n")
                heard[connection.recv(12)] += 1
            except OSError:
                heard[b""] += 1
        self.assertEqual(heard, {b"HTTP/1.1 200": 100, b"": 4_900})
        self.assertEqual(WebClient(host).get("/login")[0], 200)
        for connection in connections:
            connection.close()

        def again():
            with socket.create_connection(("127.0.0.1", host.ports["http"]), 60, ("127.0.0.11", 0)) as one:
                one.sendall(b"GET /login HTTP/1.0\r\n\r\n")
                return one.recv(12) == b"HTTP/1.1 200"
        wait_until("the address is served again", again)

    def test_literals_of_4_gigabytes(self):
        """`literalSize`, `discardedLiteral` and the account's largest message."""
        with imap() as session:
            for size in ("4294967296", "4294967295", "52428801"):
                answer = session._simple_command("APPEND", "INBOX", "{" + size + "}")
                self.assertEqual(answer[0], "NO")
                self.assertIn(b"TOOBIG", answer[1][0])
        for command, said in ((b"a LOGIN {4294967296}\r\n", rb"a BAD"), (b"a LOGIN {4294967296+}\r\n", rb"\* BYE \[TOOBIG\]"),
                              (b"a LOGIN {99999999999999999999999}\r\n", rb"a BAD"), (b"a LOGIN {65537}\r\n", rb"a BAD"),
                              (b"a LOGIN {65536}\r\n", rb"\+ ")):
            connection = plain_socket("imap")
            heard(connection, rb"\r\n")
            connection.sendall(command)
            self.assertRegex(heard(connection, rb"\r\n"), said)
            connection.close()

    def test_literals_of_a_refused_command(self):
        """Any number of them, before log-in, in one piece."""
        peer = converse(host.ports["imap"], b"a LOGIN {70000+}\r\n" + b"x" * 70_000 + b"{1+}\r\nx" * 40_000 + b"\r\nb NOOP\r\nc LOGOUT\r\n")
        self.assertIn(b"b OK", peer.heard)

    def test_sizes_that_are_announced_to_smtp(self):
        connection = plain_socket("smtp")
        heard(connection, rb"\r\n")
        connection.sendall(b"EHLO c\r\nMAIL FROM:<a@else.example> SIZE=4294967296\r\n")
        self.assertRegex(heard(connection, rb"\n552[^\n]*\n"), rb"\n552 5\.3\.4")
        connection.sendall(b"MAIL FROM:<a@else.example>\r\nRCPT TO:<rita@acme.example>\r\nBDAT 4294967296\r\n")
        self.assertRegex(heard(connection, rb"\n552[^\n]*\n"), rb"552 5\.3\.4")
        self.assertEqual(heard(connection, rb"never"), b"", "the connection goes")
        connection.close()

    def test_header_of_100_megabytes(self):
        """`header`: 512 KB; behind the message's largest size and `overrun` the peer is told, and cut `farewell` later."""
        connection = plain_socket("smtp")
        heard(connection, rb"\r\n")
        connection.sendall(b"EHLO c\r\nMAIL FROM:<a@else.example>\r\nRCPT TO:<rita@acme.example>\r\nDATA\r\n")
        heard(connection, rb"354[^\n]*\n")
        field, sent = b"X-Field: " + b"x" * 900 + b"\r\n", 0
        while sent < 100 << 20 and not select.select([connection], [], [], 0)[0]:
            connection.sendall(field * 1000)
            sent += len(field) * 1000
        self.assertLess(sent, 100 << 20)
        self.assertRegex(heard(connection, rb"\n"), rb"552 5\.3\.4")
        connection.close()

    def test_header_at_its_limit(self):
        for length, code in ((500 << 10, 250), (530 << 10, 552)):
            with smtplib.SMTP("127.0.0.1", host.ports["smtp"], "client.example") as session:
                session.ehlo()
                session.mail("a@else.example")
                session.rcpt("ines@acme.example")
                header = b"X-Field: " + b"x" * 90 + b"\r\n"
                self.assertEqual(session.data(header * (length // len(header)) + b"\r\nbody\r\n")[0], code)

    def test_appended_header_of_40_megabytes(self):
        with imap("ines@acme.example") as session:
            message = (b"X-Field: " + b"x" * 900 + b"\r\n") * 46_000 + b"Subject: behind the limit\r\n\r\nbody\r\n"
            self.assertEqual(session.append("INBOX", None, None, message)[0], "OK")
            session.select("INBOX")
            self.assertEqual(session.fetch("*", "(ENVELOPE BODYSTRUCTURE RFC822.SIZE)")[0], "OK")
            size = int(re.search(rb"RFC822.SIZE (\d+)", session.fetch("*", "(RFC822.SIZE)")[1][0])[1])
            self.assertEqual(size, len(message))

    def deliver(self, octets):
        with smtplib.SMTP("127.0.0.1", host.ports["smtp"], "client.example", timeout=120) as session:
            session.sendmail("a@else.example", ["ines@acme.example"], octets)

    def look(self, subject):
        """The message in all forms, by IMAP and on the web."""
        session = imap("ines@acme.example")
        session.select("INBOX", readonly=True)
        uid = wait_until("it is filed", lambda: session.noop() and session.uid("SEARCH", "SUBJECT", subject)[1][0], 60)
        structure = session.uid("FETCH", uid, "(BODYSTRUCTURE)")[1]
        self.assertEqual(session.uid("FETCH", uid, "(ENVELOPE BODY BODY.PEEK[] BODY.PEEK[1.1.1.1])")[0], "OK")
        session.logout()
        client = WebClient(host, "ines@acme.example")
        path = re.search(r"/mail/me/\d+/\d+", client.get(f"/search/me?q={subject}")[2])[0]
        status, _, page = client.get(path)
        self.assertEqual(status, 200)
        self.assertLess(len(page), 8 << 20)
        return structure

    def test_parts_10000(self):
        """`ParsingLimits.parts`."""
        for count, subject in ((9_999, "manyparts"), (10_001, "toomanyparts")):
            parts = b"".join(b"--b\r\nContent-Type: text/plain\r\n\r\n%d\r\n" % number for number in range(count))
            self.deliver(f"Subject: {subject}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n".encode() + parts + b"--b--\r\n")
            structure = self.look(subject)
            self.assertLessEqual(str(structure).count("plain"), 10_000)

    def test_levels_1000(self):
        """`ParsingLimits.depth`."""
        for kind in ("multipart", "message"):
            octets = f"Subject: {kind}levels\r\n".encode()
            for level in range(1_000):
                octets += (b"Content-Type: message/rfc822\r\n\r\n" if kind == "message" else
                           b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level))
            self.deliver(octets + b"\r\ninnermost\r\n")
            self.look(f"{kind}levels")

    def test_web_requests(self):
        """`headerField`, `headerList`, `headerFields`, `form`, `upload`."""
        client = WebClient(host, RITA)
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        head = f"Host: localhost\r\nCookie: {cookie}\r\nX-CSRF-Token: {client.csrf}\r\n"
        for request, said in (
                (f"GET /login HTTP/1.1\r\n{head}X: {'x' * (17 << 10)}\r\n\r\n", rb"^HTTP/1.1 4(00|31) "),
                (f"GET /login HTTP/1.1\r\n{head}" + "".join(f"X{n}: x\r\n" for n in range(101)) + "\r\n", rb"^HTTP/1.1 4(00|31) "),
                (f"POST /actions HTTP/1.1\r\n{head}Content-Length: 4194305\r\n\r\n", rb"^HTTP/1.1 413"),
                (f"POST /settings HTTP/1.1\r\n{head}Content-Length: 99999999999\r\n\r\n", rb"^HTTP/1.1 413"),
                (f"POST /uploads?name=x HTTP/1.1\r\n{head}Transfer-Encoding: chunked\r\n\r\n6\r\nhello\r\n0\r\n\r\n", rb"^HTTP/1.1 400"),
                ("nonsense\r\n\r\n", rb"^HTTP/1.1 400")):
            with plain_socket("http") as connection:
                connection.sendall(request.encode())
                self.assertRegex(heard(connection, rb"\r\n")[:20], said, request[:80])
        # What goes on coming behind the answer is not read for ever, whatever the answer is.
        for request, said in ((f"POST /uploads?name=x HTTP/1.1\r\n{head}", b"HTTP/1.1 422"), ("POST /uploads?name=x HTTP/1.1\r\n", b"HTTP/1.1 303"),
                              ("GET /login HTTP/1.1\r\n", b"HTTP/1.1 200")):
            with self.subTest(request=request[:40]), plain_socket("http") as connection:
                connection.sendall(f"{request}Content-Length: {60 << 30}\r\n\r\n".encode())
                answer = b""
                with self.assertRaises(OSError):
                    while True:
                        connection.sendall(b"x" * (1 << 20))
                        answer = answer or (connection.recv(12) if select.select([connection], [], [], 0)[0] else b"")
                self.assertEqual(answer, said)

    def test_frames_at_a_local_socket(self):
        """`LocalSocketLimits.frame`."""
        for name in ("auth.sock", "control.sock", "mail-admin.sock", "mail-health.sock"):
            for octets in (struct.pack(">I", 0xffffffff), struct.pack(">I", 3) + b"{}}", struct.pack(">I", 8 << 20) + b"[" * (8 << 20)):
                with socket.socket(socket.AF_UNIX) as connection:
                    connection.settimeout(60)
                    connection.connect(str(host.data / "run" / name))
                    try:
                        connection.sendall(octets)
                        self.assertEqual(connection.recv(1), b"")
                    except (BrokenPipeError, ConnectionResetError):
                        pass
        self.assertEqual(host.status().returncode, 0)


class SlowLogIn(unittest.TestCase):
    """`login_time`: who does not log in within 5 s goes, however often something comes."""

    def setUp(self):
        self.host = with_limits("login_time: 5s")
        self.addCleanup(self.host.close)

    def test_a_byte_at_a_time(self):
        # What it is told at its end is said however long a busy machine takes to say it.
        self.host.environment = {"MALAPOSTA_LIMITS": f"imap.farewellTime={PATIENCE}"}
        self.host.start()
        start = time.monotonic()
        with plain_socket("imap", of=self.host) as connection:
            said = heard(connection, rb"\r\n")
            for octet in b"a LOGIN " + b"x" * 200:
                if select.select([connection], [], [], 0.5)[0]:
                    break
                connection.sendall(bytes([octet]))
            else:
                self.fail("it goes on")
            self.assertIn(b"* BYE Too slow to log in", said + heard(connection, rb"BYE [^\n]*\n"))
        self.assertGreater(time.monotonic() - start, 4)

    def test_within_a_handshake(self):
        """Where nothing can be said, and the farewell's own time is what is waited for."""
        self.host.start()
        with plain_socket("imaps", of=self.host) as connection:
            connection.sendall(b"\x16\x03\x01\x02\x00\x01")
            self.assertEqual(heard(connection, rb"never"), b"")


class SlowMail(unittest.TestCase):
    """`sessionTime`: a client of SMTP that sends an octet a second is never silent, and is ended all the same."""

    def test_a_byte_a_second(self):
        slow = Host(demo=False)
        slow.environment = {"MALAPOSTA_LIMITS": "smtp.sessionTime=30"}
        try:
            slow.start()
            in_parallel(2, lambda number: self.speak(slow, number))
            with smtplib.SMTP("127.0.0.1", slow.ports["smtp"], "client.example") as session:
                session.sendmail("a@else.example", [RITA], b"Subject: quick\r\n\r\nx\r\n")
        finally:
            slow.close()

    def speak(self, slow, number):
        """Within a command, and within a message."""
        with socket.create_connection(("127.0.0.1", slow.ports["smtp"]), 60) as connection:
            heard(connection, rb"220 [^\n]*\n")
            if number == 1:
                connection.sendall(b"HELO c\r\nMAIL FROM:<a@else.example>\r\nRCPT TO:<rita@acme.example>\r\nDATA\r\n")
                heard(connection, rb"\n354[^\n]*\n")
            for _ in range(120):
                connection.sendall(b"x")
                if select.select([connection], [], [], 1)[0]:
                    break
            self.assertRegex(heard(connection, rb"\n"), rb"^421 4\.4\.2 This session has lasted too long\r\n")
            self.assertEqual(heard(connection, rb"never"), b"", "the connection goes")


class Descriptors(unittest.TestCase):
    """A host that may hold few descriptors: connections wait, nothing falls."""

    def test_no_descriptors_left(self):
        small = with_limits("connections_per_address: 5000")
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        try:
            # The programs raise the soft limit to the hard one: the hard one is what counts.
            small.start(limits={resource.RLIMIT_NOFILE: (512, 700)})
            process = worker(small)
            for service in ("imap", "smtp", "http"):
                try:
                    connections = [socket.create_connection(("127.0.0.1", small.ports[service]), 60) for _ in range(900)]
                except ConnectionRefusedError:
                    self.fail(f"{service} is gone:\n{small.log()}")
                time.sleep(1)
                for connection in connections:
                    connection.close()

                def serves():
                    with contextlib.suppress(OSError), plain_socket(service, of=small) as one:
                        one.sendall(b"GET /login HTTP/1.0\r\n\r\n" if service == "http" else b"")
                        return one.recv(4)
                wait_until(f"{service} serves again", serves)
            self.assertEqual(worker(small), process, small.log())
            self.assertLess(memory(process), 500 << 20)
        finally:
            small.close()
        self.assertEqual(resource.getrlimit(resource.RLIMIT_NOFILE), before)


if __name__ == "__main__":
    unittest.main()
