"""A domain from its declaration to its first mail, with real name servers."""
import contextlib
import email
import email.policy
import http.client
import http.server
import imaplib
import json
import re
import smtplib
import socket
import sqlite3
import ssl
import stat
import subprocess
import threading
import unittest

from host import PASSWORDS, PATIENCE, Host, wait_until
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
        "site.example": f"@ A {names.web}\n", "casadorio.example": "", "parted.example": "",
    }
    names.dynamic = {"dyn.example": '@ TXT "of somebody else"\nwww A 192.0.2.80\n', "lost.example": ""}
    names.start()
    host = Host()
    file = host.configuration / "malaposta.yaml"
    text = file.read_text().replace("allow_unproven: true", "").replace("addresses: []", f"addresses: [{ADDRESS}]")
    text += (f'\ndns:\n  forward_to: ["{names.recursor}"]\n  trust_anchor_file: {names.anchor_file}\n  private_servers: true\n')
    file.write_text(text)
    plan = host.configuration / "tenants/acme/tenant.yaml"
    plan.write_text(re.sub(r"domains: \d+", "domains: 5", plan.read_text()))
    host.start()


def tearDownModule():
    for one in (host, names):
        if one:
            one.close()


def records(purpose=None, domain="acme.example"):
    told = json.loads(host.command("dns", "records", domain, "--json").stdout)
    return [one for one in told["records"] if one["place"] == "domain" and purpose in (None, one["purpose"])]


def line(record):
    return f'{record["name"]}. {record["type"]} {record["data"]}\n'


def check(domain="acme.example"):
    done = host.command("dns", "check", domain, "--json")
    if done.returncode not in (0, 1):
        raise AssertionError(done.stdout + done.stderr)
    return json.loads(done.stdout)["report"]


def faults(report):
    return sorted(one["code"] for one in report["findings"] if one["severity"] in ("warning", "error"))


def shown(name, kind):
    """What the recursor has, as dig prints it."""
    return subprocess.run(["dig", f"@{names.recursor}", "+short", "+tries=1", f"+time={PATIENCE}", kind, name],
                          check=True, capture_output=True, text=True).stdout


def shows_mail(domain):
    """Whether the recursor has the records by which a domain has mail: of MX and of SPF."""
    return bool(shown(domain, "MX")), "v=spf1" in shown(domain, "TXT")


class LostAnswers:
    """Stands before a name server; while `loses` it passes updates on, and keeps their answers."""

    def __init__(self, server):
        self.server, self.loses, self.lost = server, True, 0
        self.datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.datagrams.bind(("127.0.0.1", 0))
        self.port = self.datagrams.getsockname()[1]
        self.streams = socket.create_server(("127.0.0.1", self.port))
        for loop in (self.pass_datagrams, self.pass_streams):
            threading.Thread(target=loop, daemon=True).start()

    def pass_datagrams(self):
        with contextlib.suppress(OSError):
            while True:
                question, client = self.datagrams.recvfrom(65535)
                with contextlib.suppress(TimeoutError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as onward:
                    onward.settimeout(PATIENCE)
                    onward.sendto(question, (self.server, 53))
                    self.datagrams.sendto(onward.recv(65535), client)

    def pass_streams(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.streams.accept()
                # Who asks may be gone before the answer, and asks again.
                with contextlib.suppress(OSError), client, socket.create_connection((self.server, 53), PATIENCE) as onward:
                    question = self.message(client)
                    onward.sendall(question)
                    answer = self.message(onward)
                    # RFC 2136 §1.3: the opcode of an update is 5.
                    if self.loses and question[4] >> 3 & 15 == 5:
                        self.lost += 1
                    else:
                        client.sendall(answer)

    @staticmethod
    def message(peer):
        with peer.makefile("rb") as stream:
            length = stream.read(2)
            return length + stream.read(int.from_bytes(length, "big"))

    def close(self):
        self.datagrams.close()
        self.streams.close()


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
        wait_until("RCPT is taken in the open session", lambda: smtp.rcpt("rita@acme.example")[0] == 250)
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
        # That a record is missing is remembered for some seconds.
        wait_until("nothing is found wrong", lambda: faults(check()) == [])
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

        text = wait_until("the mail is there", mail)
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
        listed = host.command("dns", "list").stdout
        self.assertRegex(listed, r"(?m)^acme\.example +acme +active +\d+ findings? at 20")
        self.assertLessEqual(max(map(len, listed.splitlines())), 80, listed)
        self.assertTrue(re.search(r"^mp\d+r2?\._domainkey\.acme\.example\. 3600 IN TXT \($", zone, re.M), zone)

    def test_8_a_domain_that_leaves_the_files_is_retiring(self):
        file = host.configuration / "tenants/acme/domains/parted.example.yaml"
        file.write_text("schema: 1\nname: parted.example\n")
        self.assertEqual(host.command("apply", "--yes").returncode, 0)
        self.assertRegex(host.command("dns", "list").stdout, r"(?m)^parted\.example +acme +declared")
        names.zones["parted.example"] = "".join(map(line, records("ownership", "parted.example")))
        names.reload()
        wait_until("it is proven", lambda: check("parted.example")["state"] == "active")
        file.unlink()
        self.assertEqual(host.command("apply", "--yes").returncode, 0)
        listed = json.loads(host.command("dns", "list", "--json").stdout)["domains"]
        self.assertEqual([one["state"] for one in listed if one["domain"] == "parted.example"], ["retiring"])


class OtherWays(unittest.TestCase):
    """After `Domains` by its name: proof by a web site, records published by the host itself, and what is served for a domain."""

    def add(self, name, text):
        (host.configuration / f"tenants/acme/domains/{name}.yaml").write_text(f"schema: 1\nname: {name}\n{text}")
        done = host.command("apply", "--yes")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def policy(self, name, listener="https"):
        port = host.ports[listener]
        if listener == "https":
            connection = http.client.HTTPSConnection("127.0.0.1", port, context=ssl._create_unverified_context())
        else:
            connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/.well-known/mta-sts.txt", headers={"Host": f"{name}:{port}"})
        answer = connection.getresponse()
        found = answer.status, answer.getheader("Content-Type"), answer.read().decode()
        connection.close()
        return found

    def test_1_a_file_on_the_web_site_proves_a_domain_and_its_policy_is_served(self):
        self.add("site.example", "ownership: { proof: web }\nmta_sts: { mode: enforce, max_age: 7d }\n")
        self.assertEqual(check("site.example")["state"], "declared")
        # Of a domain that takes no mail nothing is served.
        self.assertEqual(self.policy("mta-sts.site.example")[0], 404)
        proof = next(one for one in check("site.example")["findings"] if one["subject"] == "ownership")
        place, token = proof["wanted"].split(": ")
        asked = []

        class Pages(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append((self.headers["Host"], self.path))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(token.encode() + b"\n")

            def log_message(self, *words):
                pass

        site = http.server.ThreadingHTTPServer((names.web, 80), Pages)
        threading.Thread(target=site.serve_forever, daemon=True).start()
        try:
            wait_until("the file is seen", lambda: check("site.example")["state"] == "active")
        finally:
            site.shutdown()
            site.server_close()
        self.assertEqual(place, "http://site.example/.well-known/malaposta-ownership.txt")
        self.assertIn(("site.example", "/.well-known/malaposta-ownership.txt"), asked)
        # RFC 8461 §3.2
        served = wait_until("the policy is served", lambda: (found := self.policy("mta-sts.site.example"))[0] == 200 and found)
        self.assertTrue(served[1].startswith("text/plain"), served)
        self.assertEqual(served[2], "version: STSv1\r\nmode: enforce\r\nmx: mail.malaposta.example\r\nmax_age: 604800\r\n")
        for other in ("mta-sts.acme.example", "mta-sts.elsewhere.example", "site.example", "mail.malaposta.example", "mta-sts."):
            self.assertEqual(self.policy(other)[0], 404, other)
        self.assertNotEqual(self.policy("mta-sts.site.example", "http")[0], 200)

    def test_2_the_host_publishes_its_records_itself(self):
        key = host.configuration / "tenants/acme/dyn.tsig"
        key.write_text(names.update_key + "\n")
        key.chmod(0o600)
        self.add("dyn.example", f"dns: {{ mode: rfc2136, server: {names.recursor}, key_name: updates, key_file: dyn.tsig }}\n")
        wait_until("its proof is published, and seen", lambda: check("dyn.example")["state"] == "active")
        wait_until("nothing is wrong with it", lambda: not faults(check("dyn.example")))

        self.assertIn("10 mail.malaposta.example.", shown("dyn.example", "MX"))
        self.assertIn("v=spf1 mx", shown("dyn.example", "TXT"))
        self.assertIn("p=none", shown("_dmarc.dyn.example", "TXT"))
        keys = json.loads(host.command("dkim", "list", "dyn.example", "--json").stdout)["keys"]
        for one in keys:
            self.assertIn("v=DKIM1", shown(f'{one["selector"]}._domainkey.dyn.example', "TXT"))
        # What is not ours stays.
        self.assertIn("of somebody else", shown("dyn.example", "TXT"))
        self.assertEqual(shown("www.dyn.example", "A").strip(), "192.0.2.80")
        # A wrong key is told, and changes nothing.
        key.write_text("d3Jvbmcta2V5LXdyb25nLWtleS13cm9uZy1rZXktdHg=\n")
        self.assertEqual(host.command("apply", "--yes").returncode, 0)
        file = host.configuration / "tenants/acme/domains/dyn.example.yaml"
        file.write_text(file.read_text() + "dmarc: { policy: reject }\n")
        self.assertEqual(host.command("apply", "--yes").returncode, 0)
        report = check("dyn.example")
        self.assertTrue(report["publishingProblems"], report)
        self.assertIn("p=none", shown("_dmarc.dyn.example", "TXT"))
        key.write_text(names.update_key + "\n")
        self.assertEqual(host.command("apply", "--yes").returncode, 0)
        self.assertEqual(check("dyn.example")["publishingProblems"], [])
        self.assertIn("p=reject", shown("_dmarc.dyn.example", "TXT"))
        # What somebody takes away is put back.
        subprocess.run(["nsupdate", "-y", f"hmac-sha256:updates:{names.update_key}"], check=True, text=True,
                       input=f"server {names.recursor}\nupdate delete dyn.example. MX\nsend\n")
        self.assertEqual(shown("dyn.example", "MX"), "")
        check("dyn.example")
        self.assertIn("10 mail.malaposta.example.", shown("dyn.example", "MX"))

    def test_4_an_update_whose_answer_is_lost_is_the_hosts_own_all_the_same(self):
        key = host.configuration / "tenants/acme/lost.tsig"
        key.write_text(names.update_key + "\n")
        key.chmod(0o600)
        with contextlib.closing(LostAnswers(names.recursor)) as between:
            self.add("lost.example", f"dns: {{ mode: rfc2136, server: 127.0.0.1, port: {between.port}, key_name: updates,"
                     " key_file: lost.tsig }\n")
            check("lost.example")
            self.assertGreater(between.lost, 0)
            self.assertIn("p=none", shown("_dmarc.lost.example", "TXT"))
            between.loses = False
            self.assertEqual(check("lost.example")["publishingProblems"], [])
            file = host.configuration / "tenants/acme/domains/lost.example.yaml"
            file.write_text(file.read_text() + "dmarc: { policy: reject }\n")
            self.assertEqual(host.command("apply", "--yes").returncode, 0)
            self.assertEqual(check("lost.example")["publishingProblems"], [])
            self.assertEqual(shown("_dmarc.lost.example", "TXT").strip(), '"v=DMARC1; p=reject"')

    def test_3_an_ordered_check_sees_a_mended_zone_at_once_and_mail_speaks_the_admins_language(self):
        domain = "casadorio.example"
        names.zones[domain] = "".join(map(line, records("ownership", domain)))
        names.reload()
        wait_until("it is proven", lambda: check(domain)["state"] == "active")
        names.zones[domain] = "".join(map(line, records(domain=domain)))
        names.reload()
        # The recursor before us remembers for a second, and we for none.
        wait_until("the recursor has all", lambda: shows_mail(domain) == (True, True))
        self.assertFalse({"spf-missing", "mx-missing"} & set(faults(check(domain))))
        names.zones[domain] = "".join(line(one) for one in records(domain=domain) if one["purpose"] not in ("spf", "mx"))
        names.reload()
        wait_until("the recursor has neither", lambda: shows_mail(domain) == (False, False))
        self.assertLessEqual({"spf-missing", "mx-missing"}, set(faults(check(domain))))
        session = imaplib.IMAP4("127.0.0.1", host.ports["imap"])
        session.login(f"joana@{domain}", PASSWORDS["joana"])

        def mail():
            session.select()
            found = session.search(None, "SUBJECT", '"os registos no DNS"')[1][0].split()
            texts = [email.message_from_bytes(session.fetch(one, "(RFC822)")[1][0][1], policy=email.policy.default) for one in found]
            return "\n".join(one.get_content() for one in texts if "spf-missing" in one.get_content())

        text = wait_until("the mail is there", mail)
        session.logout()
        self.assertIn("agora: nenhum registo SPF", text)
        self.assertIn("desejado: v=spf1 mx ~all", text)
        self.assertIn("efeito: Os recetores não distinguem", text)
        self.assertIsNone(re.search(r"\b(the|which|record|records|cannot|mail to|looked|now|wanted)\b", text), text)


class Retiring(unittest.TestCase):
    """Last by its name: a domain goes, and comes back as it was."""

    def test_a_domain_that_leaves_the_files_is_remembered(self):
        file = host.configuration / "tenants/acme/domains/site.example.yaml"
        text = file.read_text()
        file.unlink()
        self.assertEqual(host.command("apply", "--yes").returncode, 0)
        with contextlib.closing(sqlite3.connect(host.data / "control/control.db")) as database:
            kept = database.execute("SELECT retired_at, purge_after FROM domain WHERE name = 'site.example'").fetchall()
        self.assertEqual(len(kept), 1)
        self.assertGreater(kept[0][1], kept[0][0])
        with smtplib.SMTP("127.0.0.1", host.ports["smtp"]) as smtp:
            smtp.ehlo("client.example")
            smtp.mail("maria@elsewhere.example")
            self.assertEqual(smtp.rcpt("rita@site.example")[0] // 100, 5)
        # Two tenants cannot have one name: not in the files, and not in turns without a proof of the second one's own.
        other = host.configuration / "tenants/casa/domains/acme.example.yaml"
        other.write_text("schema: 1\nname: acme.example\n")
        refused = host.command("check")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("error[duplicate-domain]", refused.stdout + refused.stderr)
        other.unlink()
        file.write_text(text)
        self.assertEqual(host.command("apply", "--yes").returncode, 0)
        # At once, though its web site is gone: it was proven before.
        self.assertEqual(check("site.example")["state"], "active")


if __name__ == "__main__":
    unittest.main()
