"""Behind a proxy: PROXY protocol v2 on mail ports, X-Forwarded-For on web ports, from declared proxies only."""
import http.client
import imaplib
import smtplib
import socket
import ssl
import struct
import unittest

from host import PASSWORDS, Host, wait_until

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
host = None


def header(client):
    """Version 2, PROXY, TCP over IPv4."""
    addresses = socket.inet_aton(client) + socket.inet_aton("192.0.2.1") + struct.pack("!HH", 40000, 25)
    return SIGNATURE + b"\x21\x11" + struct.pack("!H", len(addresses)) + addresses


def connected(port, client):
    made = socket.create_connection(("127.0.0.1", port), timeout=30)
    made.sendall(header(client))
    return made


class ProxiedSMTP(smtplib.SMTP):
    def __init__(self, port, client):
        self.client = client
        super().__init__("127.0.0.1", port, local_hostname="client.example", timeout=30)

    def _get_socket(self, host, port, timeout):
        return connected(port, self.client)


class ProxiedIMAP(imaplib.IMAP4):
    def __init__(self, port, client):
        self.client = client
        super().__init__("127.0.0.1", port, timeout=30)

    def _create_socket(self, timeout=None):
        return connected(self.port, self.client)


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
            with socket.create_connection(("127.0.0.1", host.ports[port]), timeout=30) as made:
                made.sendall(b"EHLO client.example\r\n" * 3)
                try:
                    self.assertEqual(made.recv(100), b"", port)
                except ConnectionResetError:
                    pass

    def test_the_client_of_a_web_port_is_whom_the_proxy_names(self):
        def login(forwarded):
            connection = http.client.HTTPConnection("127.0.0.1", host.ports["http"], timeout=30)
            connection.request("GET", "/login", headers={"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"})
            answer = connection.getresponse()
            answer.read()
            return answer

        answer = login("203.0.113.9, 198.51.100.9")
        self.assertEqual(answer.status, 200)
        # Nobody could read it on its way, so that cookies and caches are told so.
        self.assertTrue(answer.getheader("Strict-Transport-Security") or "Secure" in (answer.getheader("Set-Cookie") or ""))
