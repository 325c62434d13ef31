"""Tenants are walls, also where both have a directory: what somebody of one types is nothing that the other's directory is asked."""
import base64
import json
import unittest

from host import PASSWORDS, Host, wait_until
from slapd import BASE, READER, READER_PASSWORD, Slapd, person, roots

slapd = host = None

DIRECTORY = """schema: 1
directories:
  - id: corp
    preset: openldap
    urls: ["{url}"]
    ca_file: ca.pem
    bind: {{ dn: "{reader}", password_file: ldap.secret }}
    base: ou={tenant},{base}
    users: {{ attributes: {{ login: [uid, employeeNumber] }} }}
"""
DOMAINS = {"acme": "acme.example", "casa": "casadorio.example"}


def people(tenant, *names):
    return "".join(
        person(name, mail=f"{name}.l@{DOMAINS[tenant]}", base=f"ou={tenant},{BASE}", password=f"{tenant}-{name}",
               employeeNumber=f"{name}@corp.local") for name in names)


def setUpModule():
    global slapd, host
    slapd = Slapd()
    # Rui is in both, Zeca alone in casa's, Joana is in acme's and, as an account of the files, casa's.
    slapd.load(roots(BASE, *DOMAINS) + people("acme", "rui", "joana") + people("casa", "rui", "zeca"))
    slapd.start()
    host = Host(demo=False)
    for tenant in DOMAINS:
        folder = host.configuration / "tenants" / tenant
        (folder / "ca.pem").write_bytes((slapd.folder / "ca.pem").read_bytes())
        (folder / "ldap.secret").write_text(READER_PASSWORD + "\n")
        (folder / "ldap.secret").chmod(0o600)
        (folder / "directory.yaml").write_text(DIRECTORY.format(url=slapd.url, reader=READER, base=BASE, tenant=tenant))
    host.start()
    for tenant, name in (("acme", "joana"), ("casa", "zeca")):
        wait_until(f"{tenant} is read", lambda: refused(f"{name}@{DOMAINS[tenant]}", f"{tenant}-{name}") is None)


def tearDownModule():
    if host:
        host.close()
    if slapd:
        slapd.close()


addresses = (f"192.0.2.{number}" for number in range(1, 255))


def refused(user, password):
    """Why a log-in is refused, each time to somebody else, so that nobody is slowed down; None where it is not."""
    answer = host.ask("auth.sock", "authenticate", login=user, password=base64.b64encode(password.encode()).decode(),
                      service="imap", remote=next(addresses))
    return None if "accepted" in answer else json.dumps(answer)


class Names(unittest.TestCase):
    def test_are_the_tenants_own(self):
        self.assertIsNone(refused("rui@acme.example", "acme-rui"))
        self.assertIsNone(refused("rui@casadorio.example", "casa-rui"))

    def test_without_a_domain_lead_to_nobody(self):
        # Had zeca's or joana's directory been asked, it would have said yes: also where only one of the two has the name.
        for name, password in (("zeca", "casa-zeca"), ("joana", "acme-joana"), ("rui", "acme-rui"), ("rui", "casa-rui")):
            for typed in (name, f"{name}@corp.local"):
                with self.subTest(typed=typed, password=password):
                    self.assertIn("rejected", refused(typed, password))

    def test_do_not_lead_across_with_the_other_domain(self):
        self.assertIn("rejected", refused("zeca@acme.example", "casa-zeca"))
        self.assertIn("rejected", refused("rui@acme.example", "casa-rui"))
        self.assertIn("rejected", refused("rui@casadorio.example", "acme-rui"))
        self.assertIsNone(refused("joana@casadorio.example", PASSWORDS["joana"]))


if __name__ == "__main__":
    unittest.main()
