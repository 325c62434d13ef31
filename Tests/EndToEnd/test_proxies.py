"""Behind a proxy: PROXY protocol v2 on mail ports, X-Forwarded-For on web ports, from declared proxies only."""
import html
import http.client
import imaplib
import re
import smtplib
import socket
import ssl
import struct
import unittest
import urllib.parse

from host import PASSWORDS, PATIENCE, Host, wait_until

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
host = None


def header(client):
    """Version 2, PROXY, TCP over IPv4."""
    addresses = socket.inet_aton(client) + socket.inet_aton("192.0.2.1") + struct.pack("!HH", 40000, 25)
    return SIGNATURE + b"\x21\x11" + struct.pack("!H", len(addresses)) + addresses


def connected(port, client):
    made = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    made.sendall(header(client))
    return made


class ProxiedSMTP(smtplib.SMTP):
    def __init__(self, port, client):
        self.client = client
        super().__init__("127.0.0.1", port, local_hostname="client.example", timeout=PATIENCE)

    def _get_socket(self, host, port, timeout):
        return connected(port, self.client)


class ProxiedIMAP(imaplib.IMAP4):
    def __init__(self, port, client):
        self.client = client
        super().__init__("127.0.0.1", port, timeout=PATIENCE)

    def _create_socket(self, timeout=None):
        return connected(self.port, self.client)


def web(of, forwarded, user, password):
    """Logs in at a host's web port as a browser behind a proxy; the answer."""
    headers = {"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"}
    connection = http.client.HTTPConnection("127.0.0.1", of.ports["http"], timeout=PATIENCE)
    connection.request("GET", "/login", headers=headers)
    page = connection.getresponse()
    token = html.unescape(re.search(r'name="csrf" value="([^"]+)"', page.read().decode())[1])
    cookies = "; ".join(line.split(";")[0] for line in page.headers.get_all("Set-Cookie"))
    fields = urllib.parse.urlencode({"csrf": token, "next": "", "name": user, "password": password})

    # A busy machine may take longer to check a password than the web worker waits: 503 says to try again.
    def answered():
        connection.request("POST", "/login", fields, {**headers, "Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        answer.read()
        return answer if answer.status != 503 else None

    answer = wait_until("the log-in is answered", answered)
    connection.close()
    return answer


def guess_until_it_must_wait(of, forwarded):
    """Fails as a client until it is to wait for longer than a slow machine takes to ask again, whomever it names. Each guess is at
    another account, which so has nothing to wait for itself. - forwarded: makes the field of the next request."""
    number = 0

    def guess():
        nonlocal number
        number += 1
        answer = web(of, forwarded(number), f"nobody{number}@acme.example", "a wrong one")
        assert answer.status in (401, 429), answer.status
        return answer.status == 429 and int(answer.getheader("Retry-After")) >= 12

    wait_until("the client must wait", guess, 5 * PATIENCE)


def setUpModule():
    global host
    host = Host(demo=False)
    file = host.configuration / "malaposta.yaml"
    file.write_text(file.read_text() + "\nproxies: [127.0.0.0/8]\n")
    host.start()


def tearDownModule():
    if host:
        host.close()


class Proxies(unittest.TestCase):
    def test_the_client_of_a_mail_port_is_whom_the_proxy_names(self):
        with ProxiedSMTP(host.ports["smtp"], "198.51.100.7") as server:
            server.sendmail("maria@elsewhere.example", ["rita@acme.example"], "Subject: proxied\r\n\r\nx\r\n")

        def received():
            # Not a loopback client any more: passwords go over TLS alone.
            client = ProxiedIMAP(host.ports["imap"], "198.51.100.8")
            self.assertNotIn("AUTH=PLAIN", client.capabilities)
            self.assertIn("LOGINDISABLED", client.capabilities)
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            client.starttls(context)
            client.login("rita@acme.example", PASSWORDS["rita"])
            client.select("INBOX")
            found = client.search(None, "SUBJECT", "proxied")[1][0].split()
            text = client.fetch(found[0], "(BODY.PEEK[HEADER])")[1][0][1].decode() if found else ""
            client.logout()
            return text

        self.assertIn("from client.example ([198.51.100.7])", wait_until("the mail is there", received))

    def test_a_proxy_that_names_nobody_is_cut(self):
        for port in ("smtp", "imap"):
            with socket.create_connection(("127.0.0.1", host.ports[port]), timeout=PATIENCE) as made:
                made.sendall(b"EHLO client.example\r\n" * 3)
                try:
                    self.assertEqual(made.recv(100), b"", port)
                except ConnectionResetError:
                    pass

    def test_the_client_of_a_web_port_is_whom_the_proxy_names(self):
        def login(forwarded):
            connection = http.client.HTTPConnection("127.0.0.1", host.ports["http"], timeout=PATIENCE)
            connection.request("GET", "/login", headers={"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"})
            answer = connection.getresponse()
            answer.read()
            return answer

        answer = login("203.0.113.9, 198.51.100.9")
        self.assertEqual(answer.status, 200)
        # Nobody could read it on its way, so that cookies and caches are told so.
        self.assertTrue(answer.getheader("Strict-Transport-Security") or "Secure" in (answer.getheader("Set-Cookie") or ""))

    def test_throttling_sees_the_client_behind_the_proxy(self):
        rita = ("rita@acme.example", PASSWORDS["rita"])
        # What a client wrote into the field itself stands before what the proxy adds, and is not believed.
        guess_until_it_must_wait(host, lambda number: f"203.0.113.{number % 250}, 198.51.100.66")
        self.assertEqual(web(host, "198.51.100.66", *rita).status, 429)
        self.assertEqual(web(host, "198.51.100.67", *rita).status, 303)


class UndeclaredProxies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.host = Host(demo=False)
        cls.addClassCleanup(cls.host.close)
        cls.host.start()

    def test_a_header_of_another_peer_is_not_believed(self):
        """It is taken for commands, and is none; the peer stays who it is. Before the test of the field, which makes this client wait."""
        def say(made, line, answer):
            """Gives what comes until a line that begins so."""
            made.sendall(line + b"\r\n")
            seen = []
            while not seen or not seen[-1].startswith(answer):
                seen.append(replies.readline())
                self.assertTrue(seen[-1], seen)
            return b"".join(seen)

        with connected(self.host.ports["smtp"], "198.51.100.7") as made, made.makefile("rb") as replies:
            say(made, b"\r\nEHLO client.example", b"250 ")
            for line, answer in ((b"MAIL FROM:<maria@elsewhere.example>", b"250 "), (b"RCPT TO:<tomas@acme.example>", b"250 "),
                                 (b"DATA", b"354 "), (b"Subject: forged\r\n\r\nx\r\n.", b"250 ")):
                say(made, line, answer)
        with connected(self.host.ports["imap"], "198.51.100.8") as made, made.makefile("rb") as replies:
            # Plain passwords are for loopback alone.
            self.assertIn(b"AUTH=PLAIN", say(made, b"\r\na1 CAPABILITY", b"a1 OK"))

        def received():
            with imaplib.IMAP4("127.0.0.1", self.host.ports["imap"], timeout=PATIENCE) as client:
                client.login("tomas@acme.example", PASSWORDS["tomas"])
                client.select("INBOX")
                found = client.search(None, "SUBJECT", "forged")[1][0].split()
                return client.fetch(found[0], "(BODY.PEEK[HEADER])")[1][0][1].decode() if found else ""

        text = wait_until("the mail is there", received)
        self.assertIn("from client.example ([127.0.0.1])", text)
        self.assertNotIn("198.51.100.7", text)

    def test_the_field_of_another_peer_is_not_believed(self):
        guess_until_it_must_wait(self.host, lambda number: f"203.0.113.{number % 250}")
        self.assertEqual(web(self.host, "198.51.100.67", "rita@acme.example", PASSWORDS["rita"]).status, 429)
