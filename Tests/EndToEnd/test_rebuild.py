"""A mailbox.db that is truncated, has flipped bytes, or is gone, while the host runs: `store check` finds it, `store rebuild` mends it."""
import json
import random
import smtplib
import unittest

import load
from host import HostTest, wait_until


def truncated(database):
    """Loses its second half."""
    with open(database, "r+b") as file:
        file.truncate(database.stat().st_size // 2)


def flipped(database):
    """Has a flipped byte in each of its pages but the first."""
    octets, chance = bytearray(database.read_bytes()), random.Random(7)
    for page in range(4_096, len(octets), 4_096):
        octets[page + chance.randrange(200)] ^= 0xFF
    # In place: the same file that is open in the workers.
    with open(database, "r+b") as file:
        file.write(octets)


def deleted(database):
    database.unlink()


class Rebuild(HostTest):
    user = "rita@acme.example"
    old, young = [f"old{number}y" for number in range(8)], [f"young{number}y" for number in range(3)]

    def deliver(self, names):
        with smtplib.SMTP("127.0.0.1", self.host.ports["smtp"], timeout=60) as session:
            for name in names:
                session.sendmail("maria@elsewhere.example", [self.user], load.message(name))
        self.wait_for_empty_queue()

    def names(self, folder):
        return sorted(load.message_id(octets)[1:].split("@")[0] for octets in load.inbox(self.host, self.user, folder))

    def validity(self, folder="INBOX"):
        session = load.imap(self.host, self.user)
        session.select(folder, readonly=True)
        found = int(session.response("UIDVALIDITY")[1][0])
        session.logout()
        return found

    def mend(self, damage):
        """From a snapshot on: more mail comes, the database breaks, and is mended."""
        self.deliver(self.old)
        session = load.imap(self.host, self.user)
        session.create("Kept")
        session.select("INBOX")
        session.uid("COPY", "1:3", "Kept")
        session.uid("STORE", "2", "+FLAGS", r"(\Flagged)")
        account = json.loads(self.host.command("store", "check", self.user, "--json").stdout)["accounts"][0]["id"]
        folder = self.host.data / "accounts" / account[:2] / account
        snapshots = wait_until("there is a snapshot", lambda: list((folder / "snapshots").glob("*.db")), 30)
        # The first is made as soon as the account is open; this one has all that was done until now.
        snapshots[0].unlink()
        self.restart()
        wait_until("there is another snapshot", lambda: list((folder / "snapshots").glob("*.db")), 30)
        before = {name: self.validity(name) for name in ("INBOX", "Kept")}
        self.deliver(self.young)
        # What the log holds would heal a part of the damage.
        self.restart()
        damage(folder / "mailbox.db")

        checked = self.host.command("store", "check", self.user)
        self.assertEqual(checked.returncode, 1, checked.stdout)
        self.assertIn("serious", checked.stdout)
        rebuilt = self.host.command("store", "rebuild", self.user)
        self.assertEqual(rebuilt.returncode, 0, rebuilt.stderr)
        self.assertIn("3 messages without a row are in the inbox now", rebuilt.stdout)
        self.assertRegex(rebuilt.stdout, r"lost are changes since the snapshot of \w+, \d+ \w+ \d+ [\d:]+ \+0000")

        self.assertEqual(self.names("INBOX"), sorted(self.old + self.young))
        self.assertEqual(self.names("Kept"), self.old[:3])
        for name, validity in before.items():
            self.assertGreater(self.validity(name), validity, name)
        session = load.imap(self.host, self.user)
        session.select("INBOX")
        self.assertEqual(len(session.uid("SEARCH", "FLAGGED")[1][0].split()), 1)
        session.logout()
        self.check_store()
        # Life goes on, in all workers.
        self.deliver(["after0y"])
        self.assertIn("after0y", self.names("INBOX"))
        self.assertEqual(self.host.stop(), 0)

    def restart(self):
        self.assertEqual(self.host.stop(), 0, self.host.log())
        self.host.start()

    def test_truncated(self):
        self.mend(truncated)

    def test_flipped_bytes(self):
        self.mend(flipped)

    def test_deleted(self):
        self.mend(deleted)

    def test_deleted_without_a_snapshot_under_a_running_host(self):
        """The mail stays, and mail that comes meanwhile waits or is found: nothing is made anew in silence."""
        self.deliver(self.old)
        account = json.loads(self.host.command("store", "check", self.user, "--json").stdout)["accounts"][0]["id"]
        folder = self.host.data / "accounts" / account[:2] / account
        before = self.validity()
        self.host.kill()
        for file in [*folder.glob("mailbox.db*"), *folder.glob("snapshots/*")]:
            file.unlink()
        self.host.start()
        with smtplib.SMTP("127.0.0.1", self.host.ports["smtp"], timeout=60) as session:
            session.sendmail("maria@elsewhere.example", [self.user], load.message("later0y"))
        waiting = wait_until("it waits", lambda: [one for one in self.queue() or [] if "mailbox" in (one.get("reason") or "")], 30)
        self.assertEqual(waiting[0]["recipients"], [self.user])
        session = load.imap(self.host, self.user)
        self.assertRegex(session.select("INBOX")[1][0].decode(), r"\[UNAVAILABLE\]")
        session.logout()
        self.assertIn("mailbox.db is not there", self.host.command("store", "check", self.user).stdout)
        rebuilt = self.host.command("store", "rebuild", self.user)
        self.assertIn("no snapshot was good", rebuilt.stdout)
        self.host.command("queue", "retry", waiting[0]["id"])
        self.wait_for_empty_queue()
        self.assertEqual(self.names("INBOX"), sorted(self.old + ["later0y"]))
        self.assertGreater(self.validity(), before)
        self.check_store()


if __name__ == "__main__":
    unittest.main()
