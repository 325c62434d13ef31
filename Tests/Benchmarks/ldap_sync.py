#!/usr/bin/env python3
"""Measures syncs of a large directory: 20,000 users and 2,000 groups of 20 members in a local slapd.

Prints seconds for the first sync, for one without changes, for one with a single change, beside what the same reading costs with
ldapsearch(1), the processor time of slapd and of the program, and the most memory that the program had; then what each of ten changes
in a row costs a control plane that listens (RFC 4533).
"""
import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "EndToEnd"))
from host import PROGRAMS, Host, wait_until  # noqa: E402
from slapd import BASE, READER, READER_PASSWORD, Slapd, person, roots  # noqa: E402


def cpu(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def timed(name, slapd, command):
    before, start = cpu(slapd.process.pid), time.monotonic()
    done = subprocess.run(["/usr/bin/time", "-f", "%e %U %S %M", *map(str, command)] if pathlib.Path("/usr/bin/time").exists()
                          else list(map(str, command)), capture_output=True, text=True)
    seconds = time.monotonic() - start
    figures = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else ""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{name:24} {seconds:6.2f} s   slapd {cpu(slapd.process.pid) - before:5.2f} s CPU   "
          f"program {figures or f'up to {usage.ru_maxrss} KB'}   exit {done.returncode}   {done.stdout.strip().splitlines()[-1:]}", flush=True)
    return done


def live(slapd, host):
    """One change that the server tells: processor time and memory of the control plane until its generation is in force."""
    host.start(300)
    wait_until("it listens", lambda: json.loads(host.command("status", "--json").stdout)["control"]["directories"][0]["isLive"], 120)
    control = next(pid for pid in [host.process.pid, *host.children()] if os.readlink(f"/proc/{pid}/exe").endswith("/malaposta"))
    for number in range(10):
        time.sleep(5)
        generation = os.readlink(host.data / "generations/current")
        before, start = (cpu(control), cpu(slapd.process.pid)), time.monotonic()
        slapd.set(f"uid=user{number},ou=people,{BASE}", "displayName", f"Changed {time.monotonic()}")
        wait_until("it is in force", lambda: os.readlink(host.data / "generations/current") != generation, 120)
        seconds = time.monotonic() - start
        time.sleep(1)
        status = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{control}/status").read_text().splitlines())
        print(f"{'one change, listening':24} {seconds:6.2f} s   slapd {cpu(slapd.process.pid) - before[1]:5.2f} s CPU   "
              f"control plane {cpu(control) - before[0]:5.2f} s CPU   most memory {status['VmHWM'].strip()}, now {status['VmRSS'].strip()}", flush=True)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--users", type=int, default=20_000)
    options.add_argument("--groups", type=int, default=2_000)
    options = options.parse_args()
    most = max(30_000, 2 * options.users)
    slapd, host = Slapd(), Host(demo=False)
    try:
        people = "".join(person(f"user{number}", displayName=f"User Number {number}") for number in range(options.users))
        groups = "".join(
            f"dn: cn=group{number},ou=groups,{BASE}\nobjectClass: groupOfNames\nobjectClass: extensibleObject\ncn: group{number}\n"
            f"mail: group{number}@acme.example\n" + "".join(
                f"member: uid=user{(number * 7 + member * 31) % options.users},ou=people,{BASE}\n" for member in range(20)) + "\n"
            for number in range(options.groups))
        slapd.load(roots(BASE, "people", "groups") + people + groups)
        slapd.start()
        host_file = host.configuration / "malaposta.yaml"
        host_file.write_text(host_file.read_text().replace("  accounts: 100\n", f"  accounts: {most}\n"))
        tenant = host.configuration / "tenants/acme"
        plan = tenant / "tenant.yaml"
        plan.write_text(re.sub(r"accounts: \d+", f"accounts: {most}", plan.read_text()))
        (tenant / "ldap.secret").write_text(READER_PASSWORD)
        (tenant / "ldap.secret").chmod(0o600)
        (tenant / "directory.yaml").write_text(f"""schema: 1
directories:
  - id: corp
    preset: openldap
    urls: ["{slapd.url}"]
    starttls: false
    bind: {{ dn: "{READER}", password_file: ldap.secret }}
    base: {BASE}
""")
        done = host.command("apply", "--yes")
        print(done.stdout[-300:], done.stderr[-2000:])
        search = ["ldapsearch", "-LLL", "-x", "-H", slapd.url, "-D", READER, "-w", READER_PASSWORD, "-E", "pr=500/noprompt", "-b", BASE]
        timed("ldapsearch, both kinds", slapd, search + ["(|(objectClass=inetOrgPerson)(objectClass=groupOfNames))", "entryUUID", "uid", "mail", "displayName", "cn", "member"])
        sync = [PROGRAMS / "malaposta", "ldap", "sync", "acme", "--data", host.data, "--configuration", host.configuration]
        timed("first sync", slapd, sync)
        timed("nothing changed", slapd, sync)
        slapd.set(f"uid=user7,ou=people,{BASE}", "displayName", "Somebody Else")
        timed("one change", slapd, sync)
        timed("preview", slapd, sync[:2] + ["preview"] + sync[3:])
        live(slapd, host)
    finally:
        host.stop()
        shutil.rmtree(host.folder, ignore_errors=True)
        slapd.close()


if __name__ == "__main__":
    main()
