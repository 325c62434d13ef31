"""Name servers for a test, on loopback addresses of their own: an authoritative one (nsd) with a root, and a recursor (bind9)."""
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from host import PATIENCE, wait_until

HEAD = "$ORIGIN {0}\n$TTL 1\n@ SOA ns.zone. admin.zone. {1} 3600 600 86400 1\n@ NS ns.zone.\n"


class NameServers:
    """`zones` are changed and `reload` shows them; the recursor remembers nothing for longer than a second.

    `dynamic` are zones that the recursor holds itself and changes by updates (RFC 2136) signed with `update_key` alone.
    """
    update_key = "bWFsYXBvc3RhLXRlc3Qta2V5LW9mLTMyLW9jdGV0cy4="

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="malaposta-dns-"))
        net = f"127.{random.randint(1, 254)}.{random.randint(1, 254)}"
        self.authority, self.recursor = f"{net}.1", f"{net}.2"
        # For a web site; nothing listens there by itself.
        self.web = f"{net}.3"
        self.zones = {}
        self.dynamic = {}
        self.serial = 1
        self.processes = []

    def start(self):
        (self.folder / "anchor").write_text(self.anchor())
        self.write()
        conf = [f'server:\n ip-address: {self.authority}@53\n username: ""\n zonesdir: "{self.folder}"\n database: ""\n'
                f' pidfile: "{self.folder}/nsd.pid"\n xfrdfile: "{self.folder}/xfrd"\n zonelistfile: "{self.folder}/list"\n'
                f' xfrdir: "{self.folder}"\n server-count: 1\n do-ip6: no\n rrl-ratelimit: 0\nremote-control:\n control-enable: no\n']
        conf += [f'zone:\n name: "{name}"\n zonefile: "{name}.zone"\n' for name in [".", "zone", *self.zones]]
        (self.folder / "nsd.conf").write_text("".join(conf).replace('"..zone"', '"root.zone"'))
        self.spawn(["nsd", "-d", "-c", self.folder / "nsd.conf"], "nsd")
        (self.folder / "hints").write_text(f". 3600000 NS ns.zone.\nns.zone. 3600000 A {self.authority}\n")
        (self.folder / "named.conf").write_text(
            f'options {{ directory "{self.folder}"; listen-on port 53 {{ {self.recursor}; }}; listen-on-v6 {{ none; }};'
            f' recursion yes; allow-query {{ any; }}; dnssec-validation no; empty-zones-enable no; pid-file "{self.folder}/named.pid";'
            f' session-keyfile "{self.folder}/session"; managed-keys-directory "{self.folder}"; max-cache-ttl 1; max-ncache-ttl 1;'
            f' query-source address {self.recursor}; }};\ncontrols {{ }};\nzone "." {{ type hint; file "hints"; }};\n'
            f'key "updates" {{ algorithm hmac-sha256; secret "{self.update_key}"; }};\n' + "".join(
                f'zone "{name}" {{ type primary; file "{name}.dynamic"; allow-update {{ key "updates"; }}; }};\n' for name in self.dynamic))
        for name, records in self.dynamic.items():
            (self.folder / f"{name}.dynamic").write_text(
                f"$ORIGIN {name}.\n$TTL 1\n@ SOA ns admin 1 3600 600 86400 1\n@ NS ns\nns A {self.recursor}\n{records}")
        # bind9 listens at addresses that an interface has by name, not at all of 127.0.0.0/8.
        subprocess.run(["ip", "address", "add", f"{self.recursor}/32", "dev", "lo"], check=True)
        self.spawn(["named", "-g", "-n", "1", "-c", self.folder / "named.conf"], "named")
        for address in (self.authority, self.recursor):
            self.wait(address)
        return self

    @property
    def anchor_file(self):
        return self.folder / "anchor"

    def anchor(self):
        """A trust anchor of a zone that does not exist: nothing here is signed."""
        name = subprocess.run(["dnssec-keygen", "-q", "-K", self.folder, "-a", "ECDSAP256SHA256", "-f", "KSK", "anchor"],
                              check=True, capture_output=True, text=True).stdout.strip()
        return (self.folder / f"{name}.key").read_text()

    def write(self):
        for name, records in self.zones.items():
            (self.folder / f"{name}.zone").write_text(HEAD.format(name + ".", self.serial) + records)
        delegations = "".join(f"{name}. NS ns.zone.\n" for name in ["zone", *self.zones])
        (self.folder / "root.zone").write_text(HEAD.format(".", self.serial) + f"ns.zone. A {self.authority}\n" + delegations)
        (self.folder / "zone.zone").write_text(HEAD.format("zone.", self.serial) + f"ns A {self.authority}\n")

    def reload(self):
        self.serial += 1
        self.write()
        self.processes[0].send_signal(signal.SIGHUP)
        # The recursor's and the host's resolver forget within a second and five.
        wait_until("nsd has read its zones again", self.is_read)

    def is_read(self):
        found = subprocess.run(["dig", f"@{self.authority}", "+short", "+tries=1", "+time=1", "SOA", next(iter(self.zones))],
                               capture_output=True, text=True).stdout.split()
        return len(found) > 2 and found[2] == str(self.serial)

    def spawn(self, command, name):
        with open(self.folder / f"{name}.log", "ab") as log:
            self.processes.append(subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL))

    def wait(self, address):
        end = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection((address, 53), 1).close()
                return
            except OSError:
                if time.monotonic() > end:
                    raise AssertionError(f"nobody listens at {address}:\n" + "".join(
                        file.read_text(errors="replace") for file in self.folder.glob("*.log")))
                time.sleep(0.05)

    def close(self):
        for process in self.processes:
            process.kill()
            process.wait()
        subprocess.run(["ip", "address", "del", f"{self.recursor}/32", "dev", "lo"], stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)


def may_listen():
    """Whether this user may have port 53 on a loopback address."""
    with socket.socket() as one:
        try:
            one.bind((f"127.{random.randint(1, 254)}.{random.randint(1, 254)}.9", 53))
            return True
        except OSError:
            return False
