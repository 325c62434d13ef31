"""An OpenLDAP server of a test's own: on free ports, in its own folder, with a certificate of its own authority."""
import contextlib
import json
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import time

from host import PATIENCE, free_ports

BASE = "dc=acme,dc=example"
READER = f"cn=reader,{BASE}"
READER_PASSWORD = "reads-everything"
ADMIN = f"cn=admin,{BASE}"
ADMIN_PASSWORD = "may-do-all"


def run(*command, input=None):
    done = subprocess.run([str(word) for word in command], input=input, capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise AssertionError(f"{command}: {done.stdout}{done.stderr}")
    return done.stdout


class Slapd:
    """`schemas` are names in /etc/ldap/schema, or paths; `extra` goes into the database's part of slapd.conf, as do `limits`."""

    def __init__(self, base=BASE, schemas=("core", "cosine", "inetorgperson", "nis", "misc"), live=True, modules=(), extra="",
                 limits="size=unlimited time=unlimited"):
        self.base = base
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="malaposta-slapd-"))
        self.port, self.tls_port = free_ports(2)
        self.socket = self.folder / "ldapi"
        self.process = None
        self.certificates()
        (self.folder / "data").mkdir()
        includes = "\n".join(f"include {name if '/' in str(name) else f'/etc/ldap/schema/{name}.schema'}" for name in schemas)
        provider = "\n".join(f"moduleload {name}" for name in ([*modules, "syncprov"] if live else modules))
        overlay = "overlay syncprov\nsyncprov-sessionlog 100" if live else ""
        (self.folder / "slapd.conf").write_text(f"""
{includes}
modulepath /usr/lib/ldap
moduleload back_mdb
{provider}
pidfile {self.folder}/pid
argsfile {self.folder}/args
TLSCACertificateFile {self.folder}/ca.pem
TLSCertificateFile {self.folder}/cert.pem
TLSCertificateKeyFile {self.folder}/key.pem
TLSVerifyClient allow
authz-regexp "gidNumber=.*,cn=peercred,cn=external,cn=auth" "cn=reader,{base}"
authz-regexp "cn=client" "cn=reader,{base}"
database mdb
maxsize 1073741824
suffix "{base}"
rootdn "cn=admin,{base}"
rootpw {ADMIN_PASSWORD}
directory {self.folder}/data
dbnosync
index objectClass,entryUUID,entryCSN,uid,mail eq
limits dn.exact="cn=reader,{base}" {limits}
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="cn=reader,{base}" read by anonymous auth by * none
{overlay}
{extra}
""")

    def certificates(self):
        folder = self.folder
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test authority", "-keyout",
            folder / "ca.key", "-out", folder / "ca.pem", "-addext", "basicConstraints=critical,CA:TRUE")
        for name, subject, alternative in (("", "/CN=localhost", "DNS:localhost,IP:127.0.0.1"), ("client-", "/CN=client", "DNS:client")):
            run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", subject, "-keyout", folder / f"{name}key.pem", "-out",
                folder / f"{name}request.pem")
            (folder / "names").write_text(f"subjectAltName={alternative}\n")
            run("openssl", "x509", "-req", "-days", "2", "-in", folder / f"{name}request.pem", "-CA", folder / "ca.pem", "-CAkey",
                folder / "ca.key", "-CAcreateserial", "-out", folder / f"{name}cert.pem", "-extfile", folder / "names")

    @property
    def url(self):
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def tls_url(self):
        return f"ldaps://127.0.0.1:{self.tls_port}"

    @property
    def socket_url(self):
        return "ldapi://" + str(self.socket).replace("/", "%2f")

    def load(self, ldif):
        """Before it is started: many entries at once."""
        (self.folder / "load.ldif").write_text(ldif)
        run("/usr/sbin/slapadd", "-q", "-f", self.folder / "slapd.conf", "-l", self.folder / "load.ldif")

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                ["/usr/sbin/slapd", "-d", "0", "-f", self.folder / "slapd.conf", "-h",
                 f"{self.url} {self.tls_url} {self.socket_url}"], stdout=subprocess.DEVNULL, stderr=log)
        end = time.monotonic() + PATIENCE
        while subprocess.run(["ldapwhoami", "-x", "-H", self.url], capture_output=True).returncode:
            if time.monotonic() > end or self.process.poll() is not None:
                raise AssertionError("slapd does not start: " + (self.folder / "log").read_text())
            time.sleep(0.05)
        return self

    def modify(self, ldif):
        """Changes as ldapmodify(1) takes them; entries without a changetype are added."""
        run("ldapmodify", "-a", "-x", "-H", self.url, "-D", f"cn=admin,{self.base}", "-w", ADMIN_PASSWORD, input=ldif)

    def set(self, name, attribute, *values):
        lines = "".join(f"{attribute}: {value}\n" for value in values)
        self.modify(f"dn: {name}\nchangetype: modify\nreplace: {attribute}\n{lines}")

    def delete(self, *names):
        for name in names:
            self.modify(f"dn: {name}\nchangetype: delete\n")

    def value(self, name, attribute):
        found = run("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-x", "-H", self.url, "-D", f"cn=admin,{self.base}", "-w",
                    ADMIN_PASSWORD, "-b", name, "-s", "base", attribute)
        values = [line.split(": ", 1)[1] for line in found.splitlines() if line.lower().startswith(attribute.lower() + ": ")]
        return values[0] if values else None

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE)

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def kept_findings(host, code):
    """How many findings a host has kept; a preview would read everything."""
    with contextlib.closing(sqlite3.connect(host.data / "control/directories.db")) as database:
        return [json.loads(record)["code"] for record, in database.execute("SELECT record FROM finding")].count(code)


def roots(base=BASE, *units):
    """The entries above all others, and the reader's."""
    first = base.split(",")[0].split("=")[1]
    text = f"""dn: {base}
objectClass: dcObject
objectClass: organization
dc: {first}
o: Example

dn: cn=reader,{base}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: {READER_PASSWORD}

"""
    return text + "".join(f"dn: ou={unit},{base}\nobjectClass: organizationalUnit\nou: {unit}\n\n" for unit in units)


def person(uid, mail=None, base=f"ou=people,{BASE}", password=None, **more):
    """An entry of inetOrgPerson; a value may be a list."""
    values = {"cn": uid.capitalize(), "sn": uid, "uid": uid, "mail": mail or f"{uid}@acme.example",
              "userPassword": password or f"ldap-{uid}", **more}
    lines = [f"{name}: {value}" for name, given in values.items() for value in (given if isinstance(given, list) else [given])]
    return f"dn: uid={uid},{base}\nobjectClass: inetOrgPerson\n" + "\n".join(lines) + "\n\n"
