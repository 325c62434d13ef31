"""A domain from its declaration to its first mail, with real name servers."""
import imaplib
import json
import re
import smtplib
import stat
import unittest

from host import PASSWORDS, Host, wait_until
from name_servers import NameServers, may_listen

host = None
names = None
ADDRESS = "203.0.113.10"


def setUpModule():
    global host, names
    if not may_listen():
        raise unittest.SkipTest("NAME SERVERS NEED PORT 53: run as root")
    names = NameServers()
    names.zones = {
        "acme.example": "", "malaposta.example": f"mail A {ADDRESS}\n",
        "113.0.203.in-addr.arpa": "10 PTR mail.malaposta.example.\n",
    }
    names.start()
    host = Host()
    file = host.configuration / "malaposta.yaml"
    text = file.read_text().replace("allow_unproven: true", "").replace("addresses: []", f"addresses: [{ADDRESS}]")
    text += (f'\ndns:\n  forward_to: ["{names.recursor}"]\n  trust_anchor_file: {names.anchor_file}\n  private_servers: true\n')
    file.write_text(text)
    host.start()


def tearDownModule():
    for one in (host, names):
        if one:
            one.close()


def records(purpose=None):
    told = json.loads(host.command("dns", "records", "acme.example", "--json").stdout)
    return [one for one in told["records"] if one["place"] == "domain" and purpose in (None, one["purpose"])]


def line(record):
    return f'{record["name"]}. {record["type"]} {record["data"]}\n'


def check():
    done = host.command("dns", "check", "acme.example", "--json")
    if done.returncode not in (0, 1):
        raise AssertionError(done.stdout + done.stderr)
    return json.loads(done.stdout)["report"]


def faults(report):
    return sorted(one["code"] for one in report["findings"] if one["severity"] in ("warning", "error"))


class Domains(unittest.TestCase):
    def test_1_an_unproven_domain_takes_no_mail_and_is_not_sent_from(self):
        with smtplib.SMTP("127.0.0.1", host.ports["smtp"]) as smtp:
            smtp.ehlo("client.example")
            smtp.mail("maria@elsewhere.example")
            code, text = smtp.rcpt("rita@acme.example")
            self.assertEqual(code, 450)
            self.assertTrue(text.startswith(b"4.7.1 "), text)
        with smtplib.SMTP("127.0.0.1", host.ports["submission"]) as smtp:
            smtp.ehlo("client.example")
            smtp.login("rita@acme.example", PASSWORDS["rita"])
            self.assertEqual(smtp.mail("rita@acme.example")[0], 550)
        report = check()
        self.assertEqual(report["state"], "declared")
        self.assertIn("ownership-missing", faults(report))

    def test_2_a_new_domain_is_planned_as_inactive(self):
        file = host.configuration / "tenants/acme/domains/new.example.yaml"
        file.write_text("schema: 1\nname: new.example\n")
        try:
            plan = host.command("plan").stdout
            self.assertIn("inactive until the ownership TXT is seen", plan)
            self.assertLessEqual(max(map(len, plan.splitlines())), 120)
        finally:
            file.unlink()

    def test_3_the_proof_is_seen_and_mail_comes_in_an_open_session(self):
        smtp = smtplib.SMTP("127.0.0.1", host.ports["smtp"])
        smtp.ehlo("client.example")
        smtp.mail("maria@elsewhere.example")
        self.assertEqual(smtp.rcpt("rita@acme.example")[0], 450)
        names.zones["acme.example"] = "".join(map(line, records("ownership")))
        names.reload()
        wait_until("the proof is seen", lambda: check()["state"] == "active")
        wait_until("RCPT is taken in the open session", lambda: smtp.rcpt("rita@acme.example")[0] == 250, 10)
        self.assertEqual(smtp.data("From: maria@elsewhere.example\r\nSubject: first\r\n\r\nHello\r\n")[0], 250)
        smtp.quit()
        self.assertIn("proven: acme.example", host.command("generations").stdout)

    def test_4_keys_are_used_when_they_are_seen(self):
        keys = json.loads(host.command("dkim", "list", "acme.example", "--json").stdout)["keys"]
        self.assertEqual({(key["algorithm"], key["state"]) for key in keys}, {("rsa", "pending"), ("ed25519", "pending")})
        for key in keys:
            file = host.data / "keys" / f'acme.example.{key["selector"]}.pem'
            self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o640)
        names.zones["acme.example"] = "".join(map(line, records()))
        names.reload()

        def active():
            check()
            keys = json.loads(host.command("dkim", "list", "acme.example", "--json").stdout)["keys"]
            return {key["state"] for key in keys} == {"active"}

        wait_until("the keys are in use", active)
        report = check()
        self.assertEqual(faults(report), [], report)
        self.assertEqual(host.command("dns", "check", "acme.example").returncode, 0)

    def test_5_a_rotation_waits_for_the_new_key_and_keeps_the_old_one(self):
        rotated = host.command("dkim", "rotate", "acme.example")
        self.assertEqual(rotated.returncode, 0, rotated.stderr)
        check()
        keys = json.loads(host.command("dkim", "list", "acme.example", "--json").stdout)["keys"]
        self.assertEqual(sorted(key["state"] for key in keys), ["active", "active", "pending", "pending"])
        names.zones["acme.example"] = "".join(map(line, records()))
        names.reload()

        def rotated_states():
            check()
            keys = json.loads(host.command("dkim", "list", "acme.example", "--json").stdout)["keys"]
            return sorted(key["state"] for key in keys) == ["active", "active", "retiring", "retiring"]

        wait_until("the new keys are in use", rotated_states)

    def test_6_a_change_for_the_worse_is_mailed_to_the_admins(self):
        names.zones["acme.example"] = "".join(line(one) for one in records() if one["purpose"] != "spf")
        names.reload()
        wait_until("the fault is found", lambda: "spf-missing" in faults(check()))
        session = imaplib.IMAP4("127.0.0.1", host.ports["imap"])
        session.login("rita@acme.example", PASSWORDS["rita"])

        def mail():
            session.select()
            found = session.search(None, "SUBJECT", '"its records in DNS"')[1][0].split()
            return found and session.fetch(found[-1], "(RFC822)")[1][0][1].decode()

        text = wait_until("the mail is there", mail, 30)
        self.assertIn("spf-missing", text)
        self.assertIn("Auto-Submitted: auto-generated", text)
        session.logout()
        history = host.command("dns", "watch", "acme.example").stdout
        self.assertIn("worse  spf-missing", history)

    def test_7_what_is_printed_fits_and_explains(self):
        for words in (("dns", "check"), ("dns", "guide"), ("dns", "watch"), ("dkim", "list")):
            shown = host.command(*words, "acme.example").stdout
            self.assertTrue(shown)
            for one in shown.splitlines():
                self.assertLessEqual(len(one), 80, one)
        guide = host.command("dns", "guide", "acme.example").stdout
        self.assertIn("[done]", guide)
        self.assertRegex(guide, r"Value +v=spf1 mx ~all")
        self.assertEqual(host.command("dns", "check", "nobody.example").returncode, 1)
        self.assertIn("no domain nobody.example", host.command("dns", "check", "nobody.example").stderr)
        zone = host.command("dns", "records", "acme.example").stdout
        self.assertTrue(re.search(r"^mp\d+r2?\._domainkey\.acme\.example\. 3600 IN TXT \($", zone, re.M), zone)


if __name__ == "__main__":
    unittest.main()
