"""A Debian machine for a test: bootstrapped from the apt sources of this one, booted by systemd-nspawn in a network of its own."""
import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("MALAPOSTA_CACHE", pathlib.Path.home() / ".cache/malaposta"))
# What the tests need in the machine beside what the packages themselves bring.
EXTRA = ["python3", "polkitd", "libpam-systemd", "iproute2", "procps", "openssl", "curl", "slapd", "ldap-utils", "uacme", "pebble",
         "whois"]


def missing():
    """Why no machine can be made here, or None."""
    if os.geteuid() != 0:
        return "it needs root"
    for program in ("systemd-nspawn", "debootstrap", "nsenter", "dpkg-scanpackages"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    if not list(pathlib.Path("/sys/fs/cgroup").glob("*")):
        return "there are no control groups"
    if subprocess.run(["unshare", "--mount", "--net", "--pid", "--fork", "true"], capture_output=True).returncode != 0:
        return "no namespaces may be made here"
    return None


def run(*command, **options):
    options.setdefault("check", True)
    result = subprocess.run([str(word) for word in command], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            **{name: value for name, value in options.items() if name != "check"})
    if options["check"] and result.returncode != 0:
        raise AssertionError(f"{' '.join(str(word) for word in command)} gave {result.returncode}:\n{result.stdout[-4000:]}")
    return result


def mirror():
    """Where apt of this machine gets Debian from, and which release it is."""
    lines = run("apt-get", "indextargets", "--format", "$(SITE) $(RELEASE) $(COMPONENT)", "Created-By: Packages").stdout.split("\n")
    for line in lines:
        words = line.split()
        if len(words) == 3 and "security" not in words[0] and words[1] == "bookworm" and words[2] == "main":
            return words[0], words[1]
    raise AssertionError("apt of this machine has no Debian 12:\n" + "\n".join(lines))


def chroot(tree, *command):
    return run("chroot", tree, "/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive",
               "LANG=C.UTF-8", *command)


def base():
    """The tree of a plain Debian, made once and kept packed."""
    site, release = mirror()
    key = hashlib.sha256(" ".join([site, release] + EXTRA).encode()).hexdigest()[:12]
    packed = CACHE / f"debian-{release}-{key}.tar"
    if not packed.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="malaposta-base-", dir="/var/tmp") as folder:
            tree = pathlib.Path(folder) / "tree"
            run("debootstrap", "--variant=minbase", "--include=systemd,systemd-sysv,dbus,ca-certificates", release, tree, site)
            use_apt_of_this_machine(tree)
            # Nothing of this need outlive a power cut.
            (tree / "etc/dpkg/dpkg.cfg.d/unsafe-io").write_text("force-unsafe-io\n")
            chroot(tree, "apt-get", "-qq", "update")
            chroot(tree, "apt-get", "-qq", "install", "-y", "--no-install-recommends", *EXTRA)
            # The tests start what they need themselves.
            chroot(tree, "systemctl", "disable", "slapd")
            (tree / "etc/resolv.conf").unlink(missing_ok=True)
            run("tar", "--numeric-owner", "--xattrs", "-C", tree, "-cf", f"{packed}.new", ".")
            os.rename(f"{packed}.new", packed)
    return packed


def use_apt_of_this_machine(tree):
    """The same sources, keys and proxies; only Debian's own."""
    for name in (tree / "etc/apt").glob("sources.list*"):
        shutil.rmtree(name) if name.is_dir() else name.unlink()
    (tree / "etc/apt/sources.list.d").mkdir()
    for source in [pathlib.Path("/etc/apt/sources.list"), *pathlib.Path("/etc/apt/sources.list.d").glob("*")]:
        if source.suffix in (".list", ".sources") and source.exists() and "debian" in source.read_text():
            place = "sources.list" if source.name == "sources.list" else f"sources.list.d/{source.name}"
            shutil.copy(source, tree / "etc/apt" / place)
    for setting in pathlib.Path("/etc/apt/apt.conf.d").glob("*proxy*"):
        shutil.copy(setting, tree / "etc/apt/apt.conf.d")
    shutil.copy("/etc/resolv.conf", tree / "etc/resolv.conf")


class Machine:
    def __init__(self, name="mail.test.example"):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="malaposta-machine-", dir="/var/tmp"))
        self.tree = self.folder / "tree"
        self.process = None
        self.leader = None
        self.name = name
        self.tree.mkdir()
        run("tar", "--numeric-owner", "--xattrs", "-C", self.tree, "-xf", base())
        # Programs of a debug build look for the Swift runtime where it is on this machine.
        runtime = os.environ.get("RUNTIME")
        if runtime:
            shutil.copytree(runtime, f"{self.tree}{runtime}", ignore=lambda folder, names: [
                name for name in names if not name.endswith(".so")], dirs_exist_ok=True)
        (self.tree / "etc/hostname").write_text(name.split(".")[0] + "\n")
        (self.tree / "etc/hosts").write_text(f"127.0.0.1 localhost\n::1 localhost\n127.0.1.1 {name} {name.split('.')[0]}\n")

    def offer(self, packages):
        """Makes packages what apt of the machine finds at a local repository, beside what they depend on, without a network."""
        place = self.tree / "srv/packages"
        place.mkdir(exist_ok=True)
        for package in packages:
            shutil.copy(package, place)
        (place / "Packages").write_text(subprocess.run(
            ["dpkg-scanpackages", "-m", "."], cwd=place, check=True, capture_output=True, text=True).stdout)
        source = self.tree / "etc/apt/sources.list.d/malaposta.list"
        if not source.exists():
            source.write_text("deb [trusted=yes] file:/srv/packages ./\n")
            use = self.tree / "etc/resolv.conf"
            shutil.copy("/etc/resolv.conf", use)
            chroot(self.tree, "apt-get", "-qq", "update")
            chroot(self.tree, "apt-get", "-qq", "install", "-y", "--download-only", "malaposta-appliance")
            use.unlink()

    def boot(self, seconds=120):
        # systemd-nspawn asks whether systemd runs here by looking for this folder.
        os.makedirs("/run/systemd/system", exist_ok=True)
        self.log = open(self.folder / "console", "ab")
        self.process = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit", "--private-network", f"--directory={self.tree}",
             f"--machine=malaposta-{os.getpid()}", "--console=pipe", "--resolv-conf=off", "--timezone=off"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True)
        self.leader = wait_until("the machine has a first process", self._first_process, seconds)
        wait_until("the machine has booted", self._is_up, seconds)
        return self

    def _first_process(self):
        if self.process.poll() is not None:
            raise AssertionError("systemd-nspawn ended:\n" + (self.folder / "console").read_text(errors="replace")[-3000:])
        # systemd-nspawn's own children come first, and go.
        found = subprocess.run(["pgrep", "-x", "-P", str(self.process.pid), "systemd"], capture_output=True, text=True).stdout.split()
        return int(found[0]) if found else None

    def _is_up(self):
        return self.run("systemctl", "is-system-running", check=False).stdout.strip() in ("running", "degraded")

    def command(self, *words):
        return ["nsenter", "-t", str(self.leader), "-a", "--", "/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root",
                "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", *map(str, words)]

    def run(self, *words, check=True, input=None, seconds=300):
        """Runs a command as root in the machine; its two outputs are one."""
        result = subprocess.run(self.command(*words), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, input=input,
                                timeout=seconds)
        if check and result.returncode != 0:
            raise AssertionError(f"{' '.join(map(str, words))} gave {result.returncode}:\n{result.stdout[-4000:]}")
        return result

    def shell(self, script, **options):
        return self.run("sh", "-c", script, **options)

    def python(self, script, *words, **options):
        """Runs a Python script in the machine."""
        return self.run("python3", "-", *words, input=script, **options)

    def active(self, unit):
        return self.run("systemctl", "is-active", unit, check=False).stdout.strip()

    def main_process(self, unit):
        return int(self.run("systemctl", "show", "-P", "MainPID", unit).stdout)

    def journal(self, *words):
        return self.run("journalctl", "--no-pager", "-o", "short-monotonic", *words, check=False).stdout

    def restart(self):
        """As if the machine was switched off orderly, and on again."""
        self._stop()
        self.leader = None
        self.boot()

    def close(self):
        self._stop()
        if os.environ.get("KEEP_FOLDER") is None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _stop(self):
        if self.process and self.process.poll() is None:
            if self.leader:
                # SIGRTMIN+4 is poweroff to systemd as the first process.
                subprocess.run(self.command("systemctl", "--no-block", "poweroff"), capture_output=True)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.log.close()


def wait_until(what, condition, seconds=60, pause=0.1):
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(pause)
