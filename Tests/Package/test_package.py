"""The Debian packages on a machine of their own: installed by apt, set up, under load, crashed, upgraded, purged.

Needs root, systemd-nspawn and debootstrap, and the packages in .build/deb (`make deb`); says loudly where it cannot run. The tests are one
life of one machine, and run in the order of their names."""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import directory  # noqa: E402
from machine import ROOT, Machine, missing, run, wait_until  # noqa: E402

CLIENTS = (pathlib.Path(__file__).parent / "clients.py").read_text()
KNOCKING = (pathlib.Path(__file__).parent / "sockets.py").read_text()
# Whom each program's socket lets in, beside root and the user whose it is.
LET_IN = {
    "control.sock": ("malaposta", []),
    "auth.sock": ("malaposta", ["malaposta-mail", "malaposta-web"]),
    "mail-admin.sock": ("malaposta-mail", ["malaposta", "malaposta-web"]),
    "mail-health.sock": ("malaposta-mail", ["malaposta"]),
    "submission.sock": ("malaposta-mail", ["malaposta", "malaposta-web"]),
    "web-health.sock": ("malaposta-web", ["malaposta"]),
}
WORKERS = ["malaposta-control.service", "malaposta-mail.service", "malaposta-web.service"]
PORTS = [25, 80, 143, 443, 465, 587, 993]
SOCKETS = ["smtp", "submission", "submissions", "imap", "imaps", "http", "https", "sendmail"]
PASSWORD = "correct horse battery"
NEXT_VERSION = "99.0"


def built_packages(out, version=None):
    """Builds the packages into a folder; the programs are those that `make build` has built."""
    run(ROOT / "packaging/build-deb", *([version] if version else []), timeout=600, env={**os.environ, "OUT": str(out)})
    if version is None:
        version = run("dpkg-parsechangelog", "-l", ROOT / "packaging/debian/changelog", "-S", "Version").stdout.strip()
    return sorted(out.glob(f"*_{version}_*.deb"))


def setUpModule():
    reason = missing()
    if reason:
        line = "=" * 78
        print(f"\n{line}\n  THE PACKAGE TEST DID NOT RUN: {reason}.\n  What the Debian packages do is not tested here.\n{line}", file=sys.stderr)
        raise unittest.SkipTest(reason)


class Flow:
    """Mail to rita, one after the other, as long as the block lasts."""

    def __init__(self, machine, name):
        self.end = machine.tree / f"srv/{name}-ends"
        self.client = subprocess.Popen(machine.command("python3", "-", "flow", "rita@acme.example", name, f"/srv/{name}-ends"),
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.lines = []
        self.reader = threading.Thread(target=lambda: self.lines.extend(self.client.stdout))
        self.client.stdin.write(CLIENTS)
        self.client.stdin.close()
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end.touch()
        self.client.wait(180)
        self.reader.join()
        self.client.stdout.close()

    def accepted(self):
        return [line.split()[1] for line in self.lines if line.startswith("accepted")]

    def text(self):
        """All that the client said."""
        return "".join(self.lines)

    def goes_on(self, count):
        """Until so many more are accepted: that they are is asserted, not how fast."""
        wanted = len(self.accepted()) + count

        def came():
            if self.client.poll() is not None:
                raise AssertionError(self.text())
            return len(self.accepted()) >= wanted

        wait_until("mail flows", came, 600)


class PackageTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Packing takes a while: it is done beside the rest.
        packing = concurrent.futures.ThreadPoolExecutor(1)
        out = pathlib.Path(tempfile.mkdtemp(prefix="malaposta-packages-", dir="/var/tmp"))
        cls.addClassCleanup(shutil.rmtree, out, ignore_errors=True)
        cls.addClassCleanup(packing.shutdown)
        packages = packing.submit(built_packages, out)
        cls.machine = Machine()
        cls.addClassCleanup(cls.machine.close)
        cls.machine.offer(packages.result())
        cls.machine.boot()
        cls.next = packing.submit(built_packages, out, NEXT_VERSION)

    def client(self, *words, **options):
        return self.machine.python(CLIENTS, *words, **options).stdout

    def inbox(self, user):
        return self.client("inbox", user, PASSWORD).split("\n")

    def arrives(self, subject, user="rita@acme.example", seconds=60):
        wait_until(f"{subject} is in the INBOX", lambda: subject in self.inbox(user), seconds)

    def people_of_the_directory_log_in(self):
        """By LDAP bind, after slapd may have been started just now."""
        for tenant, users in directory.TENANTS.items():
            for user in users:
                words = ("inbox", f"{user}@{tenant}.example", directory.password(user))
                wait_until(f"{user} logs in", lambda: self.machine.python(CLIENTS, *words, check=False).returncode == 0, 60, pause=1)
            refused = self.machine.python(CLIENTS, "inbox", f"{users[0]}@{tenant}.example", "another", check=False)
            self.assertIn("AUTHENTICATIONFAILED", refused.stdout)

    def listening(self):
        ports = self.machine.run("ss", "-Hltn").stdout
        return [port for port in PORTS if re.search(rf":{port}\s", ports)]

    def status(self):
        return self.machine.run("malaposta", "status", check=False)

    def status_without_problems(self):
        """Asked again: a worker that is slow to answer is told as one that does not. Where problems stay, those."""
        shown = []
        with contextlib.suppress(AssertionError):
            wait_until("there are no problems", lambda: shown.append(self.status()) or shown[-1].returncode == 0)
        return shown[-1]

    # MARK: One life

    def test_01_apt_installs_and_everything_is_up_with_an_empty_host(self):
        machine = self.machine
        machine.run("apt-get", "-qq", "install", "-y", "malaposta-appliance", seconds=600)
        for unit in WORKERS:
            wait_until(f"{unit} is active", lambda: machine.active(unit) == "active", 60)
        wait_until("all ports are listened at", lambda: self.listening() == PORTS, 30)
        self.assertEqual(machine.run("ls", "-A", "/etc/malaposta").stdout, "", "the packages ship no file in /etc/malaposta")
        status = self.status_without_problems()
        self.assertIn("this host is empty: 'malaposta setup' writes its first files", status.stdout)
        self.assertEqual(status.returncode, 0, status.stdout)
        words = " ".join(status.stdout.split())
        self.assertIn("services control active, mail active, web active", words)
        self.assertIn(f"sockets {', '.join(SOCKETS)} active", words)
        self.assertEqual([line for line in status.stdout.split("\n") if len(line) > 80], [])
        units = {unit["unit"]: unit for unit in json.loads(machine.run("malaposta", "status", "--json", check=False).stdout)["units"]}
        self.assertEqual(units["malaposta-mail.service"]["processID"], machine.main_process("malaposta-mail.service"))
        self.assertEqual({units[f"malaposta-{name}.socket"]["active"] for name in SOCKETS}, {"active"})
        certificate = machine.shell("openssl s_client -connect 127.0.0.1:993 </dev/null 2>/dev/null | openssl x509 -noout -subject").stdout
        self.assertIn("mail.test.example", certificate)
        for package in ("malaposta", "malaposta-mail", "malaposta-web"):
            notices = machine.run("zcat", f"/usr/share/doc/{package}/third-party-notices.gz").stdout
            for words in ("Yams: LICENSE", "libyaml, within Yams", "swift-nio: NOTICE.txt", "swift-nio-ssl: NOTICE.txt", "BoringSSL, within"):
                self.assertIn(words, notices, package)

    def test_02_users_folders_and_modes_are_as_designed(self):
        wanted = """
            /var/lib/malaposta/generations malaposta:malaposta-read 2750
            /var/lib/malaposta/control malaposta:malaposta 700
            /var/lib/malaposta/keys malaposta:malaposta-mail 2750
            /var/lib/malaposta/tls malaposta:malaposta-read 2750
            /var/lib/malaposta/spool malaposta-mail:malaposta-store 2700
            /var/lib/malaposta/spool/bodies malaposta-mail:malaposta-store 2700
            /var/lib/malaposta/accounts malaposta-mail:malaposta-store 2771
            /var/lib/malaposta/web malaposta-web:malaposta-web 700
            /run/malaposta malaposta:malaposta-read 3770
            /var/lib/malaposta/control/control.db malaposta:malaposta 600
            /var/lib/malaposta/tls/self-signed.key malaposta:malaposta-read 640"""
        for line in wanted.strip().split("\n"):
            path, owner, mode = line.split()
            self.assertEqual(self.machine.run("stat", "-c", "%U:%G %a", path).stdout.strip(), f"{owner} {mode}", path)
        for unit, user in zip(WORKERS, ["malaposta", "malaposta-mail", "malaposta-web"]):
            process = self.machine.main_process(unit)
            self.assertEqual(self.machine.run("ps", "-o", "user:20=", "-p", process).stdout.strip(), user)

    def test_02b_the_control_plane_finds_the_note_of_a_failed_flush_and_no_mail(self):
        accounts = "/var/lib/malaposta/accounts"
        self.assertNotEqual(self.machine.run("runuser", "-u", "malaposta", "--", "ls", accounts, check=False).returncode, 0)
        # One of an earlier run of the machine, which the workers pass over.
        self.machine.shell(f"cd {accounts} && echo earlier 1 >.note && mv .note flush-failed")
        try: self.assertIn("flush-failed", self.machine.run("malaposta", "status", "--json", check=False).stdout)
        finally: self.machine.shell(f"rm {accounts}/flush-failed")
        self.assertNotIn("flush-failed", self.machine.run("malaposta", "status", "--json", check=False).stdout)

    def test_03_workers_are_walled_in(self):
        for unit in WORKERS:
            line = self.machine.run("systemd-analyze", "security", "--no-pager", unit, check=False).stdout.strip().split("\n")[-1]
            self.assertLessEqual(float(re.search(r": ([0-9.]+) ", line)[1]), 2.0, line)

    def test_03b_units_wait_for_the_disks_that_they_need(self):
        for unit, folders in zip(WORKERS, (["control"], ["accounts", "spool"], ["accounts", "web"])):
            wanted = self.machine.run("systemctl", "show", "-P", "RequiresMountsFor", unit).stdout.split()
            self.assertLessEqual({f"/var/lib/malaposta/{folder}" for folder in folders}, set(wanted), unit)

    def test_03c_no_number_of_restarts_closes_a_port(self):
        machine = self.machine
        for _ in range(7):
            machine.run("systemctl", "restart", "malaposta.target")
        for _ in range(7):
            machine.run("systemctl", "restart", "malaposta-sendmail.socket", "malaposta-smtp.socket", "malaposta-http.socket")
        for unit in WORKERS + [f"malaposta-{name}.socket" for name in SOCKETS]:
            wait_until(f"{unit} is active", lambda: machine.active(unit) == "active", 60)
        self.assertEqual(self.listening(), PORTS)

    def test_04_setup_writes_the_first_files_once(self):
        machine = self.machine
        words = ["malaposta", "setup", "--host-name", "mail.test.example", "--tenant", "acme", "--domain", "acme.example", "--user", "rita",
                 "--allow-unproven", "--password-stdin"]
        machine.run(*words, input=PASSWORD + "\n")
        self.assertIn("is not empty", machine.run(*words, input=PASSWORD + "\n", check=False).stdout)
        mode = machine.run("stat", "-c", "%U:%G %a", "/etc/malaposta/tenants/acme/accounts.yaml").stdout.strip()
        self.assertEqual(mode, "root:malaposta 640")
        plan = machine.run("malaposta", "plan", check=False)
        self.assertEqual(plan.returncode, 2, plan.stdout)
        machine.run("malaposta", "apply", "--yes")
        self.assertNotIn("Next:", self.status().stdout)
        # Each fact of a line is a field of the journal.
        # Root's commands work as the user that the files belong to.
        user = machine.run("id", "-u", "malaposta").stdout.strip()
        for field in ("MALAPOSTA_COMMAND=apply", f"MALAPOSTA_UID={user}"):
            self.assertIn("host changed command=apply", machine.journal("-t", "malaposta", field), field)
        self.assertNotIn("host changed", machine.journal("-t", "malaposta", "MALAPOSTA_COMMAND=rollback"))

    def test_05_mail_comes_in_by_25_and_out_by_993_and_443(self):
        self.client("send", "rita@acme.example", "first")
        self.arrives("first")
        page = self.client("web", "rita@acme.example", PASSWORD)
        self.assertIn("first", page)
        self.assertIn("maria@elsewhere.example", page)

    def test_05a_a_large_message_is_written_once_and_the_web_worker_reads_it(self):
        machine, data = self.machine, "/var/lib/malaposta"
        lines = 40_000
        self.client("send", "rita@acme.example", "large", "127.0.0.1", str(lines))
        self.arrives("large")
        facts = machine.run("find", f"{data}/accounts", "-name", "*.eml", "-size", "+500k", "-printf", "%u:%g %m\n").stdout
        self.assertEqual(facts, "malaposta-mail:malaposta-store 660\n")
        self.assertIn("body of large", self.client("web", "rita@acme.example", PASSWORD, "large"))
        # A file of the spool gets its name in a mailbox as the worker sees the two folders: its walls are mounts.
        worker = ["nsenter", "-t", machine.main_process("malaposta-mail.service"), "-m", "--"]
        body, message = f"{data}/spool/bodies/probe", f"{data}/accounts/probe"
        try:
            machine.run(*worker, "touch", body)
            machine.run(*worker, "ln", body, message)
            self.assertEqual(machine.run("stat", "-c", "%G", message).stdout.strip(), "malaposta-store")
        finally:
            machine.run("rm", "-f", body, message)

    def test_05b_two_tenants_come_from_ldap(self):
        machine = self.machine
        machine.shell("mkdir -p /srv/ldap/data")
        (machine.tree / "srv/ldap/slapd.conf").write_text(directory.CONFIGURATION)
        machine.run("slapadd", "-q", "-f", "/srv/ldap/slapd.conf", input=directory.entries())
        (machine.tree / "etc/systemd/system/slapd-test.service").write_text(directory.UNIT)
        machine.run("systemctl", "enable", "--quiet", "--now", "slapd-test")
        tenants = machine.tree / "etc/malaposta/tenants"
        (tenants / "casa/domains").mkdir(parents=True)
        (tenants / "casa/tenant.yaml").write_text("schema: 1\nid: casa\nname: Casa\nlanguage: pt\nadmins: [clara@casa.example]\n")
        (tenants / "casa/domains/casa.example.yaml").write_text("schema: 1\nname: casa.example\n")
        for tenant in directory.TENANTS:
            (tenants / tenant / "directory.yaml").write_text(directory.configuration(tenant))
            (tenants / tenant / "ldap.secret").write_text("reads\n")
            machine.shell(f"cd /etc/malaposta/tenants/{tenant} && chgrp malaposta ldap.secret && chmod 640 ldap.secret")
        machine.run("malaposta", "apply", "--yes")
        for tenant, users in directory.TENANTS.items():
            for user in users:
                wait_until(f"{user} is known", lambda: machine.run("malaposta", "user", "show", f"{user}@{tenant}.example",
                                                                   check=False).returncode == 0, 60)
            user, secret = f"{users[0]}@{tenant}.example", directory.password(users[0])
            group, shared = f"crew@{tenant}.example", f"desk@{tenant}.example"
            for address in (user, shared):
                self.client("send", address, f"to {address}")
            if tenant == "casa":
                self.client("send", group, f"to {group}")
            else:
                self.assertIn("takes no mail from this sender", self.client("send", group, "not taken", check=False))
                self.client("submit", user, secret, group, f"to {group}")
            for member in users:
                wanted = {f"to {group}"} | ({f"to {user}"} if member == users[0] else set())
                wait_until(f"mail is there for {member}", lambda: wanted <= set(
                    self.client("inbox", f"{member}@{tenant}.example", directory.password(member)).split("\n")), 60)
            # Members of a shared mailbox find it among their folders.
            wait_until("mail to the shared mailbox is there", lambda: f"to {shared}" in self.client(
                "inbox", user, secret, directory.SHARED_FOLDER).split("\n"), 60)
            self.assertIn(f"to {user}", self.client("web", user, secret))
        # A log-in of one tenant is none at the other.
        refused = machine.python(CLIENTS, "inbox", "ana@casa.example", directory.password("ana"), check=False)
        self.assertIn("AUTHENTICATIONFAILED", refused.stdout)
        self.people_of_the_directory_log_in()

    def test_06_programs_of_the_machine_send_by_sendmail(self):
        machine = self.machine
        machine.run("/usr/sbin/sendmail", "-FCronDaemon", "-i", "-oem", "root", input="Subject: from cron\n\nnightly\n")
        self.arrives("from cron")
        machine.run("useradd", "--create-home", "peter")
        machine.shell("printf 'Subject: from peter\\nTo: rita@acme.example\\n\\nhello\\n' | setpriv --reuid=peter --regid=peter --clear-groups "
                      "/usr/sbin/sendmail -t")
        self.arrives("from peter")
        refused = machine.shell("printf 'Subject: x\\n\\nx\\n' | setpriv --reuid=peter --regid=peter --clear-groups "
                                "/usr/sbin/sendmail -f rita@acme.example rita@acme.example", check=False)
        self.assertEqual(refused.returncode, 77, refused.stdout)
        self.assertIn("you may send as <peter@mail.test.example>", refused.stdout)
        machine.run("/usr/sbin/sendmail", "-odb", "-e", "m", "-ti", "root, Rita <rita@acme.example>",
                    input="Subject: to a list\n\n.\nbehind the dot\n")
        self.arrives("to a list")
        # Without standard input's end it would not return.
        machine.shell("sleep 60 | timeout 30 /usr/sbin/sendmail -q & wait $!")

    def test_06a_the_queue_is_looked_at_while_the_worker_is_down(self):
        machine = self.machine
        machine.run("systemctl", "stop", WORKERS[1])
        for words in (["mailq"], ["/usr/sbin/sendmail", "-bp"], ["newaliases"], ["malaposta", "queue", "list"]):
            said = machine.run(*words).stdout
            if words != ["newaliases"]:
                self.assertIn("malaposta-mail is down", said)
                self.assertIn("0 messages wait", said)
        self.assertEqual(machine.active(WORKERS[1]), "inactive")
        self.assertEqual(machine.shell("find /var/lib/malaposta/spool /var/lib/malaposta/accounts ! -user malaposta-mail "
                                       "! -user malaposta-web").stdout, "")
        machine.run("systemctl", "start", WORKERS[1])
        self.client("send", "rita@acme.example", "after a look at the queue")
        self.arrives("after a look at the queue")

    def test_06b_local_sockets_let_in_whom_they_should(self):
        paths = self.machine.shell("find /run/malaposta -maxdepth 1 -type s | sort").stdout.split()
        self.assertEqual([path.rsplit("/")[-1] for path in paths], sorted(LET_IN))
        for user in ["root", "malaposta", "malaposta-mail", "malaposta-web"]:
            wanted = {name: "in" if user in ["root", owner, *others] else "out" for name, (owner, others) in LET_IN.items()}
            self.assertEqual(self.knocks(paths, f"--reuid={user}", f"--regid={user}", "--init-groups"), wanted, user)
        nobody = dict.fromkeys(LET_IN, "forbidden")
        self.assertEqual(self.knocks(paths, "--reuid=nobody", "--regid=nogroup", "--clear-groups"), nobody)
        # The group alone opens the folder, and no socket.
        self.assertEqual(self.knocks(paths, "--reuid=nobody", "--regid=malaposta-read", "--clear-groups"), dict.fromkeys(LET_IN, "out"))
        self.assertIn("local peer refused", self.machine.journal("-u", "malaposta-control"))

    def knocks(self, paths, *user):
        """What comes of connecting to each socket as that user."""
        shown = self.machine.run("setpriv", *user, "python3", "-", *paths, input=KNOCKING).stdout
        return dict(line.split() for line in shown.strip().split("\n"))

    def test_07_a_worker_crashed_thirty_times_is_back(self):
        machine = self.machine
        unit = "malaposta-mail.service"
        last = machine.main_process(unit)
        for _ in range(30):
            machine.run("kill", "-SEGV", last, check=False)
            wait_until("another process serves", lambda: machine.main_process(unit) not in (0, last) and machine.active(unit) == "active", 60)
            last = machine.main_process(unit)
        self.assertGreaterEqual(int(machine.run("systemctl", "show", "-P", "NRestarts", unit).stdout), 30)
        self.assertRegex(self.status().stdout, r"mail active\s+\([0-9]+\s+restarts")
        self.assertEqual(self.listening(), PORTS)
        self.client("send", "rita@acme.example", "after thirty crashes")
        self.arrives("after thirty crashes", seconds=120)

    def test_07b_so_are_the_others(self):
        machine = self.machine
        for unit in (WORKERS[0], WORKERS[2]):
            for _ in range(4):
                last = machine.main_process(unit)
                machine.run("kill", "-SEGV", last)
                wait_until("another process serves", lambda: machine.main_process(unit) not in (0, last)
                           and machine.active(unit) == "active", 60)
            self.assertIn("died early; waiting before the next start", machine.journal("-u", unit))
        self.assertIn("first", self.client("web", "rita@acme.example", PASSWORD))

    def test_08_a_worker_that_hangs_is_started_again(self):
        machine = self.machine
        unit = "malaposta-web.service"
        last = machine.main_process(unit)
        machine.run("kill", "-STOP", last)
        wait_until("another process", lambda: machine.main_process(unit) not in (0, last), 150, pause=1)
        wait_until("it answers", lambda: machine.active(unit) == "active", 60)
        # The control plane saw it first, and may do this over D-Bus; systemd's own watchdog waits longer.
        control = machine.journal("-u", "malaposta-control")
        self.assertIn("worker is alive, but not well; it is started again", control)
        self.assertNotIn("worker cannot be started again", control)
        self.assertIn("first", self.client("web", "rita@acme.example", PASSWORD))

    def test_09_a_bad_file_leaves_the_host_running(self):
        machine = self.machine
        file = machine.tree / "etc/malaposta/malaposta.yaml"
        good = file.read_text()
        file.write_text(good + "nonsense: [\n")
        refused = machine.run("malaposta", "apply", "--yes", check=False)
        self.assertEqual(refused.returncode, 1, refused.stdout)
        machine.run("systemctl", "restart", *WORKERS)
        self.client("send", "rita@acme.example", "beside a bad file")
        self.arrives("beside a bad file")
        self.assertIn("malaposta check", self.status().stdout)
        file.write_text(good)

    def test_10_listeners_follow_the_file(self):
        machine = self.machine
        file = machine.tree / "etc/malaposta/malaposta.yaml"
        good = file.read_text()
        lines = [line for line in self.with_listener(good, "smtp", 2525).split("\n") if "service: imap," not in line]
        file.write_text("\n".join(lines))
        self.assertNotIn("But not", machine.run("malaposta", "apply", "--yes").stdout)
        wait_until("port 2525 is listened at, and 143 is not", lambda: re.search(r"127.0.0.1:2525\s", machine.run("ss", "-Hltn").stdout)
                   and not re.search(r":143\s", machine.run("ss", "-Hltn").stdout), 60)
        greeting = machine.python("import smtplib; print(smtplib.SMTP('127.0.0.1', 2525, timeout=60).ehlo()[0])").stdout
        self.assertIn("250", greeting)
        file.write_text(good)
        machine.run("malaposta", "apply", "--yes")
        wait_until("all is as before", lambda: self.listening() == PORTS, 60)

    def test_10a_a_listener_changes_while_mail_flows(self):
        machine = self.machine
        file = machine.tree / "etc/malaposta/malaposta.yaml"
        good = file.read_text()
        with Flow(machine, "listeners") as flow:
            flow.goes_on(5)
            for port in (1143, 2143):
                file.write_text(self.with_listener(good, "imap", port))
                machine.run("malaposta", "apply", "--yes")
                wait_until(f"port {port} is listened at", lambda: re.search(rf"127.0.0.1:{port}\s", machine.run("ss", "-Hltn").stdout), 60)
            flow.goes_on(20)
        accepted = flow.accepted()
        self.assertNotIn("REFUSED", flow.text(), "a port that did not change was closed for a moment")
        wait_until("all accepted mail is there", lambda: set(accepted) <= set(self.inbox("rita@acme.example")), 120, pause=1)
        file.write_text(good)
        machine.run("malaposta", "apply", "--yes")
        wait_until("all is as before", lambda: self.listening() == PORTS, 60)

    def test_10b_apply_tells_of_a_port_that_is_taken(self):
        machine = self.machine
        file = machine.tree / "etc/malaposta/malaposta.yaml"
        good = file.read_text()
        machine.run("systemd-run", "--quiet", "--unit=taken-2587", "python3", "-m", "http.server", "2587")
        wait_until("the port is taken", lambda: re.search(r":2587\s", machine.run("ss", "-Hltn").stdout), 30)
        file.write_text(self.with_listener(good, "submission", 2587))
        told = machine.run("malaposta", "apply", "--yes", check=False)
        self.assertEqual(told.returncode, 1, told.stdout)
        words = " ".join(told.stdout.split())
        self.assertIn("is in force. But not everything follows it: ! malaposta-submission.socket cannot listen on", words)
        self.assertIn("'systemctl restart malaposta.target'", words)
        # All else is served.
        self.client("send", "rita@acme.example", "beside a taken port")
        self.arrives("beside a taken port")
        machine.run("systemctl", "stop", "taken-2587")
        file.write_text(good)
        outcome = json.loads(machine.run("malaposta", "apply", "--yes", "--json").stdout)
        self.assertEqual(outcome["problems"], [])
        wait_until("all is as before", lambda: self.listening() == PORTS, 60)

    @staticmethod
    def with_listener(text, service, port):
        more = f"  - {{ name: {service}-{port}, service: {service}, address: 127.0.0.1, port: {port} }}\n"
        return text.replace("listeners:\n", "listeners:\n" + more)

    def test_10c_after_a_boot_everything_is_as_before(self):
        machine = self.machine
        machine.restart()
        for unit in WORKERS:
            wait_until(f"{unit} is active", lambda: machine.active(unit) == "active", 60)
        self.assertEqual(self.listening(), PORTS)
        self.assertEqual(machine.run("systemctl", "--failed", "--no-legend").stdout, "")
        self.client("send", "rita@acme.example", "after a boot")
        self.arrives("after a boot")
        self.assertIn("first", self.inbox("rita@acme.example"))
        self.people_of_the_directory_log_in()

    def test_11_a_certificate_authority_issues_and_renews(self):
        machine = self.machine
        machine.shell("""
            set -e
            mkdir -p /srv/acme && cd /srv/acme
            openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=pebble -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
                -keyout pebble.key -out pebble.crt 2>/dev/null
            cat > pebble.json <<'END'
            {"pebble": {"listenAddress": "127.0.0.1:14000", "managementListenAddress": "127.0.0.1:15000",
             "certificate": "/srv/acme/pebble.crt", "privateKey": "/srv/acme/pebble.key", "httpPort": 80, "tlsPort": 443}}
END
            systemd-run --quiet --unit=pebble --setenv=PEBBLE_VA_NOSLEEP=1 --setenv=PEBBLE_WFE_NONCEREJECT=0 \
                pebble -config /srv/acme/pebble.json
            cp pebble.crt /usr/local/share/ca-certificates/pebble.crt && update-ca-certificates >/dev/null 2>&1
        """)
        wait_until("pebble answers", lambda: machine.run("curl", "-sf", "https://localhost:14000/dir", check=False).returncode == 0, 30)
        acme = ["env", "UACME_CHALLENGE_PATH=/var/lib/malaposta/acme/.well-known/acme-challenge", "uacme", "-c", "/srv/acme/uacme", "-a",
                "https://localhost:14000/dir", "-y"]
        machine.run(*acme, "new", "postmaster@acme.example")
        file = machine.tree / "etc/malaposta/malaposta.yaml"
        good = file.read_text()
        before = self.serial()
        first = self.issue(acme)
        self.assertIn("/var/lib/malaposta/tls/mail.test.example.crt", first)
        file.write_text(re.sub(r"tls:\n.*?self_signed: true\n", (
            "tls:\n  self_signed: true\n  certificates:\n    - certificate_file: /var/lib/malaposta/tls/mail.test.example.crt\n"
            "      key_file: /var/lib/malaposta/tls/mail.test.example.key\n"), good, flags=re.S))
        machine.run("malaposta", "apply", "--yes")
        issued = wait_until("the issued certificate is shown", lambda: self.serial() != before and self.serial(), 30)
        self.issue(acme, "-f")
        wait_until("the renewed certificate is shown", lambda: self.serial() not in (before, issued), 90, pause=1)

    def issue(self, acme, *options):
        self.machine.run(*acme, *options, "-h", "/usr/share/uacme/uacme.sh", "issue", "mail.test.example")
        place = "/srv/acme/uacme"
        return self.machine.run("/usr/lib/malaposta/deploy-certificate", "mail.test.example", f"{place}/mail.test.example/cert.pem",
                                f"{place}/private/mail.test.example/key.pem").stdout

    def serial(self):
        return self.machine.shell("openssl s_client -servername mail.test.example -connect 127.0.0.1:993 </dev/null 2>/dev/null "
                                  "| openssl x509 -noout -serial", check=False).stdout

    def test_12_an_upgrade_keeps_mail_and_configuration_while_mail_flows(self):
        machine = self.machine
        machine.offer(self.next.result())
        before = machine.shell("cd /etc/malaposta && find . -type f | sort | xargs sha256sum").stdout
        with Flow(machine, "upgrade") as flow:
            flow.goes_on(5)
            machine.run("apt-get", "-qq", "-o", "Dir::Etc::sourcelist=sources.list.d/malaposta.list", "-o", "Dir::Etc::sourceparts=-",
                        "-o", "APT::Get::List-Cleanup=0", "update")
            machine.run("apt-get", "-qq", "install", "-y", "--only-upgrade", "malaposta", "malaposta-mail", "malaposta-web",
                        "malaposta-appliance", seconds=600)
            self.assertEqual(machine.run("dpkg-query", "-W", "-f", "${Version}", "malaposta-mail").stdout, NEXT_VERSION)
            flow.goes_on(20)
        accepted, text = flow.accepted(), flow.text()
        self.assertNotIn("REFUSED", text, "a port was closed for a moment")
        wait_until("all accepted mail is there", lambda: set(accepted) <= set(self.inbox("rita@acme.example")), 120, pause=1)
        subjects = self.inbox("rita@acme.example")
        self.assertEqual([one for one in accepted if subjects.count(one) != 1], [], text)
        self.assertIn("first", subjects)
        self.assertEqual(machine.shell("cd /etc/malaposta && find . -type f | sort | xargs sha256sum").stdout, before)
        self.people_of_the_directory_log_in()

    def test_12b_a_backup_brings_the_whole_host_back(self):
        machine = self.machine
        machine.run("malaposta", "backup", "/srv/backup")
        machine.run("systemctl", "stop", "malaposta-*.socket", *WORKERS)
        machine.shell("rm -rf /var/lib/malaposta /etc/malaposta && mkdir /etc/malaposta && systemd-tmpfiles --create malaposta.conf")
        machine.run("malaposta", "restore", "--from", "/srv/backup")
        machine.run("systemctl", "start", "malaposta.target")
        wait_until("all ports are listened at", lambda: self.listening() == PORTS, 60)
        self.assertNotIn("may not be read", machine.run("malaposta", "check", check=False).stdout)
        self.assertEqual(machine.run("stat", "-c", "%U:%G %a", "/var/lib/malaposta/spool/bodies").stdout, "malaposta-mail:malaposta-store 2700\n")
        self.assertEqual(machine.shell("find /var/lib/malaposta/accounts -type d ! -perm -2770").stdout, "", "the web worker writes too")
        self.client("send", "rita@acme.example", "after a restore")
        self.arrives("after a restore")
        self.assertIn("first", self.inbox("rita@acme.example"))
        self.assertIn("after a restore", self.client("web", "rita@acme.example", PASSWORD))
        self.people_of_the_directory_log_in()

    def test_13_purge_leaves_nothing_running_and_mail_where_it_is(self):
        machine = self.machine
        told = machine.run("apt-get", "-qq", "purge", "-y", "malaposta-appliance", "malaposta-web", "malaposta-mail", "malaposta",
                           seconds=300).stdout
        self.assertIn("/var/lib/malaposta keeps the mail of all accounts", told)
        self.assertNotIn("can still be activated", told)
        self.assertEqual(self.listening(), [])
        self.assertEqual(machine.run("pgrep", "-f", "sbin/malaposta", check=False).stdout, "")
        units = machine.run("systemctl", "list-units", "--all", "--plain", "--no-legend", "malaposta*").stdout
        self.assertNotRegex(units, r"(?m)\s(active|activating|failed)\s", units)
        self.assertEqual(machine.shell("ls /etc/systemd/system | grep malaposta", check=False).stdout, "")
        self.assertNotEqual(machine.shell("ls /var/lib/malaposta/accounts").stdout, "")
        self.assertNotEqual(machine.run("ls", "/etc/malaposta").stdout, "")

    def test_14_a_taken_port_is_told_with_its_cure(self):
        machine = self.machine
        machine.run("systemd-run", "--quiet", "--unit=taken", "python3", "-m", "http.server", "25")
        wait_until("the port is taken", lambda: 25 in self.listening(), 30)
        told = machine.run("apt-get", "-qq", "install", "-y", "malaposta-mail", seconds=300).stdout
        taken = "python3 listens on port 25 of this machine, so Malaposta takes no mail there"
        self.assertIn(taken, told)
        self.assertIn("Stop it, then: systemctl restart malaposta.target", told)
        # Also where the package was there before.
        machine.run("apt-get", "-qq", "remove", "-y", "malaposta-mail", seconds=300)
        self.assertIn(taken, machine.run("apt-get", "-qq", "install", "-y", "malaposta-mail", seconds=300).stdout)
        wait_until("all else is up", lambda: self.listening() == [25, 143, 465, 587, 993] and machine.active(WORKERS[1]) == "active", 60)
        status = " ".join(self.status().stdout.split())
        self.assertIn("malaposta-smtp.socket cannot listen on 0.0.0.0 port 25", status)
        self.assertIn("'systemctl restart malaposta.target'", status)
        machine.run("systemctl", "stop", "taken")
        machine.run("systemctl", "restart", "malaposta.target")
        wait_until("the socket has its port", lambda: machine.active("malaposta-smtp.socket") == "active", 60)
        wait_until("mail is taken", lambda: machine.python(CLIENTS, "send", "rita@acme.example", "the port is ours", check=False
                                                           ).returncode == 0, 60)

    def test_15_purge_deletes_the_mail_only_when_asked(self):
        machine = self.machine
        machine.run("debconf-set-selections", input="malaposta malaposta/remove-data boolean true\n")
        machine.run("apt-get", "-qq", "purge", "-y", "malaposta-mail", "malaposta", seconds=300)
        self.assertEqual(machine.shell("ls -d /var/lib/malaposta", check=False).returncode, 2)
        self.assertNotEqual(machine.run("ls", "/etc/malaposta").stdout, "", "what the operator wrote stays")


if __name__ == "__main__":
    unittest.main(verbosity=2)
