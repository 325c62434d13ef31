"""Power cuts: what the system calls of a whole host had made safe at each flush is started again, and every promise is looked for.

MALAPOSTA_LONG=1 cuts at every flush; else at a few of them, and round each of the spool's rarer steps, others each time.
"""
import bisect
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import unittest
import uuid

from host import HostTest, does_not_run, wait_until
from power_cut import Disk, Replay
from power_workload import Judgement, Mailboxes, Workload
from system_calls import QUOTED, Trace, strace

LONG = os.environ.get("MALAPOSTA_LONG") == "1"
# Of all flushes: the first and the number of those that are cut at, for long runs in several pieces.
FIRST, LAST = (int(number) for number in os.environ.get("MALAPOSTA_CUTS", "0-1000000").split("-"))
CUTS, ROUNDS = (None, 6) if LONG else (10, 3)
PEOPLE = Workload.people + [Workload.writer, Workload.appender]
BOOT = "/proc/sys/kernel/random/boot_id"


def another_boot(folder):
    """What to start a command with so that it believes the machine was started anew; nil where we may not."""
    place = pathlib.Path(folder) / "boot_id"
    place.write_text(f"{uuid.uuid4()}\n")
    prefix = ["unshare", "--mount", "sh", "-c", f'mount --bind {place} {BOOT} && exec "$@"', "sh"]
    tried = subprocess.run(prefix + ["cat", BOOT], capture_output=True, text=True)
    return prefix if tried.stdout == place.read_text() else None


class ReplayReading(unittest.TestCase):
    """The replay drops what was not flushed, and nothing else: short traces, and what is left of them."""

    opened = '7 openat(AT_FDCWD</>, "/d/a", O_RDWR|O_CREAT|O_EXCL, 0600) = 5</d/a>'
    written = '7 write(5</d/a>, "on\\1e\\n", 5) = 5'
    synced, folder_synced = "7 fdatasync(5</d/a>) = 0", "7 fsync(6</d>) = 0"

    def left(self, *lines):
        """What is left behind the last flush."""
        replay = Replay(Trace(list(lines) + [self.opened.replace("/d/a", "/d/end"), self.folder_synced]), "/d")
        for _ in replay.cuts():
            left = {name: node.left() if node.kind == "file" else node.target for name, node in replay.disk.top.left().items()}
        return {name: bytes(octets) if isinstance(octets, bytearray) else octets for name, octets in left.items()}

    def test_what_is_flushed_is_left(self):
        self.assertEqual(self.left(self.opened, self.written, self.synced, self.folder_synced), {"a": b"on\1e\n"})

    def test_a_name_without_its_octets(self):
        self.assertEqual(self.left(self.opened, self.written, self.folder_synced), {"a": b""})

    def test_octets_without_their_name(self):
        self.assertEqual(self.left(self.opened, self.written, self.synced), {})

    def test_a_write_that_ends_after_the_flush_has_begun(self):
        late = [self.opened, '7 fdatasync(5</d/a> <unfinished ...>', self.written.replace("7 ", "8 "),
                "7 <... fdatasync resumed>) = 0", self.folder_synced]
        self.assertEqual(self.left(*late), {"a": b""})

    def test_a_flush_of_everything(self):
        all_synced, other = "7 syncfs(6</d>) = 0", self.opened.replace("/d/a", "/d/b")
        self.assertEqual(self.left(self.opened, self.written, all_synced), {"a": b"on\1e\n"})
        self.assertEqual(self.left(self.opened, all_synced, self.written, other), {"a": b""})

    def test_writes_in_place_and_cuts(self):
        lines = [self.opened, self.written, '7 pwrite64(5</d/a>, "XY", 2, 4) = 2', "7 ftruncate(5</d/a>, 5) = 0", self.synced,
                 '7 pwritev(5</d/a>, [{iov_base="q", iov_len=1}], 1, 0) = 1', self.folder_synced]
        self.assertEqual(self.left(*lines), {"a": b"on\1eX"})

    def test_names(self):
        lines = [self.opened, self.written, self.synced, self.folder_synced, '7 rename("/d/a", "/d/b") = 0', '7 symlink("b", "/d/l") = 0']
        self.assertEqual(self.left(*lines), {"a": b"on\1e\n"})
        self.assertEqual(self.left(*lines, self.folder_synced), {"b": b"on\1e\n", "l": "b"})
        self.assertEqual(self.left(*lines, self.folder_synced, '7 unlink("/d/b") = 0'), {"b": b"on\1e\n", "l": "b"})
        self.assertEqual(self.left(*lines, self.folder_synced, '7 unlink("/d/b") = 0', self.folder_synced), {"l": "b"})

    def test_a_folder_whose_name_is_not_safe_takes_its_files_along(self):
        lines = ['7 mkdir("/d/f", 0700) = 0', '7 openat(AT_FDCWD</>, "/d/f/x", O_WRONLY|O_CREAT, 0600) = 5</d/f/x>',
                 "7 fsync(5</d/f/x>) = 0", "7 fsync(6</d/f>) = 0"]
        self.assertEqual(self.left(*lines), {})
        replay = Replay(Trace(lines), "/d")
        found = [replay.disk.is_safe("/d/f/x") for _ in replay.cuts()]
        self.assertEqual(found + [replay.disk.is_safe("/d/f/x")], [False, False])
        replay = Replay(Trace(lines + ["7 fsync(8</d>) = 0"]), "/d")
        self.assertEqual([len(list(replay.cuts())), replay.disk.is_safe("/d/f/x"), replay.disk.is_safe("/d/f/y")], [2, True, False])

    def test_what_is_laid_is_what_is_left(self):
        replay = Replay(Trace([self.opened, self.written, self.synced, '7 link("/d/a", "/d/b") = 0', self.folder_synced,
                               self.written, self.synced]), "/d")
        folder = pathlib.Path(tempfile.mkdtemp(prefix="malaposta-cut-"))
        self.addCleanup(shutil.rmtree, folder)
        for _ in replay.cuts():
            pass
        replay.disk.leave(folder / "left")
        disk = Disk(folder / "left")
        disk.top = replay.disk.top
        self.assertEqual(disk.differences(), [])
        self.assertTrue((folder / "left/a").samefile(folder / "left/b"))


def spool_steps(trace, spool):
    """The lines of a trace at which the spool did what it seldom does."""
    steps = {"a message gets a file of its own": [], "such a file goes": [], "a segment is begun": [], "a segment goes": []}
    for call in trace.calls:
        path = QUOTED.findall(call.text)[-1] if '"' in call.text else ""
        kind = call.name.removesuffix("2").removesuffix("at")
        if kind == "rename" and path.startswith(f"{spool}/messages/"):
            steps["a message gets a file of its own"].append(call.end)
        elif kind == "unlink" and path.startswith(f"{spool}/messages/") and not path.endswith(".new"):
            steps["such a file goes"].append(call.end)
        elif kind == "open" and "O_CREAT" in call.text and path.startswith(f"{spool}/journal/"):
            steps["a segment is begun"].append(call.end)
        elif kind == "unlink" and path.startswith(f"{spool}/journal/"):
            steps["a segment goes"].append(call.end)
    # The first one is begun with the spool.
    del steps["a segment is begun"][:1]
    return steps


class PowerCuts(HostTest):
    """Whatever was answered with 250, OK, "sent" or "saved" is found once, wherever the power is cut."""

    # So short that the spool of a short run does all that one of weeks does.
    limits = "spool.segment=8192,spool.journalStay=1"

    def start(self):
        if shutil.which("strace") is None:
            does_not_run("THE TEST OF POWER CUTS", "strace is not installed")
        if another_boot(self.host.folder) is None:
            does_not_run("THE TEST OF POWER CUTS", "another boot can be feigned by root only")
        self.host.environment = {"MALAPOSTA_LIMITS": self.limits}

    def test_every_promise_is_kept(self):
        trace, workload = self.run_traced()
        seed = int(os.environ.get("MALAPOSTA_SEED", random.randrange(1 << 32)))
        chance = random.Random(seed)
        flushes = list(Replay(trace, self.host.data).cuts())
        total = len(flushes)
        chosen = set(range(total)) if CUTS is None else {
            # Evenly spread, so that all stages of the run are seen.
            int(total * (number + chance.random()) / CUTS) for number in range(CUTS)}
        for step, lines in spool_steps(trace, f"{self.host.data}/spool").items():
            self.assertTrue(lines, f"it is never seen that {step}")
            # Before the flushes that precede it, follow it, and have made it safe.
            next_one = bisect.bisect(flushes, chance.choice(lines))
            chosen |= {next_one - 1, next_one, next_one + 1} & set(range(total))
        self.host.folder.joinpath("cut").mkdir()
        replay, traced, tried = Replay(trace, self.host.data), self.host.data, 0
        for number, line in enumerate(replay.cuts()):
            # What is in force may be on the disk from the moment on that it is named, asked for or not.
            if replay.disk.find(f"{traced}/generations/current"):
                self.assertTrue(replay.disk.is_safe(f"{traced}/control/control.db"), f"users without passwords at {line}")
            if number in chosen and FIRST <= number <= LAST:
                # Every third time the disk keeps some of what it was not asked to keep.
                luck = random.Random(seed + number) if number % 3 == 2 else None
                tried += 1
                with self.subTest(flush=f"{number} of {total}", line=line, luck=luck is not None, seed=seed):
                    self.host.data = self.host.folder / "cut/data"
                    replay.disk.leave(self.host.data, luck)
                    self.judge(workload, line)
        self.host.data = traced
        self.assertEqual(replay.disk.differences(), [])
        print(f"[{tried} of {total} flushes cut at]", end=" ", flush=True)

    def run_traced(self):
        self.host.prefix = strace(self.host.folder / "trace", shown=1 << 24)
        self.host.start(180)
        try:
            workload = Workload(self.host, ROUNDS).run()
            self.wait_for_empty_queue()
            # The store's flushes and the spool's releases, which follow a moment later, are cut at too.
            wait_until("one segment of the spool is all that is left", self.spool_is_tidied)
        finally:
            # Not in order: an orderly stop would flush everything. strace hears no signal, and ends with what it traces.
            self.host.kill()
        trace = self.trace()
        workload.place(trace)
        return trace, workload

    def trace(self):
        with open(self.host.folder / "trace", errors="replace") as file:
            return Trace(file.read().splitlines())

    def spool_is_tidied(self):
        """Whether the trace, which comes a little after the disk, says that whatever can go has gone."""
        steps = spool_steps(self.trace(), f"{self.host.data}/spool")
        return (len(steps["a message gets a file of its own"]) == len(steps["such a file goes"])
                and len(steps["a segment is begun"]) == len(steps["a segment goes"]))

    def judge(self, workload, line):
        self.host.prefix = another_boot(self.host.folder)
        try:
            self.host.start()
            self.wait_for_empty_queue()
            flaws = Judgement(workload, Mailboxes(self.host, PEOPLE), line).flaws
            checked = self.host.command("store", "check")
            # A file without a row costs space only.
            flaws += [said for said in checked.stdout.splitlines() if said.startswith("  ") and "has no row" not in said]
            self.assertEqual(flaws, [], "\n".join(flaws) + self.host.log())
        finally:
            self.host.kill()


if __name__ == "__main__":
    unittest.main()
