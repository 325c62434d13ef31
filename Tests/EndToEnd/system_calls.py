"""A program's system calls as strace tells them, and whether what it promised was on the disk by then."""
import os
import re
import signal
import subprocess

from host import PATIENCE

# Longer than any small message's record, so that a token in it is seen.
SHOWN_OCTETS = 65_536

WRITING = ("write", "writev", "pwrite64", "pwritev", "ftruncate")
SENDING = ("write", "writev", "sendto", "sendmsg")
MAKING = ("rename", "renameat", "renameat2", "link", "linkat", "mkdir", "mkdirat", "symlink", "symlinkat", "open", "openat", "creat")
UNMAKING = ("unlink", "unlinkat", "rmdir")
# syncfs(2) flushes whatever was written on the file system.
SYNCING = ("fsync", "fdatasync", "syncfs")
# Ways to change a file that nothing of ours takes; whoever replays a trace refuses them. (sync_file_range(2) is none: it changes
# nothing and promises nothing.)
UNKNOWN = ("truncate", "fallocate", "copy_file_range", "sendfile", "splice", "pwritev2")
CALLS = ",".join(dict.fromkeys((*WRITING, *SENDING, *MAKING, *UNMAKING, *SYNCING, *UNKNOWN, "chmod", "fchmod", "fchmodat")))

# In place of the path of what was flushed.
EVERYTHING = "*"

LINE = re.compile(r"^(\d+) +(?:<\.\.\. (\w+) resumed>(.*)|(\w+)\((.*))$")
DESCRIPTOR = re.compile(r"^(\d+)<((?:[^<>\\]|\\.|<[^>]*>)*)>")
UNFINISHED = ("<unfinished ...>", "<detached ...>")
QUOTED = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"')


class Call:
    """One system call; `begin` and `end` count lines of the trace, so that calls of several threads can be put in order."""

    def __init__(self, begin, name, text):
        self.begin, self.name, self.text = begin, name, text
        self.end, self.result = None, None
        self.path = self.named = ""

    def finish(self, end):
        self.end = end
        arguments, _, result = self.text.rpartition("= ")
        if result and arguments.rstrip().endswith(")"):
            number = re.match(r"-?\d+", result)
            self.result = int(number[0]) if number else None
        found = DESCRIPTOR.match(self.text)
        # What its descriptor stands for.
        self.path = found[2] if found else ""
        # The last path in its arguments: what is made, or renamed to.
        self.named = QUOTED.findall(self.text)[-1] if self.name in MAKING and '"' in self.text else ""


class Trace:
    """Everything that a process did while it was traced."""

    def __init__(self, lines, known=()):
        """- known: paths that were there before."""
        self.calls, open_calls, known = [], {}, set(known)
        for number, line in enumerate(lines):
            found = LINE.match(line)
            if not found:
                continue
            thread, resumed, rest, name, text = found.groups()
            if resumed:
                call = open_calls.pop(thread, None)
                if call is None:
                    continue
                call.text += rest
            else:
                call = Call(number, name, text)
                self.calls.append(call)
                if text.endswith(UNFINISHED):
                    call.text = text[:text.rindex("<")]
                    open_calls[thread] = call
                    continue
            call.finish(number)
        for call in open_calls.values():
            # Begun while the tracer was leaving: what it sent may have been read.
            call.finish(float("inf"))
            call.result = 0 if call.name in SENDING else None
        self.calls = [call for call in self.calls if call.end is not None and call.result is not None and call.result >= 0]
        self.writes, self.syncs, self.makes, self.sent = {}, {}, {}, []
        # The names of a file that has several.
        self.names = {}
        for call in self.calls:
            if call.name in SYNCING:
                self.syncs.setdefault(EVERYTHING if call.name == "syncfs" else call.path, []).append(call)
            elif call.name in MAKING and (not call.name.startswith("open") or "O_CREAT" in call.text and call.named not in known):
                known.add(call.named)
                self.makes.setdefault(call.named, []).append(call)
                if call.name in ("link", "linkat"):
                    self.join(*QUOTED.findall(call.text)[-2:])
            elif call.name in UNMAKING:
                known.discard(QUOTED.findall(call.text)[-1])
            elif call.name in WRITING and call.path.startswith("/"):
                self.writes.setdefault(call.path, []).append(call)
            elif call.name in SENDING and call.path.startswith(("socket:", "TCP", "UNIX")):
                self.sent.append(call)

    def join(self, name, other):
        names = self.names.setdefault(name, {name}) | self.names.setdefault(other, {other})
        self.names |= dict.fromkeys(names, names)

    def answers(self, text):
        """Writes to sockets that hold `text`."""
        return [call for call in self.sent if text in call.text]

    def web_answers(self, port):
        """Beginnings of answers to the web client at that port."""
        return [call for call in self.sent if f"->127.0.0.1:{port}]>" in call.text and "HTTP/1.1 " in call.text]

    def is_synced(self, path, call, before):
        """Whether a flush of `path`, or of everything, began after `call` had ended, and had ended before the line `before`."""
        syncs = [sync for name in self.names.get(path, [path]) for sync in self.syncs.get(name, [])]
        return any(sync.begin > call.end and sync.end < before for sync in syncs + self.syncs.get(EVERYTHING, []))

    def lost(self, path, token, before):
        """What a power cut at the line `before` could take of a file: its octets up to `token`, or the entries that lead to it."""
        return self.lost_octets(path, token, before) + self.lost_entries(path, before)

    def lost_octets(self, path, token, before):
        writes = self.writes.get(path, [])
        last = max((write.begin for write in writes if token in write.text and write.end < before), default=-1)
        return [f"octets written to {path} at line {write.begin}" for write in writes
                if write.begin <= last and not self.is_synced(path, write, before)]

    def lost_entries(self, path, before):
        """Entries of a file and of the folders above it that are not safe in their own folders."""
        lost = []
        while path not in ("", "/"):
            folder = os.path.dirname(path)
            lost += [f"the entry of {path} in its folder, made at line {make.begin}" for make in self.makes.get(path, [])
                     if make.end < before and not self.is_synced(folder, make, before)]
            path = folder
        return lost

    def holding(self, token, under, before):
        """Files in a folder that got octets with `token` before a line."""
        return {path for path, writes in self.writes.items() if path.startswith(under)
                and any(write.end < before and token in write.text for write in writes)}


def strace(file, shown=SHOWN_OCTETS):
    """The command that writes to `file` what a process and all that it starts do; what to trace comes after it."""
    return ["strace", "-f", "-yy", "-s", str(shown), "-o", str(file), "-e", f"trace={CALLS}", "-e", "signal=none"]


class Tracer:
    """strace on running processes, with all their threads, in one order."""

    def __init__(self, processes, file):
        self.file = file
        chosen = [word for process in processes for word in ("-p", str(process))]
        self.strace = subprocess.Popen(strace(file) + chosen, stderr=subprocess.PIPE, text=True, start_new_session=True)
        for _ in processes:
            said = self.strace.stderr.readline()
            if "attached" not in said:
                raise AssertionError(f"strace: {said}")

    def stop(self):
        self.strace.send_signal(signal.SIGINT)
        # On a busy machine it has much to write still.
        self.strace.wait(5 * PATIENCE)
        self.strace.stderr.close()
        with open(self.file, errors="replace") as file:
            return file.read().splitlines()
