"""Accounts from an OpenLDAP server: how they come, log in, change, go and come back, and what happens when the server is away."""
import contextlib
import imaplib
import json
import re
import smtplib
import sqlite3
import time
import unittest

from host import PASSWORDS, Host, wait_until
from slapd import BASE, READER, READER_PASSWORD, Slapd, kept_findings, person, roots

PEOPLE = f"ou=people,{BASE}"
# What a bind ends with, and what is said of it (RFC 4511 appendix A).
CODES = {80: "UNAVAILABLE", 1: "UNAVAILABLE", 11: "UNAVAILABLE", 53: "AUTHENTICATIONFAILED"}
slapd = host = None

DIRECTORY = """schema: 1
directories:
  - id: corp
    preset: openldap
    urls: ["{url}"]
    ca_file: ca.pem
    bind: {{ dn: "{reader}", password_file: ldap.secret }}
    base: {base}
    users:
      filter: (&(objectClass=inetOrgPerson)(mail=*)(!(employeeType=gone)))
      attributes: {{ quota: roomNumber, quota_unit: MB, password_changed: carLicense }}
    shared_mailboxes:
      base: ou=shared,{base}
      filter: (objectClass=groupOfNames)
    groups: {{ base: "ou=groups,{base}" }}
    sync: {{ interval: 60s, page_size: 10 }}
    login: {{ remember: 0s, outage: 1h, failures: 3 }}
    brake: {{ accounts: 3, percent: 50 }}
"""


def group(cn, members, unit="groups", **more):
    lines = "".join(f"member: uid={member},{PEOPLE}\n" if "=" not in member else f"member: {member}\n" for member in members)
    extra = "".join(f"{name}: {value}\n" for name, value in more.items())
    return f"dn: cn={cn},ou={unit},{BASE}\nobjectClass: groupOfNames\nobjectClass: extensibleObject\ncn: {cn}\n{lines}{extra}\n"


def alias(name, *targets):
    lines = "".join(f"rfc822MailMember: {target}\n" for target in targets)
    return f"dn: cn={name},ou=aliases,{BASE}\nobjectClass: nisMailAlias\ncn: {name}\n{lines}\n"


def setUpModule():
    global slapd, host
    # slapo-retcode(5): whoever binds as one of these is answered with a code.
    slapd = Slapd(modules=("retcode",), extra=f"overlay retcode\nretcode-parent ou=ill,{BASE}\n" + "".join(
        f"retcode-item uid=ill{code} {code} op=bind\n" for code in CODES))
    slapd.load(
        roots(BASE, "people", "groups", "shared", "aliases", "ill")
        + person("nuno", displayName="Nuno Melo", roomNumber="200", preferredLanguage="pt-PT")
        + person("olga", mail=["olga@acme.example", "o.reis@acme.example"])
        + "".join(person(f"extra{number}") for number in range(6))
        + "".join(person(f"ill{code}", base=f"ou=ill,{BASE}") for code in CODES)
        + group("crew", ["nuno", "olga"], mail="crew@acme.example")
        + group("desk", ["nuno"], unit="shared", mail="desk@acme.example", owner=f"uid=olga,{PEOPLE}")
        + alias("office@acme.example", "nuno@acme.example", "olga"))
    slapd.start()
    host = Host(demo=False)
    tenant = host.configuration / "tenants/acme"
    (tenant / "ca.pem").write_bytes((slapd.folder / "ca.pem").read_bytes())
    secret = tenant / "ldap.secret"
    secret.write_text(READER_PASSWORD + "\n")
    secret.chmod(0o600)
    (tenant / "directory.yaml").write_text(DIRECTORY.format(url=slapd.url, reader=READER, base=BASE))
    host.start()
    wait_until("the first sync is in force", lambda: rcpt("nuno@acme.example")[0] == 250)


def tearDownModule():
    if host:
        host.close()
    if slapd:
        slapd.close()


def rcpt(address):
    with smtplib.SMTP("127.0.0.1", host.ports["smtp"]) as smtp:
        smtp.ehlo("client.example")
        smtp.mail("maria@elsewhere.example")
        code, text = smtp.rcpt(address)
        return code, text.decode()


def send(address, subject):
    with smtplib.SMTP("127.0.0.1", host.ports["smtp"]) as smtp:
        smtp.sendmail("maria@elsewhere.example", [address], f"From: maria@elsewhere.example\r\nSubject: {subject}\r\n\r\nText.\r\n")


def imap(user, password):
    session = imaplib.IMAP4("127.0.0.1", host.ports["imap"])
    try:
        session.login(user, password)
    except imaplib.IMAP4.error:
        session.shutdown()
        raise
    return session


def refused(user, password):
    """Why a log-in is refused; None where it is not."""
    try:
        imap(user, password).logout()
    except imaplib.IMAP4.error as error:
        return str(error)


def subjects(user, password):
    session = imap(user, password)
    with contextlib.closing(session.socket()):
        session.select("INBOX")
        numbers = session.search(None, "ALL")[1][0].split()
        return [session.fetch(number, "(BODY[HEADER.FIELDS (SUBJECT)])")[1][0][1].decode().strip()[9:] for number in numbers]


def user(address):
    done = host.command("user", "show", address, "--json")
    return json.loads(done.stdout)["users"][0]["account"] if done.returncode == 0 else None


def state(name="corp"):
    found = json.loads(host.command("status", "--json").stdout)["control"]["directories"]
    return next(one for one in found if one["directory"] == name)


class Directory(unittest.TestCase):
    def test_mail_comes_in_and_its_owner_logs_in_by_bind(self):
        send("nuno@acme.example", "first")
        for name in ("nuno@acme.example", "NUNO@acme.example"):
            wait_until(f"{name} sees it", lambda name=name: "first" in subjects(name, "ldap-nuno"))
        self.assertIn("AUTHENTICATIONFAILED", refused("nuno@acme.example", "wrong"))
        self.assertIsNotNone(refused("nuno@acme.example", ""))
        self.assertIsNotNone(refused("nuno@casa.example", "ldap-nuno"))
        shown = user("nuno@acme.example")
        self.assertEqual(shown["displayName"], "Nuno Melo")
        self.assertEqual(shown["language"], "pt")
        self.assertEqual(shown["quota"], 200 << 20)

    def test_an_error_of_the_server_is_no_wrong_password(self):
        for code, answer in CODES.items():
            with self.subTest(code=code):
                self.assertIn(answer, refused(f"ill{code}@acme.example", f"ldap-ill{code}"))

    def test_accounts_of_files_log_in_as_ever(self):
        self.assertIsNone(refused("rita@acme.example", PASSWORDS["rita"]))
        self.assertIn("AUTHENTICATIONFAILED", refused("rita@acme.example", "wrong"))

    def test_groups_and_shared_mailboxes(self):
        with smtplib.SMTP("127.0.0.1", host.ports["submission"]) as smtp:
            smtp.starttls()
            smtp.login("nuno@acme.example", "ldap-nuno")
            smtp.sendmail("nuno@acme.example", ["crew@acme.example"], "From: nuno@acme.example\r\nSubject: to the crew\r\n\r\nText.\r\n")
        wait_until("both have it", lambda: all(
            "to the crew" in subjects(f"{name}@acme.example", f"ldap-{name}") for name in ("nuno", "olga")))
        self.assertEqual(user("nuno@acme.example")["shared"][0]["address"], "desk@acme.example")
        self.assertEqual(rcpt("desk@acme.example")[0], 250)
        self.assertEqual(rcpt("o.reis@acme.example")[0], 250)

    def test_page_after_page_is_read(self):
        done = host.command("ldap", "sync", "acme")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        # A page has ten.
        self.assertGreater(state()["users"], 10)
        last = [f"ill{code}@acme.example" for code in CODES]
        self.assertEqual([address for address in ("nuno@acme.example", *last) if rcpt(address)[0] != 250], [])

    def test_aliases(self):
        send("office@acme.example", "to the office")
        wait_until("both have it", lambda: all(
            "to the office" in subjects(f"{name}@acme.example", f"ldap-{name}") for name in ("nuno", "olga")))
        wait_until("it listens", lambda: state()["isLive"])
        slapd.modify(alias("press@acme.example", "olga@acme.example"))
        wait_until("it is there", lambda: rcpt("press@acme.example")[0] == 250)
        slapd.set(f"cn=press@acme.example,ou=aliases,{BASE}", "rfc822MailMember", "nuno@acme.example")

        def leads_to_him():
            send("press@acme.example", "before the press")
            return "before the press" in subjects("nuno@acme.example", "ldap-nuno")

        wait_until("it leads elsewhere", leads_to_him)
        send("press@acme.example", "to the press")
        wait_until("he has it", lambda: "to the press" in subjects("nuno@acme.example", "ldap-nuno"))
        self.assertNotIn("to the press", subjects("olga@acme.example", "ldap-olga"))
        slapd.delete(f"cn=press@acme.example,ou=aliases,{BASE}")
        wait_until("mail to it waits", lambda: rcpt("press@acme.example")[0] == 450)
        allow_removals()

    def test_what_changes_meanwhile_is_a_finding_too(self):
        wait_until("it listens", lambda: state()["isLive"])
        slapd.modify(person("bulky", roomNumber="much"))
        wait_until("she is there", lambda: rcpt("bulky@acme.example")[0] == 250)
        wait_until("it is kept", lambda: kept_findings(host, "bad-quota") == 1)
        self.assertGreaterEqual(state()["findings"], 1)
        slapd.set(f"uid=bulky,{PEOPLE}", "roomNumber", "5")
        wait_until("it is gone", lambda: kept_findings(host, "bad-quota") == 0)
        slapd.delete(f"uid=bulky,{PEOPLE}")
        wait_until("mail to her waits", lambda: rcpt("bulky@acme.example")[0] == 450)
        allow_removals()

    def test_changes_arrive_by_themselves(self):
        wait_until("it listens", lambda: state()["isLive"])
        slapd.modify(person("paula"))
        wait_until("she is there", lambda: rcpt("paula@acme.example")[0] == 250)
        send("paula@acme.example", "before the wedding")
        slapd.set(f"uid=paula,{PEOPLE}", "mail", "paula.nunes@acme.example")
        wait_until("the new address takes mail", lambda: rcpt("paula.nunes@acme.example")[0] == 250)
        self.assertEqual(rcpt("paula@acme.example")[0], 550)
        # Renamed, also in the tree: the mail stays.
        slapd.modify(f"dn: uid=paula,{PEOPLE}\nchangetype: modrdn\nnewrdn: uid=pnunes\ndeleteoldrdn: 1\n")
        wait_until("she logs in by the new name", lambda: refused("pnunes@acme.example", "ldap-paula") is None)
        self.assertIn("before the wedding", subjects("pnunes@acme.example", "ldap-paula"))

    def test_many_changes_at_once_are_all_told(self):
        wait_until("it listens", lambda: state()["isLive"])
        names = [f"many{number}" for number in range(12)]
        people = "".join(person(name) + group(f"of-{name}", [name], mail=f"of-{name}@acme.example") for name in names)
        changed = lambda value: "".join(
            f"dn: uid={name},{PEOPLE}\nchangetype: modify\nreplace: mail\nmail: {name}-{value}@acme.example\n\n" for name in names)
        slapd.modify(people + "".join(map(changed, range(5))))
        wait_until("the last is there", lambda: rcpt(f"{names[-1]}-4@acme.example")[0] == 250)
        wait_until("all are there", lambda: not [name for name in names if rcpt(f"{name}-4@acme.example")[0] != 250])
        wait_until("all groups are there", lambda: not [name for name in names if "5.7.1" not in rcpt(f"of-{name}@acme.example")[1]])
        slapd.modify("".join(f"dn: cn=of-{name},ou=groups,{BASE}\nchangetype: delete\n\ndn: uid={name},{PEOPLE}\nchangetype: delete\n\n" for name in names))
        wait_until("the brake holds", lambda: state().get("held"))
        allow_removals()
        wait_until("all wait", lambda: not [name for name in names if rcpt(f"{name}-4@acme.example")[0] != 450])

    def test_whoever_goes_is_suspended_and_comes_back(self):
        slapd.modify(person("quim"))
        wait_until("he is there", lambda: rcpt("quim@acme.example")[0] == 250)
        send("quim@acme.example", "kept")
        wait_until("he has it", lambda: "kept" in subjects("quim@acme.example", "ldap-quim"))
        session = imap("quim@acme.example", "ldap-quim")
        slapd.set(f"uid=quim,{PEOPLE}", "employeeType", "gone")
        wait_until("mail to him waits", lambda: rcpt("quim@acme.example")[0] == 450)
        wait_until("his session ends", lambda: ended(session))
        self.assertIsNotNone(refused("quim@acme.example", "ldap-quim"))
        slapd.set(f"uid=quim,{PEOPLE}", "employeeType")
        wait_until("he is back", lambda: rcpt("quim@acme.example")[0] == 250)
        self.assertIn("kept", subjects("quim@acme.example", "ldap-quim"))

    def test_a_shared_mailbox_goes_and_comes_back(self):
        slapd.modify(group("lobby", ["nuno"], unit="shared", mail="lobby@acme.example"))
        wait_until("it is there", lambda: rcpt("lobby@acme.example")[0] == 250)
        send("lobby@acme.example", "for the lobby")
        before, missing = user("lobby@acme.example")["id"], state()["missing"]
        slapd.delete(f"cn=lobby,ou=shared,{BASE}")
        # It holds mail, and so waits like a user: suspended, and its mail is kept.
        wait_until("mail to it waits", lambda: rcpt("lobby@acme.example")[0] == 450)
        self.assertEqual(state()["missing"], missing + 1)
        slapd.modify(group("lobby", ["nuno"], unit="shared", mail="lobby@acme.example"))
        # A new entry has a new id, and is somebody else as long as the old one waits; whoever is there goes before.
        wait_until("the address takes mail again", lambda: rcpt("lobby@acme.example")[0] == 250)
        self.assertNotEqual(user("lobby@acme.example")["id"], before)
        slapd.delete(f"cn=lobby,ou=shared,{BASE}")
        wait_until("it waits again", lambda: rcpt("lobby@acme.example")[0] == 450)
        allow_removals()

    def test_a_group_goes_and_comes_back(self):
        slapd.modify(group("choir", ["nuno"], mail="choir@acme.example"))
        wait_until("it is there", lambda: rcpt("choir@acme.example")[0] == 550 and "5.7.1" in rcpt("choir@acme.example")[1])
        slapd.delete(f"cn=choir,ou=groups,{BASE}")
        wait_until("mail to it waits", lambda: rcpt("choir@acme.example")[0] == 450)
        self.assertIn("its directory has it no more", host.command("explain", "choir@acme.example").stdout)
        slapd.modify(group("choir", ["nuno"], mail="choir@acme.example"))
        wait_until("it is back", lambda: "5.7.1" in rcpt("choir@acme.example")[1])
        slapd.delete(f"cn=choir,ou=groups,{BASE}")
        wait_until("mail to it waits", lambda: rcpt("choir@acme.example")[0] == 450)
        allow_removals()

    def test_the_brake(self):
        gone = [f"uid=extra{number},{PEOPLE}" for number in range(6)]
        for name in gone[:5]:
            slapd.set(name, "employeeType", "gone")
        wait_until("it is held", lambda: state().get("held"))
        done = host.command("ldap", "sync", "acme")
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        self.assertIn("the brake holds back", done.stdout)
        self.assertEqual(rcpt("extra4@acme.example")[0], 250)
        preview = host.command("ldap", "preview", "acme")
        self.assertEqual(preview.returncode, 3, preview.stdout)
        done = host.command("ldap", "sync", "acme", "--allow-removals")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        wait_until("mail to them waits", lambda: rcpt("extra4@acme.example")[0] == 450)
        self.assertIsNone(state().get("held"))
        for name in gone[:5]:
            slapd.set(name, "employeeType")
        done = host.command("ldap", "sync", "acme", "--json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        wait_until("they are back", lambda: rcpt("extra4@acme.example")[0] == 250)

    def test_the_brake_holds_addresses_too(self):
        wait_until("it listens", lambda: state()["isLive"])
        names = [f"moved{number}" for number in range(5)]
        slapd.modify("".join(person(name) for name in names))
        wait_until("they are there", lambda: all(rcpt(f"{name}@acme.example")[0] == 250 for name in names))

        def rewrite(domain, *names):
            slapd.modify("".join(
                f"dn: uid={name},{PEOPLE}\nchangetype: modify\nreplace: mail\nmail: {name}@{domain}\n\n" for name in names))

        rewrite("elsewhere.example", *names)
        wait_until("it is held", lambda: state().get("held"))
        done = host.command("ldap", "sync", "acme")
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        self.assertEqual({rcpt(f"{name}@acme.example")[0] for name in names}, {250})
        rewrite("acme.example", *names)
        done = host.command("ldap", "sync", "acme")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        # One is let go, and waits.
        allow_removals()
        wait_until("it listens", lambda: state()["isLive"])
        rewrite("elsewhere.example", names[0])
        wait_until("mail to it waits", lambda: rcpt(f"{names[0]}@acme.example")[0] == 450)
        rewrite("acme.example", names[0])
        wait_until("it is back", lambda: rcpt(f"{names[0]}@acme.example")[0] == 250)
        slapd.delete(*(f"uid={name},{PEOPLE}" for name in names[:2]))
        wait_until("they are gone", lambda: rcpt(f"{names[1]}@acme.example")[0] == 450)
        allow_removals()

    def test_hostile_entries_are_findings(self):
        slapd.modify(
            person("zed", mail=["joana@casa.example", "not an address", "zed@acme.example", "rita@acme.example"])
            + group("circle-a", [f"cn=circle-b,ou=groups,{BASE}"], mail="circle-a@acme.example")
            + group("circle-b", [f"cn=circle-a,ou=groups,{BASE}", "zed"], mail="circle-b@acme.example")
            + person("twin", mail="zed@acme.example"))
        wait_until("he is there", lambda: rcpt("zed@acme.example")[0] == 250)
        # What came with him may be a generation later.
        wait_until("all is in force", lambda: "Mail effect:" not in host.command("ldap", "preview", "acme").stdout)
        done = host.command("ldap", "preview", "acme")
        for code in ("foreign-address", "bad-address", "duplicate-address", "cyclic-group", "no-address"):
            self.assertIn(f"[{code}]", done.stdout)
        self.assertNotIn("tenant casa", done.stdout)
        self.assertLessEqual(max(map(len, (line for line in done.stdout.splitlines() if not "[" in line)), default=0), 80, done.stdout)
        self.assertEqual(rcpt("circle-a@acme.example")[0] // 100, 5)  # strangers may not write to it
        slapd.delete(f"uid=twin,{PEOPLE}", f"cn=circle-a,ou=groups,{BASE}", f"cn=circle-b,ou=groups,{BASE}")

    def test_application_passwords(self):
        done = host.command("user", "app-password", "add", "olga@acme.example", "Phone", "--scope", "imap", "--json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        secret = json.loads(done.stdout)["password"]
        self.assertRegex(secret, r"^mp(-[a-z2-9]{5}){5}$")
        self.assertIsNone(refused("olga@acme.example", secret))
        with smtplib.SMTP("127.0.0.1", host.ports["submission"]) as smtp:
            smtp.starttls()
            with self.assertRaises(smtplib.SMTPAuthenticationError):
                smtp.login("olga@acme.example", secret)
        listed = host.command("user", "app-password", "list", "olga@acme.example").stdout
        self.assertRegex(listed, r"Phone +imap +used 20")
        session = imap("olga@acme.example", secret)
        self.assertEqual(host.command("user", "app-password", "remove", "olga@acme.example", "Phone").returncode, 0)
        wait_until("the session ends", lambda: ended(session))
        self.assertIsNotNone(refused("olga@acme.example", secret))
        made = json.loads(host.command("user", "app-password", "add", "tomas@acme.example", "Old", "--json").stdout)
        self.assertIsNone(refused("tomas@acme.example", made["password"]))

    def test_commands(self):
        done = host.command("ldap", "test", "acme")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for words in ("ok   connect", "STARTTLS, the certificate is trusted", "ok   bind", "tells changes", "ok   search users"):
            self.assertIn(words, done.stdout)
        self.assertEqual(host.command("ldap", "test", "casa").returncode, 1)
        done = host.command("user", "password", "nuno@acme.example", "--stdin", input="something\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("the password is in the directory corp", done.stderr + done.stdout)

    def test_other_ways_to_the_same_server(self):
        file = host.configuration / "tenants/acme/directory.yaml"
        before = file.read_text()
        tenant = host.configuration / "tenants/acme"
        for name in ("client-cert.pem", "client-key.pem"):
            (tenant / name).write_bytes((slapd.folder / name).read_bytes())
            (tenant / name).chmod(0o600)
        external = re.sub(r"bind: .*", "bind: { mechanism: external }\n    certificate_file: client-cert.pem\n    key_file: client-key.pem", before)
        ways = {
            "ldaps": before.replace(slapd.url, slapd.tls_url),
            "ldapi": before.replace(slapd.url, slapd.socket_url),
            "the second URL": before.replace(f'["{slapd.url}"]', f'["ldap://127.0.0.1:1", "{slapd.url}"]'),
            "external by certificate": external.replace(slapd.url, slapd.tls_url),
            "external on ldapi": re.sub(r"bind: .*", "bind: { mechanism: external }", before).replace(slapd.url, slapd.socket_url),
        }
        try:
            for name, text in ways.items():
                with self.subTest(name):
                    file.write_text(text)
                    done = host.command("ldap", "test", "acme")
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            file.write_text(before.replace("    ca_file: ca.pem\n", ""))
            done = host.command("ldap", "test", "acme")
            self.assertEqual(done.returncode, 1)
            self.assertIn("ca_file names the authorities", done.stdout)
        finally:
            file.write_text(before)


class Cookie(unittest.TestCase):
    """What changes while nobody listens is told from a cookie on: by deletion, and by presence where the server has forgotten."""

    def changed_meanwhile(self, number, between):
        allow_removals()
        host.stop()
        whole = read_as_a_whole()
        slapd.modify(person(f"came{number}"))
        slapd.modify(person(f"passed{number}"))
        slapd.delete(f"uid=passed{number},{PEOPLE}")
        slapd.set(f"uid=stays{number},{PEOPLE}", "mail", f"other{number}@acme.example")
        slapd.delete(f"uid=goes{number},{PEOPLE}")
        between()
        host.start()
        wait_until("who came is there", lambda: rcpt(f"came{number}@acme.example")[0] == 250)
        self.assertEqual(rcpt(f"other{number}@acme.example")[0], 250)
        self.assertEqual(rcpt(f"stays{number}@acme.example")[0], 550)
        self.assertEqual(rcpt(f"goes{number}@acme.example")[0], 450)
        self.assertEqual(rcpt(f"passed{number}@acme.example")[0], 550)
        self.assertEqual(rcpt("nuno@acme.example")[0], 250)
        wait_until("it listens", lambda: state()["isLive"])
        self.assertEqual(read_as_a_whole(), whole, "everything was read again")
        # And goes on listening.
        slapd.delete(f"uid=came{number},{PEOPLE}", f"uid=stays{number},{PEOPLE}")
        wait_until("who went is suspended", lambda: rcpt(f"came{number}@acme.example")[0] == 450)

    def test_after_a_restart(self):
        slapd.modify("".join(person(f"{name}{number}") for name in ("stays", "goes") for number in (1, 2)))
        wait_until("they are there", lambda: rcpt("goes2@acme.example")[0] == 250)
        wait_until("it listens", lambda: state()["isLive"])
        self.changed_meanwhile(1, lambda: None)

        def restart():
            slapd.stop()
            slapd.start()

        self.changed_meanwhile(2, restart)
        allow_removals()


def read_as_a_whole():
    """When everything was read last; also while the host is stopped."""
    with contextlib.closing(sqlite3.connect(host.data / "control/directories.db")) as database:
        return json.loads(database.execute("SELECT record FROM directory").fetchone()[0])["lastWhole"]


def allow_removals():
    """What has gone until now is not counted by the brake any more."""
    done = host.command("ldap", "sync", "acme", "--allow-removals")
    if done.returncode:
        raise AssertionError(done.stdout + done.stderr)


class Outage(unittest.TestCase):
    """Last by its name's order within the file: the server goes away and comes back."""

    def test_away_and_back(self):
        self.assertIsNone(refused("olga@acme.example", "ldap-olga"))
        slapd.stop()
        wait_until("it is known to be away", lambda: state().get("failingSince"))
        self.assertIsNone(refused("olga@acme.example", "ldap-olga"))
        self.assertIn("UNAVAILABLE", refused("olga@acme.example", "never right"))
        self.assertIsNone(refused("rita@acme.example", PASSWORDS["rita"]))
        self.assertEqual(rcpt("nuno@acme.example")[0], 250)
        done = host.command("ldap", "sync", "acme")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertEqual(host.command("ldap", "test", "acme").returncode, 1)
        slapd.start()
        wait_until("it is back", lambda: state().get("failingSince") is None)
        # For some seconds it is not asked again.
        wait_until("nuno logs in", lambda: refused("nuno@acme.example", "ldap-nuno") is None)


class Wrong(unittest.TestCase):
    """Guesses do not all reach the directory, and a changed password ends sessions."""

    def test_few_guesses_reach_it(self):
        slapd.modify(person("vera"))
        wait_until("she is there", lambda: rcpt("vera@acme.example")[0] == 250)
        # After an outage the directory is not asked for some seconds.
        wait_until("she logs in", lambda: refused("vera@acme.example", "ldap-vera") is None)
        session = imap("vera@acme.example", "ldap-vera")
        slapd.set(f"uid=vera,{PEOPLE}", "carLicense", "1")
        slapd.set(f"uid=vera,{PEOPLE}", "userPassword", "other")
        slapd.set(f"uid=vera,{PEOPLE}", "carLicense", "2")
        wait_until("the session ends", lambda: ended(session))
        self.assertIsNone(refused("vera@acme.example", "other"))
        for number in range(3):
            self.assertIn("AUTHENTICATIONFAILED", refused("vera@acme.example", f"guess {number}"))
        # The fourth is not asked about, right or wrong.
        self.assertNotIn("AUTHENTICATIONFAILED", refused("vera@acme.example", "guess 4") or "AUTHENTICATIONFAILED")


def ended(session):
    with contextlib.suppress(imaplib.IMAP4.error, OSError):
        session.noop()
        return False
    return True


if __name__ == "__main__":
    unittest.main()
