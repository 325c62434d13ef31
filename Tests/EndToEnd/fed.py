"""A host whose accounts come from a directory."""
import imaplib
import json
import re
import shutil
import smtplib

from host import Host
from slapd import READER_PASSWORD


class Fed:
    """A host whose only tenant is fed by a directory: so names without a domain, and principals, are looked up."""

    def __init__(self, directory, authority, password=READER_PASSWORD):
        self.host = Host(demo=False)
        shutil.rmtree(self.host.configuration / "tenants/casa")
        limits = self.host.configuration / "malaposta.yaml"
        limits.write_text(re.sub(r"(?m)^tenants:\n( .*\n)*", "", limits.read_text()))
        tenant = self.host.configuration / "tenants/acme"
        (tenant / "ca.pem").write_bytes(authority.read_bytes())
        (tenant / "ldap.secret").write_text(password + "\n")
        (tenant / "ldap.secret").chmod(0o600)
        (tenant / "directory.yaml").write_text("schema: 1\ndirectories:\n" + directory)
        self.host.start()

    def user(self, address):
        done = self.host.command("user", "show", address, "--json")
        return json.loads(done.stdout)["users"][0]["account"] if done.returncode == 0 else None

    def logs_in(self, name, password):
        session = imaplib.IMAP4("127.0.0.1", self.host.ports["imap"])
        try:
            session.login(name, password)
            return True
        except imaplib.IMAP4.error:
            return False
        finally:
            session.shutdown()

    def rcpt(self, address):
        with smtplib.SMTP("127.0.0.1", self.host.ports["smtp"]) as smtp:
            smtp.ehlo("client.example")
            smtp.mail("maria@elsewhere.example")
            return smtp.rcpt(address)[0]

    def sync(self, said):
        done = self.host.command("ldap", "sync", "acme")
        if done.returncode or said not in done.stdout:
            raise AssertionError(f"not \"{said}\" but {done.returncode}: {done.stdout}{done.stderr}")

    def subjects(self, name, password):
        """The subjects in a user's INBOX."""
        with imaplib.IMAP4("127.0.0.1", self.host.ports["imap"]) as session:
            session.login(name, password)
            session.select("INBOX", readonly=True)
            _, found = session.fetch("1:*", "(BODY[HEADER.FIELDS (SUBJECT)])")
            return [part[1].decode().strip() for part in found if isinstance(part, tuple)]
