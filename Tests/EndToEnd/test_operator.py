"""What an operator asks a running host: how it is, what happens to an address, who is hosted, what is measured."""
import imaplib
import json
import re
import smtplib
import socket
import unittest
import urllib.request

from host import PASSWORDS, PATIENCE, Host, free_ports, wait_until

host = None
metrics = {}


def setUpModule():
    global host
    host = Host()
    metrics.update(zip(("control", "mail", "web"), free_ports(3)))
    file = host.configuration / "malaposta.yaml"
    ports = ", ".join(f"{name}: {port}" for name, port in metrics.items())
    file.write_text(file.read_text() + f"\nmetrics: {{ {ports}, sockets: true }}\n")
    host.start()


def tearDownModule():
    host.close()


def fits(test, text, width=80):
    for line in text.splitlines():
        if str(host.folder) not in line:
            test.assertLessEqual(len(line), width, line)


def scrape(name):
    with urllib.request.urlopen(f"http://127.0.0.1:{metrics[name]}/metrics", timeout=PATIENCE) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4"), answer.headers
        return answer.read().decode()


def value(text, series):
    found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.M)
    return float(found.group(1)) if found else None


class Status(unittest.TestCase):
    def test_a_healthy_host(self):
        shown = host.status()
        self.assertEqual(shown.returncode, 0, shown.stdout + shown.stderr)
        fits(self, shown.stdout)
        for word in ("malaposta-mail", "malaposta-web", "generation", "listeners", "certificate", "queue", "disk", "7 of 7 open"):
            self.assertIn(word, shown.stdout)
        told = json.loads(host.status("--json").stdout)
        self.assertEqual(told["schema"], 1)
        self.assertEqual({program["name"] for program in told["workers"]}, {"malaposta", "malaposta-mail", "malaposta-web"})
        self.assertEqual({program["state"] for program in told["workers"]}, {"healthy"})
        self.assertTrue(all(listener["isOpen"] for listener in told["listeners"]))
        self.assertTrue(told["certificates"][0]["isSelfSigned"])
        self.assertEqual(told["queue"]["messages"], 0)
        self.assertGreater(told["disk"]["free"], 0)
        self.assertEqual([problem for problem in told["problems"] if problem["severity"] == "problem"], [])

    def test_changed_files_are_told_with_their_exit_status(self):
        file = host.configuration / "tenants/acme/accounts.yaml"
        before = file.read_text()
        try:
            file.write_text(before + "\n# changed\n")
            shown = host.status(code=2)
            self.assertEqual(shown.returncode, 2, shown.stdout + shown.stderr)
            self.assertIn("tenants/acme/accounts.yaml", shown.stdout)
            fits(self, shown.stdout)
        finally:
            file.write_text(before)

    def test_a_stopped_host_is_one_problem_with_its_cure(self):
        other = Host(demo=False)
        try:
            other.start()
            other.stop()
            shown = other.command("status", "--json")
            self.assertEqual(shown.returncode, 1, shown.stdout + shown.stderr)
            problems = json.loads(shown.stdout)["problems"]
            self.assertEqual([one["code"] for one in problems if one["severity"] == "problem"], ["not-running"])
            self.assertIn("malaposta supervise", problems[0]["cure"])
        finally:
            other.close()


class Explain(unittest.TestCase):
    def explained(self, *words):
        shown = host.command("explain", *words, "--json")
        return shown.returncode, json.loads(shown.stdout)

    def rcpt(self, address, sender="maria@elsewhere.example"):
        with smtplib.SMTP("127.0.0.1", host.ports["smtp"]) as smtp:
            smtp.ehlo("client.example")
            smtp.mail(sender)
            code, text = smtp.rcpt(address)
            return f"{code} {text.decode()}"

    def test_it_says_what_rcpt_says(self):
        for address in ("rita@acme.example", "sales@acme.example", "rita+list@acme.example", "booking@acme.example",
                        "guides@acme.example", "info@acme.example", "nobody@acme.example", "postmaster@acme.example",
                        "someone@elsewhere.example", "joana@casadorio.example"):
            code, told = self.explained(address)
            said = self.rcpt(address)
            self.assertEqual(told["answer"], said, address)
            self.assertEqual(code, 0 if said.startswith("250") else 1, address)

    def test_the_text_fits_and_names_each_step(self):
        shown = host.command("explain", "booking@acme.example")
        self.assertEqual(shown.returncode, 0, shown.stdout + shown.stderr)
        fits(self, shown.stdout)
        for word in ("tenant acme", "alias for", "info@acme.example", "ines@acme.example", "Copies go to", "quota", "Sends as it"):
            self.assertIn(word if word != "quota" else " of ", shown.stdout)

    def test_a_shared_mailbox_names_who_sends_as_it(self):
        _, told = self.explained("info@acme.example")
        self.assertEqual(told["maySendAs"], ["rita@acme.example", "tomas@acme.example"])
        self.assertEqual([one["address"] for one in told["mailboxes"]], ["info@acme.example"])
        self.assertIsNotNone(told["mailboxes"][0]["used"])

    def test_from_one_address_to_another(self):
        code, told = self.explained("--from", "rita@acme.example", "--to", "joana@casadorio.example")
        self.assertEqual(code, 0, told)
        self.assertEqual([one["address"] for one in told["mayUseIt"]], ["rita@acme.example"])
        shown = host.command("explain", "--from", "rita@acme.example", "--to", "guides@acme.example")
        self.assertEqual(shown.returncode, 0, shown.stdout + shown.stderr)
        fits(self, shown.stdout)

    def test_candidate_files_are_explained_before_they_are_applied(self):
        file = host.configuration / "tenants/acme/accounts.yaml"
        before = file.read_text()
        try:
            file.write_text(before.replace("\naliases:", "\naliases:\n  - address: soon@acme.example\n    to: [rita]\n", 1))
            self.assertEqual(self.explained("soon@acme.example")[0], 1)
            code, told = self.explained("soon@acme.example", "--configuration", str(host.configuration))
            self.assertEqual((code, told["generation"]), (0, 0), told)
        finally:
            file.write_text(before)

    def test_what_cannot_be_asked(self):
        self.assertNotEqual(host.command("explain").returncode, 0)
        self.assertNotEqual(host.command("explain", "not an address").returncode, 0)
        self.assertNotEqual(host.command("explain", "--from", "rita@acme.example").returncode, 0)


class Tenants(unittest.TestCase):
    def test_list_and_show(self):
        listed = host.command("tenant", "list")
        self.assertEqual(listed.returncode, 0, listed.stdout + listed.stderr)
        fits(self, listed.stdout)
        self.assertEqual([line.split()[0] for line in listed.stdout.splitlines()], ["acme", "casa"])
        shown = host.command("tenant", "show", "acme")
        self.assertEqual(shown.returncode, 0, shown.stdout + shown.stderr)
        fits(self, shown.stdout)
        self.assertIn("acme.example", shown.stdout)
        told = json.loads(host.command("tenant", "show", "acme", "--json").stdout)
        self.assertEqual((told["schema"], told["tenants"][0]["users"]), (1, 3))
        self.assertIsNotNone(told["tenants"][0]["used"])
        self.assertEqual(host.command("tenant", "show", "nobody").returncode, 1)


class Metrics(unittest.TestCase):
    def test_mail_is_counted(self):
        accepted = 'malaposta_smtp_messages_accepted_total{door="mx"}'
        refused = 'malaposta_smtp_refused_total{class="permanent"}'
        filed = 'malaposta_delivery_copies_total{outcome="filed"}'
        before = scrape("mail")
        with smtplib.SMTP("127.0.0.1", host.ports["smtp"]) as smtp:
            smtp.sendmail("maria@elsewhere.example", ["tomas@acme.example"], "Subject: counted\r\n\r\nCounted.\r\n")
            smtp.mail("maria@elsewhere.example")
            self.assertEqual(smtp.rcpt("nobody@acme.example")[0], 550)
        after = wait_until("it is counted as filed", lambda: (lambda text: (value(text, filed) or 0) > (value(before, filed) or 0) and text)(scrape("mail")))
        self.assertEqual(value(after, accepted) - (value(before, accepted) or 0), 1)
        self.assertEqual(value(after, refused) - (value(before, refused) or 0), 1)
        self.assertGreater(value(after, "malaposta_store_flush_seconds_count"), 0)
        self.assertGreater(value(after, "process_resident_memory_bytes"), 1e6)
        self.assertEqual(value(after, "malaposta_healthy"), 1)
        self.assertEqual(value(after, "malaposta_spool_crashed"), 0)

    def test_commands_and_logins_and_requests_are_counted(self):
        session = imaplib.IMAP4("127.0.0.1", host.ports["imap"])
        session.login("rita@acme.example", PASSWORDS["rita"])
        session.noop()
        self.assertGreater(value(scrape("mail"), 'malaposta_imap_commands_total{answer="ok"}'), 0)
        self.assertEqual(value(scrape("mail"), "malaposta_imap_connections"), 1)
        session.logout()
        self.assertGreater(value(scrape("control"), 'malaposta_logins_total{result="accepted"}'), 0)
        urllib.request.urlopen(f"http://127.0.0.1:{host.ports['http']}/login", timeout=PATIENCE).read()
        self.assertGreater(value(scrape("web"), 'malaposta_web_requests_total{status="2xx"}'), 0)
        wait_until("loops are measured", lambda: value(scrape("web"), "malaposta_event_loop_lag_seconds_count"))

    def test_the_unix_sockets_say_the_same(self):
        for name in metrics:
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(str(host.data / f"run/{name}-metrics.sock"))
                client.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
                text = b""
                while piece := client.recv(65536):
                    text += piece
            self.assertIn(b"200 OK", text)
            self.assertIn(b"malaposta_build_info{", text)

    def test_nothing_else_is_there(self):
        with self.assertRaises(urllib.error.HTTPError):
            urllib.request.urlopen(f"http://127.0.0.1:{metrics['web']}/", timeout=PATIENCE)

    def test_labels_are_closed(self):
        """No address, no name of anybody is ever a label."""
        for name in metrics:
            self.assertNotRegex(scrape(name), r"@|acme|rita")


if __name__ == "__main__":
    unittest.main()
