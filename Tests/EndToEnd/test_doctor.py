"""`malaposta doctor` in a network namespace with name servers and mail servers of the test's own."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import textwrap
import unittest

from host import Host, wait_until

PROBLEMS = "problem"
NAMED = "/usr/sbin/named"


def may_make_namespaces():
    if os.geteuid() != 0 or not shutil.which("ip"):
        return False
    name = f"mp-try-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True)
    subprocess.run(["ip", "netns", "del", name], capture_output=True)
    return made.returncode == 0


class Network:
    """A namespace with this host's address, another mail server's, and a name server that both ask."""

    OWN, OTHER, SILENT, CLOSED, RESOLVER = "192.0.2.25", "198.51.100.25", "198.51.100.26", "198.51.100.27", "127.0.0.53"

    def __init__(self):
        self.name = f"mp-{os.getpid()}"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="malaposta-doctor-"))
        self.prefix = ["ip", "netns", "exec", self.name]
        self.processes = []
        subprocess.run(["ip", "netns", "add", self.name], check=True)
        self.run("ip", "link", "set", "lo", "up")
        for address in (self.OWN, self.OTHER, self.SILENT, self.CLOSED, self.RESOLVER):
            self.run("ip", "address", "add", f"{address}/32", "dev", "lo")

    def run(self, *words):
        subprocess.run([*self.prefix, *words], check=True)

    def start(self, *words):
        process = subprocess.Popen([*self.prefix, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    def name_server(self, zones):
        """bind9 with these zones, recursing to nobody."""
        text = textwrap.dedent(f"""
            options {{ directory "{self.folder}"; listen-on port 53 {{ 127.0.0.53; }}; listen-on-v6 {{ none; }}; recursion yes;
                dnssec-validation no; pid-file "{self.folder}/named.pid"; session-keyfile "{self.folder}/session.key";
                empty-zones-enable no; }};
            controls {{ }};
            """)
        for zone, records in zones.items():
            file = self.folder / f"{zone}.zone"
            file.write_text(f"$TTL 60\n@ SOA ns.{zone}. hostmaster.{zone}. 1 60 60 60 60\n@ NS ns.{zone}.\nns A 127.0.0.53\n{records}\n")
            text += f'zone "{zone}" {{ type primary; file "{file}"; }};\n'
        (self.folder / "named.conf").write_text(text)
        server = self.start(NAMED, "-f", "-c", str(self.folder / "named.conf"))
        # It answers before it has read all of them.
        wait_until("the name server answers for each zone", lambda: all(self.answers(zone) for zone in zones))
        return server

    def answers(self, zone):
        question = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + b"".join(
            bytes([len(label)]) + label.encode() for label in zone.split(".")) + b"\x00\x00\x06\x00\x01"
        script = ("import socket,sys;s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);s.settimeout(1);"
                  f"s.sendto(bytes.fromhex('{question.hex()}'),('127.0.0.53',53));a=s.recv(512);sys.exit(a[3]&15)")
        return subprocess.run([*self.prefix, sys.executable, "-c", script], stderr=subprocess.DEVNULL).returncode == 0

    def mail_server(self, address, speaks):
        script = textwrap.dedent(f"""
            import socketserver, time
            class Session(socketserver.StreamRequestHandler):
                def handle(self):
                    if not {speaks}:
                        time.sleep(600)
                    self.wfile.write(b"220 mx.elsewhere.example ESMTP\\r\\n")
                    for line in self.rfile:
                        quits = line.upper().startswith(b"QUIT")
                        self.wfile.write(b"221 Bye\\r\\n" if quits else b"250 mx.elsewhere.example\\r\\n")
                        if quits:
                            return
            socketserver.ThreadingTCPServer.allow_reuse_address = True
            server = socketserver.ThreadingTCPServer(("{address}", 25), Session)
            server.daemon_threads = True
            server.serve_forever()
            """)
        self.start(sys.executable, "-c", script)
        wait_until("the mail server listens", lambda: subprocess.run(
            [*self.prefix, sys.executable, "-c", f"import socket;socket.create_connection(('{address}',25),1)"],
            stderr=subprocess.DEVNULL).returncode == 0)

    def close(self):
        for process in self.processes:
            process.kill()
            process.wait()
        subprocess.run(["ip", "netns", "del", self.name])
        shutil.rmtree(self.folder, ignore_errors=True)


GOOD = {
    "malaposta.example": "mail A 192.0.2.25",
    "2.0.192.in-addr.arpa": "25 PTR mail.malaposta.example.",
    "acme.example": "@ MX 10 mail.malaposta.example.",
    "acme-travel.example": "@ MX 10 mail.malaposta.example.",
    "casadorio.example": "@ MX 10 mail.malaposta.example.",
}

network = host = server = None


@unittest.skipUnless(may_make_namespaces() and os.path.exists(NAMED), "needs root, ip netns and bind9")
class Doctor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        global network, host
        network = Network()
        host = Host(demo=False)
        host.within = network.prefix
        anchor = network.folder / "anchor"
        # An island of trust that is asked nothing: all other names are insecure, as no zone here is signed.
        anchor.write_text("island.invalid. 3600 IN DS 1 8 2 " + "00" * 32 + "\n")
        file = host.configuration / "malaposta.yaml"
        text = file.read_text().replace("addresses: []", f"addresses: [{network.OWN}]")
        file.write_text(text + "\ndns: { forward_to: [127.0.0.53], trust_anchor_file: %s, private_servers: true }\n" % anchor)
        host.start()
        network.mail_server(network.OTHER, speaks=True)
        network.mail_server(network.SILENT, speaks=False)

    @classmethod
    def tearDownClass(cls):
        host.close()
        network.close()

    def setUp(self):
        self.server = None

    def tearDown(self):
        if self.server:
            self.server.kill()
            self.server.wait()

    def doctor(self, zones, *words, deadline=120):
        """- deadline: what has to be found in time has much of it; what finds nothing takes all of it."""
        if zones:
            self.server = network.name_server(zones)
        shown = host.command("doctor", "--json", "--deadline", str(deadline), *words)
        findings = json.loads(shown.stdout)["findings"]
        return shown.returncode, {finding["probe"]: finding for finding in findings}

    def finding(self, findings, beginning):
        return next(finding for probe, finding in findings.items() if probe.startswith(beginning))

    def test_all_is_well(self):
        code, found = self.doctor(GOOD, "--target", network.OTHER)
        bad = {probe: finding for probe, finding in found.items() if finding["verdict"] == PROBLEMS}
        self.assertEqual((code, bad), (0, {}))
        for beginning in ("name of this host", "reverse name of 192.0.2.25", "MX of acme.example", "port 25 of", "disk", "test message"):
            self.assertEqual(self.finding(found, beginning)["verdict"], "good", found)
        self.assertIn("self-signed", self.finding(found, "certificate ")["now"])
        # The test message is gone again, and mail to admins about their domains is filed.
        wait_until("the queue is empty", lambda: json.loads(host.command("queue", "list", "--json").stdout)["messages"] == [])
        text = host.command("doctor", "--target", network.OTHER)
        for line in text.stdout.splitlines():
            if str(host.folder) not in line:
                self.assertLessEqual(len(line), 80, line)

    def test_names_that_lead_elsewhere(self):
        zones = GOOD | {
            "malaposta.example": "mail A 192.0.2.99",
            "2.0.192.in-addr.arpa": "25 PTR other.malaposta.example.",
            "acme.example": "@ MX 10 mx.elsewhere.example.",
            "casadorio.example": "@ MX 10 mail.malaposta.example.\n@ MX 20 mx.elsewhere.example.",
        }
        code, found = self.doctor(zones)
        self.assertEqual(code, 1)
        for beginning, verdict, now in (
                ("name of this host", PROBLEMS, "192.0.2.99"), ("reverse name of", PROBLEMS, "other.malaposta.example"),
                ("MX of acme.example", PROBLEMS, "mx.elsewhere.example"), ("MX of casadorio.example", "warning", "mx.elsewhere.example"),
                ("port 25 outwards", "skipped", "no server was named")):
            finding = self.finding(found, beginning)
            self.assertEqual(finding["verdict"], verdict, finding)
            self.assertIn(now, finding["now"])
            self.assertTrue(finding["wanted"])
            if verdict != "skipped":
                self.assertTrue(finding["consequence"])

    def test_names_that_are_not_there(self):
        zones = GOOD | {"malaposta.example": "www A 192.0.2.25", "2.0.192.in-addr.arpa": "", "acme.example": ""}
        code, found = self.doctor(zones)
        self.assertEqual(code, 1)
        self.assertEqual(self.finding(found, "name of this host")["verdict"], PROBLEMS)
        self.assertEqual(self.finding(found, "reverse name of")["now"], "no such name")
        self.assertEqual(self.finding(found, "MX of acme.example")["now"], "no such record")

    def test_ways_out_that_are_closed_or_silent(self):
        code, found = self.doctor(GOOD, "--target", network.CLOSED)
        self.assertEqual(code, 1)
        self.assertIn("cannot be reached", self.finding(found, "port 25 of")["now"])
        self.server.kill()
        self.server.wait()
        code, found = self.doctor(GOOD, "--target", network.SILENT, deadline=20)
        self.assertEqual(code, 1)
        self.assertIn("in time", self.finding(found, "port 25 of")["now"])

    def test_without_any_name_server_every_look_still_ends(self):
        code, found = self.doctor(None)
        self.assertEqual(code, 1)
        self.assertEqual(self.finding(found, "name of this host")["verdict"], PROBLEMS)
        self.assertEqual(self.finding(found, "test message")["verdict"], "good")

    def test_mail_that_does_not_arrive(self):
        code, found = self.doctor(GOOD, "--to", "nobody@acme.example")
        self.assertEqual(code, 1)
        self.assertEqual(self.finding(found, "test message")["verdict"], PROBLEMS)


if __name__ == "__main__":
    unittest.main()
