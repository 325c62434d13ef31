#!/usr/bin/env python3
"""Measures syncs of a large directory: 20,000 users and 2,000 groups of 20 members in a local slapd.

Prints seconds for the first sync, for one without changes, for one with a single change, beside what the same reading costs with
ldapsearch(1), the processor time of slapd and of the program, and the most memory that the program had; then what each of some changes
in a row costs a control plane that listens (RFC 4533).

More of what a directory may have many of: `--shared` mailboxes, each lent to one of twenty groups of `--crew` users; `--twin`, a second
tenant that reads the same entries; `--leave`, so many users who go at the end, are suspended, and then retired.
"""
import argparse
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "EndToEnd"))
from host import PROGRAMS, Host, wait_until  # noqa: E402
from slapd import BASE, READER, READER_PASSWORD, Slapd, person, roots  # noqa: E402

# Seconds until whoever is missing is retired, with --leave; longer than a sync takes.
SUSPENDED = 90


def cpu(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def timed(name, slapd, command):
    before, start = cpu(slapd.process.pid), time.monotonic()
    running = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    peak, used = 0, 0
    output = threading.Thread(target=lambda: setattr(running, "said", running.communicate()))
    output.start()
    while output.is_alive():
        with contextlib.suppress(OSError):
            status = pathlib.Path(f"/proc/{running.pid}/status").read_text()
            # One that has ended and is not waited for has none.
            peak = max([peak, *map(int, re.findall(r"VmHWM:\s+(\d+)", status))])
            used = cpu(running.pid)
        output.join(0.02)
    out, error = (text.decode(errors="replace").strip().splitlines() for text in running.said)
    print(f"{name:24} {time.monotonic() - start:6.2f} s   slapd {cpu(slapd.process.pid) - before:5.2f} s CPU   "
          f"program {used:6.2f} s CPU, {peak / 1024:6.1f} MB   exit {running.returncode}   {out[-1:] or error[-1:]}", flush=True)


def live(slapd, host, changes):
    """One change that the server tells: processor time and memory of the control plane until its generation is in force."""
    host.start(300)
    wait_until("it listens", lambda: json.loads(host.command("status", "--json").stdout)["control"]["directories"][0]["isLive"], 120)
    control = next(pid for pid in [host.process.pid, *host.children()] if os.readlink(f"/proc/{pid}/exe").endswith("/malaposta"))
    for number in range(changes):
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


def names(number, options):
    return [f"user{number}@{domain}" for domain in (["acme.example", "casa.example"] if options.twin else ["acme.example"])]


def group(unit, name, members, mail=None):
    return (f"dn: cn={name},ou={unit},{BASE}\nobjectClass: groupOfNames\nobjectClass: extensibleObject\ncn: {name}\n"
            + (f"mail: {mail}\n" if mail else "") + "".join(f"member: {member},{BASE}\n" for member in members) + "\n")


def entries(options):
    def user(number):
        return f"uid=user{number % options.users},ou=people"

    people = "".join(person(f"user{number}", mail=names(number, options), displayName=f"User Number {number}")
                     for number in range(options.users))
    groups = "".join(group("groups", f"group{number}", [user(number * 7 + member * 31) for member in range(20)], f"group{number}@acme.example")
                     for number in range(options.groups))
    if not options.shared:
        return people + groups
    crews = "".join(group("crews", f"crew{number}", [user(number * options.crew + member) for member in range(options.crew)])
                    for number in range(20))
    return people + groups + crews + "".join(
        group("shared", f"shared{number}", [f"cn=crew{number % 20},ou=crews"], f"shared{number}@acme.example")
        for number in range(options.shared))


def configure(slapd, host, options):
    most = max(30_000, 2 * (options.users + options.shared))
    host_file = host.configuration / "malaposta.yaml"
    host_file.write_text(re.sub(r"accounts: \d+", f"accounts: {most}", host_file.read_text()))
    for name in ["acme", "casa"] if options.twin else ["acme"]:
        tenant = host.configuration / "tenants" / name
        plan = tenant / "tenant.yaml"
        text = re.sub(r"accounts: \d+", f"accounts: {most}", plan.read_text())
        if options.leave:
            text = re.sub(r"\npolicies:\n", f"\npolicies:\n  suspend_for: {SUSPENDED}s\n", text)
        plan.write_text(text)
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
    shared_mailboxes: {{ base: "ou=shared,{BASE}", filter: "(objectClass=groupOfNames)" }}
    groups: {{ filter: "(&(objectClass=groupOfNames)(!(cn=shared*)))" }}
""")


def leave(slapd, sync, options):
    people = "".join(f"dn: uid=user{number},ou=people,{BASE}\nchangetype: delete\n\n" for number in range(options.leave))
    slapd.modify(people)
    started = time.monotonic()
    timed("many are suspended", slapd, sync + ["--allow-removals"])
    time.sleep(max(0, started + SUSPENDED + 5 - time.monotonic()))
    timed("many are retired", slapd, sync)
    slapd.set(f"uid=user{options.users - 1},ou=people,{BASE}", "displayName", "Last One")
    timed("one change after that", slapd, sync)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--users", type=int, default=20_000)
    options.add_argument("--groups", type=int, default=2_000)
    options.add_argument("--shared", type=int, default=0)
    options.add_argument("--crew", type=int, default=300)
    options.add_argument("--twin", action="store_true")
    options.add_argument("--leave", type=int, default=0)
    options.add_argument("--changes", type=int, default=10, help="while listening")
    options = options.parse_args()
    slapd, host = Slapd(), Host(demo=False)
    try:
        slapd.load(roots(BASE, "people", "groups", "shared", "crews") + entries(options))
        slapd.start()
        configure(slapd, host, options)
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
        if options.twin:
            timed("first sync of the twin", slapd, sync[:3] + ["casa"] + sync[4:])
            timed("the first one again", slapd, sync)
        if options.leave:
            leave(slapd, sync, options)
        if options.changes:
            live(slapd, host, options.changes)
    finally:
        host.stop()
        shutil.rmtree(host.folder, ignore_errors=True)
        slapd.close()


if __name__ == "__main__":
    main()
