"""`malaposta doctor` in a network namespace with mail servers of the test's own."""
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

PROBLEM = "problem"


def may_make_namespaces():
    if os.geteuid() != 0 or not shutil.which("ip"):
        return False
    name = f"mp-try-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True)
    subprocess.run(["ip", "netns", "del", name], capture_output=True)
    return made.returncode == 0


class Network:
    """A namespace with this host's address and those of other mail servers."""

    OWN, OTHER, SILENT, CLOSED = "192.0.2.25", "198.51.100.25", "198.51.100.26", "198.51.100.27"

    def __init__(self):
        self.name = f"mp-{os.getpid()}"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="malaposta-doctor-"))
        self.prefix = ["ip", "netns", "exec", self.name]
        self.processes = []
        subprocess.run(["ip", "netns", "add", self.name], check=True)
        self.run("ip", "link", "set", "lo", "up")
        for address in (self.OWN, self.OTHER, self.SILENT, self.CLOSED):
            self.run("ip", "address", "add", f"{address}/32", "dev", "lo")

    def run(self, *words):
        subprocess.run([*self.prefix, *words], check=True)

    def start(self, *words):
        process = subprocess.Popen([*self.prefix, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.processes.append(process)
        return process

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


network = host = None


@unittest.skipUnless(may_make_namespaces(), "needs root and ip netns")
class Doctor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        global network, host
        network = Network()
        host = Host(demo=False)
        host.within = network.prefix
        host.start()
        network.mail_server(network.OTHER, speaks=True)
        network.mail_server(network.SILENT, speaks=False)

    @classmethod
    def tearDownClass(cls):
        host.close()
        network.close()

    def doctor(self, *words):
        shown = host.command("doctor", "--json", *words)
        findings = json.loads(shown.stdout)["findings"]
        return shown.returncode, {finding["probe"]: finding for finding in findings}

    def finding(self, findings, beginning):
        return next(finding for probe, finding in findings.items() if probe.startswith(beginning))

    def test_all_is_well(self):
        code, found = self.doctor("--target", network.OTHER)
        bad = {probe: finding for probe, finding in found.items() if finding["verdict"] == PROBLEM}
        self.assertEqual((code, bad), (0, {}))
        for beginning in ("port 25 of", "disk", "test message"):
            self.assertEqual(self.finding(found, beginning)["verdict"], "good", found)
        self.assertIn("self-signed", self.finding(found, "certificate ")["now"])
        # The test message is gone again.
        self.assertEqual(json.loads(host.command("queue", "list", "--json").stdout)["messages"], [])
        text = host.command("doctor", "--target", network.OTHER)
        for line in text.stdout.splitlines():
            if str(host.folder) not in line:
                self.assertLessEqual(len(line), 80, line)

    def test_ways_out_that_are_closed_or_silent(self):
        code, found = self.doctor("--target", network.CLOSED)
        self.assertEqual(code, 1)
        self.assertIn("cannot be reached", self.finding(found, "port 25 of")["now"])
        code, found = self.doctor("--target", network.SILENT, "--deadline", "4")
        self.assertEqual(code, 1)
        self.assertIn("in time", self.finding(found, "port 25 of")["now"])

    def test_without_a_target_the_way_out_is_not_looked_at(self):
        code, found = self.doctor()
        self.assertEqual(code, 0)
        self.assertEqual(self.finding(found, "port 25 outwards")["verdict"], "skipped")

    def test_mail_that_does_not_arrive(self):
        code, found = self.doctor("--to", "nobody@acme.example", "--deadline", "5")
        self.assertEqual(code, 1)
        finding = self.finding(found, "test message")
        self.assertEqual(finding["verdict"], PROBLEM)
        self.assertTrue(finding["wanted"] and finding["consequence"])


if __name__ == "__main__":
    unittest.main()
