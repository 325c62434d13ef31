"""The presets: FreeIPA's and LLDAP's against slapd with their entries' schema, Active Directory's against Samba's."""
import ctypes
import json
import os
import pathlib
import shutil
import smtplib
import subprocess
import tempfile
import unittest

from fed import Fed
from host import PATIENCE, wait_until
from slapd import Slapd, roots, run

SCHEMAS = pathlib.Path(__file__).resolve().parent / "schemas"


class FreeIPA(unittest.TestCase):
    base = "dc=ipa,dc=example"

    def setUp(self):
        accounts = f"cn=accounts,{self.base}"
        self.slapd = Slapd(
            base=self.base, schemas=("core", "cosine", "nis", "inetorgperson", SCHEMAS / "freeipa.schema"), live=False,
            modules=["memberof"],
            extra="overlay memberof\nmemberof-group-oc groupOfNames\nmemberof-member-ad member\nmemberof-memberof-ad memberOf")
        self.addCleanup(self.slapd.close)
        self.slapd.load(roots(self.base) + "".join(
            f"dn: {name}\nobjectClass: applicationProcess\ncn: {name.split(',')[0][3:]}\n\n"
            for name in (accounts, f"cn=users,{accounts}", f"cn=groups,{accounts}")))
        self.slapd.start()
        for number, (uid, locked) in enumerate((("ada", "FALSE"), ("bob", "TRUE"))):
            self.slapd.modify(f"""dn: uid={uid},cn=users,{accounts}
objectClass: inetOrgPerson
objectClass: posixAccount
objectClass: ipaObject
uid: {uid}
cn: {uid.capitalize()} Test
sn: Test
displayName: {uid.capitalize()} Test
mail: {uid}@acme.example
uidNumber: {number + 1000}
gidNumber: 1000
homeDirectory: /home/{uid}
ipaUniqueID: 1b3c0000-0000-11f0-8000-00000000000{number}
krbPrincipalName: {uid}@IPA.EXAMPLE
krbLastPwdChange: 20260101000000Z
nsAccountLock: {locked}
userPassword: ipa-{uid}
""")
        for cn, member, mail in (("inner", f"uid=bob,cn=users,{accounts}", ""), ("team", f"cn=inner,cn=groups,{accounts}", "mail: team@acme.example\n")):
            self.slapd.modify(f"dn: cn={cn},cn=groups,{accounts}\nobjectClass: ipaUserGroup\nobjectClass: ipaObject\nobjectClass: extensibleObject\n"
                              f"cn: {cn}\nipaUniqueID: group-{cn}\nmember: {member}\n{mail}")

    def test_accounts(self):
        fed = Fed(f"""  - id: ipa
    preset: freeipa
    urls: ["{self.slapd.tls_url}"]
    ca_file: ca.pem
    bind: {{ dn: "cn=reader,{self.base}", password_file: ldap.secret }}
    base: {self.base}
""", self.slapd.folder / "ca.pem")
        self.addCleanup(fed.host.close)
        wait_until("ada is there", lambda: fed.rcpt("ada@acme.example") == 250)
        for name in ("ada", "ada@acme.example", "ada@IPA.EXAMPLE"):
            self.assertTrue(fed.logs_in(name, "ipa-ada"), name)
        self.assertFalse(fed.logs_in("ada", "ipa-bob"))
        self.assertEqual(fed.rcpt("bob@acme.example"), 450)
        self.assertFalse(fed.logs_in("bob", "ipa-bob"))
        self.assertEqual(fed.user("ada@acme.example")["displayName"], "Ada Test")
        status = json.loads(fed.host.command("status", "--json").stdout)["control"]["directories"][0]
        self.assertEqual((status["users"], status["groups"], status["isLive"]), (2, 2, False))


class LLDAP(unittest.TestCase):
    base = "dc=lldap,dc=example"

    def test_accounts(self):
        slapd = Slapd(base=self.base, live=False, modules=["memberof"],
                      extra="overlay memberof\nmemberof-group-oc groupOfUniqueNames\nmemberof-member-ad uniqueMember\nmemberof-memberof-ad memberOf")
        self.addCleanup(slapd.close)
        slapd.load(roots(self.base, "people", "groups"))
        slapd.start()
        slapd.modify(f"""dn: uid=carla,ou=people,{self.base}
objectClass: inetOrgPerson
uid: carla
cn: Carla Rocha
sn: Rocha
mail: carla@acme.example
userPassword: lldap-carla

dn: cn=staff,ou=groups,{self.base}
objectClass: groupOfUniqueNames
cn: staff
uniqueMember: uid=carla,ou=people,{self.base}
""")
        fed = Fed(f"""  - id: lldap
    preset: lldap
    urls: ["{slapd.tls_url}"]
    ca_file: ca.pem
    bind: {{ dn: "cn=reader,{self.base}", password_file: ldap.secret }}
    base: {self.base}
""", slapd.folder / "ca.pem")
        self.addCleanup(fed.host.close)
        wait_until("carla is there", lambda: fed.rcpt("carla@acme.example") == 250)
        self.assertTrue(fed.logs_in("carla", "lldap-carla"))
        self.assertEqual(fed.user("carla@acme.example")["displayName"], "Carla Rocha")


def own_network():
    """A network namespace of this thread and its children; what leads back. None where that is not allowed."""
    libc = ctypes.CDLL(None, use_errno=True)
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    if libc.unshare(0x40000000):
        os.close(before)
        return None
    run("ip", "link", "set", "lo", "up")

    def back():
        libc.setns(before, 0x40000000)
        os.close(before)
    return back


class Samba(unittest.TestCase):
    """Samba answers on the well-known ports only, so everything here is in a network of its own."""
    base = "DC=acme,DC=test"
    admin_password = "Admin-Passw0rd"

    def setUp(self):
        for program in ("samba", "samba-tool", "ip"):
            if not shutil.which(program):
                self.skipTest(f"{program} is missing: the active-directory preset is not tested against Samba")
        back = own_network()
        if back is None:
            self.skipTest("no right to make a network namespace: the active-directory preset is not tested against Samba")
        self.addCleanup(back)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="malaposta-samba-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        Slapd.certificates(self)
        conf = self.folder / "etc/smb.conf"
        run("samba-tool", "domain", "provision", "--realm=ACME.TEST", "--domain=ACME", f"--adminpass={self.admin_password}",
            "--server-role=dc", "--dns-backend=NONE", "--host-name=dc1", "--host-ip=127.0.0.1", f"--targetdir={self.folder}",
            f"--option=posix:eadb={self.folder}/eadb.tdb", "--option=interfaces=lo", "--option=bind interfaces only=yes",
            "--option=vfs objects=dfs_samba4 xattr_tdb", f"--option=xattr_tdb:file={self.folder}/xattr.tdb")
        text = conf.read_text().replace("[global]", f"""[global]
    server services = ldap, cldap, kdc
    interfaces = lo
    bind interfaces only = yes
    tls cafile = {self.folder}/ca.pem
    tls certfile = {self.folder}/cert.pem
    tls keyfile = {self.folder}/key.pem
    pid directory = {self.folder}
    lock directory = {self.folder}/lock
    log file = {self.folder}/log.samba
""", 1)
        conf.write_text(text)
        for name in ("key.pem",):
            (self.folder / name).chmod(0o600)
        (self.folder / "lock").mkdir(exist_ok=True)
        # Samba's own, which is made at a boot, and missing in a container that was started again.
        pathlib.Path("/run/samba").mkdir(exist_ok=True)
        self.conf = conf
        with open(self.folder / "out", "wb") as out:
            self.samba = subprocess.Popen(["samba", "-i", "-M", "single", f"--configfile={conf}"], stdin=subprocess.DEVNULL,
                                          stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
        self.addCleanup(self.stop)
        def up():
            self.assertIsNone(self.samba.poll(), (self.folder / "out").read_text())
            # Not ldapwhoami(1): Samba 4.17 does not know that operation (RFC 4532) and answers it with an error.
            # The port with TLS is the last to be there.
            return subprocess.run(["ldapsearch", "-x", "-H", "ldaps://127.0.0.1", "-s", "base", "-b", "", "dnsHostName"],
                                  capture_output=True, env=self.environment()).returncode == 0
        try:
            wait_until("Samba answers", up, 60)
        except AssertionError as error:
            said = [file.read_text(errors="replace") for file in (self.folder / "out", self.folder / "log.samba") if file.exists()]
            raise AssertionError("\n".join([str(error), *said])) from None

    def stop(self):
        self.samba.terminate()
        self.samba.wait(PATIENCE)

    def environment(self):
        """Of libldap's programs."""
        return {**os.environ, "LDAPTLS_CACERT": f"{self.folder}/ca.pem"}

    def tool(self, *words):
        return run("samba-tool", *words, f"--configfile={self.conf}", "-H", f"{self.folder}/private/sam.ldb")

    def modify(self, ldif):
        done = subprocess.run(
            ["ldapmodify", "-x", "-H", "ldaps://127.0.0.1", "-D", "administrator@ACME.TEST", "-w", self.admin_password],
            input=ldif, text=True, capture_output=True, env=self.environment())
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_accounts(self):
        for name in ("dora", "emil", "reader"):
            self.tool("user", "create", name, f"Passw0rd-{name}", f"--mail-address={name}@old.example" if name != "dora" else "--mail-address=dora@acme.example",
                      "--given-name=" + name.capitalize(), "--surname=Test")
        self.tool("group", "add", "Crew", "--mail-address=crew@acme.example")
        self.tool("group", "addmembers", "Crew", "dora,emil")
        self.modify(f"""dn: CN=Emil Test,CN=Users,{self.base}
changetype: modify
add: proxyAddresses
proxyAddresses: smtp:e.test@acme.example
proxyAddresses: SMTP:emil@acme.example
proxyAddresses: X500:/o=Acme/cn=emil
""")
        # After the first one the test alone orders a sync, and sees what it finds.
        fed = Fed(f"""  - id: ad
    preset: active-directory
    urls: ["ldaps://127.0.0.1"]
    ca_file: ca.pem
    bind: {{ dn: "reader@ACME.TEST", password_file: ldap.secret }}
    base: {self.base}
    sync: {{ interval: 24h }}
""", self.folder / "ca.pem", "Passw0rd-reader")
        self.addCleanup(fed.host.close)
        tested = fed.host.command("ldap", "test", "acme")
        self.assertEqual(tested.returncode, 0, tested.stdout + tested.stderr)
        wait_until("dora is there", lambda: fed.rcpt("dora@acme.example") == 250)
        for name in ("dora", "dora@acme.example", "dora@acme.test"):
            self.assertTrue(fed.logs_in(name, "Passw0rd-dora"), name)
        self.assertFalse(fed.logs_in("dora", "Passw0rd-emil"))
        # proxyAddresses: the one in capitals is the main address, mail in another domain is a finding.
        emil = fed.user("emil@acme.example")
        self.assertIn("e.test@acme.example", emil["aliases"])
        self.assertTrue(fed.logs_in("emil", "Passw0rd-emil"))
        with smtplib.SMTP("127.0.0.1", fed.host.ports["submission"]) as smtp:
            smtp.starttls()
            smtp.login("dora", "Passw0rd-dora")
            smtp.sendmail("dora@acme.example", ["crew@acme.example"], "From: dora@acme.example\r\nSubject: to the crew\r\n\r\nText.\r\n")
        for name in ("dora", "emil"):
            wait_until(f"{name} has it", lambda: fed.subjects(name, f"Passw0rd-{name}") == ["Subject: to the crew"])
        # Disabled, renamed and moved: userAccountControl, and the objectGUID that stays.
        before = emil["id"]
        self.tool("user", "disable", "emil")
        self.modify(f"dn: CN=Emil Test,CN=Users,{self.base}\nchangetype: modrdn\nnewrdn: CN=Emil Moved\ndeleteoldrdn: 1\n")
        fed.sync("1 user changed")
        wait_until("emil is suspended", lambda: fed.rcpt("emil@acme.example") == 450)
        self.assertFalse(fed.logs_in("emil", "Passw0rd-emil"))
        self.tool("user", "enable", "emil")
        fed.sync("1 user changed")
        wait_until("emil is back", lambda: fed.rcpt("emil@acme.example") == 250)
        self.assertEqual(fed.user("emil@acme.example")["id"], before)


if __name__ == "__main__":
    unittest.main()
