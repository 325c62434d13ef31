"""Several directories of one tenant: each is read for itself, and as far as its server lets it."""
import json
import unittest

from fed import Fed
from host import wait_until
from slapd import Slapd, kept_findings, person, roots

DIRECTORY = """  - id: {id}
    preset: openldap
    urls: ["{url}"]
    starttls: false
    bind: {{ dn: "cn=reader,{base}", password_file: ldap.secret }}
    base: {base}
    aliases: {{ base: "ou=aliases,{base}" }}
    sync: {{ interval: 60s, page_size: 10 }}
"""


def base(name):
    return f"dc={name},dc=example"


class Several(unittest.TestCase):
    def setUp(self):
        self.servers = {
            "corp": Slapd(base=base("corp")),
            # It says that it tells changes, and its database does not.
            "plant": Slapd(base=base("plant"), modules=["syncprov"], live=False),
            # It gives this reader ten entries, and no more.
            "large": Slapd(base=base("large"), limits="size=10")}
        for name, server in self.servers.items():
            self.addCleanup(server.close)
            # Nowhere is there an ou=aliases.
            people = ["ana", name] + ([f"many{number}" for number in range(12)] if name == "large" else [])
            server.load(roots(base(name), "people") + "".join(
                person(uid, mail=f"{uid}.of.{name}@acme.example", base=f"ou=people,{base(name)}", password=f"{name}-{uid}") for uid in people))
            server.start()
        self.fed = Fed("".join(
            DIRECTORY.format(id=name, url=server.url, base=base(name)) for name, server in self.servers.items()),
            self.servers["corp"].folder / "ca.pem")
        self.host = self.fed.host
        self.addCleanup(self.host.close)

    def states(self):
        found = json.loads(self.host.command("status", "--json").stdout)["control"]["directories"]
        return {one["directory"]: one for one in found}

    def test_each_is_read_for_itself(self):
        for name in ("corp", "plant"):
            wait_until(f"the people of {name} are there", lambda name=name: self.fed.rcpt(f"ana.of.{name}@acme.example") == 250)
            wait_until("they log in", lambda name=name: self.fed.logs_in(f"ana.of.{name}@acme.example", f"{name}-ana"))
            wait_until("they log in by name", lambda name=name: self.fed.logs_in(f"{name}@acme.example", f"{name}-{name}"))
        self.assertFalse(self.fed.logs_in("ana.of.corp@acme.example", "plant-ana"))
        # Of the name that both have, one is a finding.
        wait_until("it is kept", lambda: kept_findings(self.host, "duplicate-login") == 1)

        # One is listened to, though it has no place for aliases; one is read; one cannot be.
        wait_until("it listens", lambda: self.states()["corp"]["isLive"])
        wait_until("the other is not listened to", lambda: "plant" in self.states() and self.states()["plant"].get("liveRefusal"))
        wait_until("the third cannot be read", lambda: self.states().get("large", {}).get("failure"))
        states = self.states()
        self.assertFalse(states["plant"]["isLive"])
        for name in ("corp", "plant"):
            self.assertIsNone(states[name].get("failingSince"), states[name])
        self.assertIn("Size limit exceeded", states["large"]["failure"])
        status = self.host.command("status").stdout
        self.assertIn("not live: listen below dc=plant", " ".join(status.split()))
        self.assertEqual([line for line in status.splitlines() if len(line) > 80 and " /" not in line], [], status)
        tested = self.host.command("ldap", "test", "acme")
        self.assertEqual(tested.returncode, 1, tested.stdout)
        corp, plant, large = tested.stdout.split("\n\n")
        self.assertNotIn("FAIL", corp + plant)
        self.assertIn("ou=aliases,dc=corp,dc=example is not there", corp)
        self.assertIn("not live: ", plant)
        self.assertIn("FAIL search users", large)
        self.assertIn('limits dn.exact="cn=reader,dc=large,dc=example" size=unlimited', large)

        # What one tells comes by itself, what the other has by a reading.
        for name in ("corp", "plant"):
            self.servers[name].modify(person("new", mail=f"new.of.{name}@acme.example", base=f"ou=people,{base(name)}"))
        wait_until("who is told is there", lambda: self.fed.rcpt("new.of.corp@acme.example") == 250)
        done = self.host.command("ldap", "sync", "acme")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("plant: 1 user new", done.stdout)
        self.assertIn("large: cannot be read: ", done.stdout)
        wait_until("who was read is there", lambda: self.fed.rcpt("new.of.plant@acme.example") == 250)

        # Where one is away, the others go on.
        self.servers["plant"].stop()
        self.servers["corp"].modify(person("next", mail="next.of.corp@acme.example", base=f"ou=people,{base('corp')}"))
        wait_until("who is told is there", lambda: self.fed.rcpt("next.of.corp@acme.example") == 250)
        self.assertEqual(self.fed.rcpt("ana.of.plant@acme.example"), 250)


if __name__ == "__main__":
    unittest.main()
