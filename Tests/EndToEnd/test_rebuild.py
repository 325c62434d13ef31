"""A mailbox.db that is truncated, has flipped bytes, or is gone, while the host runs: `store check` finds it, `store rebuild` mends it."""
import imaplib
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
    damages = {"rita@acme.example": truncated, "tomas@acme.example": flipped, "joana@casadorio.example": deleted}
    old, young = [f"old{number}y" for number in range(8)], [f"young{number}y" for number in range(3)]

    def deliver(self, names, users):
        with smtplib.SMTP("127.0.0.1", self.host.ports["smtp"], timeout=60) as session:
            for name in names:
                session.sendmail("maria@elsewhere.example", users, load.message(name))
        self.wait_for_empty_queue()

    def names(self, user, folder="INBOX"):
        return sorted(load.message_id(octets)[1:].split("@")[0] for octets in load.inbox(self.host, user, folder))

    def validity(self, user, folder="INBOX"):
        session = load.imap(self.host, user)
        session.select(folder, readonly=True)
        found = int(session.response("UIDVALIDITY")[1][0])
        session.logout()
        return found

    def folder(self, user):
        account = json.loads(self.host.command("store", "check", user, "--json").stdout)["accounts"][0]["id"]
        return self.host.data / "accounts" / account[:2] / account

    def restart(self):
        self.assertEqual(self.host.stop(), 0, self.host.log())
        self.host.start()

    def test_broken_databases(self):
        """From a snapshot on more mail comes, then the databases break while the host runs, and are mended."""
        users, folders = list(self.damages), {}
        self.deliver(self.old, users)
        for user in users:
            session = load.imap(self.host, user)
            session.create("Kept")
            session.select("INBOX")
            session.uid("COPY", "1:3", "Kept")
            session.uid("STORE", "2", "+FLAGS", r"(\Flagged)")
            session.logout()
            folders[user] = self.folder(user)
        # The first snapshot is made as soon as an account is open; this one has all that was done until now.
        self.assertEqual(self.host.stop(), 0, self.host.log())
        for folder in folders.values():
            for snapshot in (folder / "snapshots").glob("*"):
                snapshot.unlink()
        self.host.start()
        before = {(user, name): self.validity(user, name) for user in users for name in ("INBOX", "Kept")}
        for folder in folders.values():
            wait_until("there is a snapshot", lambda: list((folder / "snapshots").glob("*.db")))
        self.deliver(self.young, users)
        # After a stop in order all of the log is in the database, too. While it is there it heals what it holds.
        self.restart()
        for user, damage in self.damages.items():
            with self.subTest(damage=damage.__name__):
                for suffix in ("-wal", "-shm"):
                    (folders[user] / f"mailbox.db{suffix}").unlink(missing_ok=True)
                damage(folders[user] / "mailbox.db")
                self.mend(user, before)
        # Life goes on, in all workers.
        self.deliver(["after0y"], users)
        for user in users:
            self.assertIn("after0y", self.names(user))

    def mend(self, user, before):
        checked = self.host.command("store", "check", user)
        self.assertEqual(checked.returncode, 1, checked.stdout)
        self.assertIn("serious", checked.stdout)
        rebuilt = self.host.command("store", "rebuild", user)
        self.assertEqual(rebuilt.returncode, 0, rebuilt.stderr)
        self.assertIn("3 messages without a row are in the inbox now", rebuilt.stdout)
        self.assertRegex(rebuilt.stdout, r"lost are changes since the snapshot of \w+, \d+ \w+ \d+ [\d:]+ \+0000")

        self.assertEqual(self.names(user), sorted(self.old + self.young))
        self.assertEqual(self.names(user, "Kept"), self.old[:3])
        for name in ("INBOX", "Kept"):
            self.assertGreater(self.validity(user, name), before[user, name], name)
        session = load.imap(self.host, user)
        session.select("INBOX")
        self.assertEqual(len(session.uid("SEARCH", "FLAGGED")[1][0].split()), 1)
        session.logout()
        checked = self.host.command("store", "check", user)
        self.assertEqual(checked.returncode, 0, checked.stdout)

    def test_deleted_without_a_snapshot_under_a_running_host(self):
        """The mail stays, and mail that comes meanwhile waits or is found: nothing is made anew in silence."""
        user = "ines@acme.example"
        self.deliver(self.old, [user])
        folder, before = self.folder(user), self.validity(user)
        self.host.kill()
        for file in [*folder.glob("mailbox.db*"), *folder.glob("snapshots/*")]:
            file.unlink()
        self.host.start()
        with smtplib.SMTP("127.0.0.1", self.host.ports["smtp"], timeout=60) as session:
            session.sendmail("maria@elsewhere.example", [user], load.message("later0y"))
        waiting = wait_until("it waits", lambda: [one for one in self.queue() or [] if "mailbox" in (one.get("reason") or "")])
        self.assertEqual(waiting[0]["recipients"], [user])
        with self.assertRaisesRegex(imaplib.IMAP4.error, r"\[UNAVAILABLE\]"):
            load.imap(self.host, user)
        self.assertIn("mailbox.db is not there", self.host.command("store", "check", user).stdout)
        rebuilt = self.host.command("store", "rebuild", user)
        self.assertIn("no snapshot was good", rebuilt.stdout)
        self.host.command("queue", "retry", waiting[0]["id"])
        self.wait_for_empty_queue()
        self.assertEqual(self.names(user), sorted(self.old + ["later0y"]))
        self.assertGreater(self.validity(user), before)
        self.check_store()


if __name__ == "__main__":
    unittest.main()
