"""What a disk holds after a power cut: a program's traced writes done again, but for those that no flush has covered.

A file's octets are safe once a flush of that file has ended that began after they were written, a folder's entries once a flush of
the folder has, and both once a flush of the whole file system has. Nothing else is safe: not a new file's name because its octets are, not an unlinking because something else is.
"""
import os
import re
import shutil
import stat

from system_calls import SYNCING, UNKNOWN

PLACE = re.compile(r'(?:(?:AT_FDCWD|\d+)<((?:[^<>\\]|\\.)*)>, )?"([^"\\]*(?:\\.[^"\\]*)*)"')
STRING = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"(\.\.\.)?')
LAST_NUMBER = re.compile(r"(\d+) *\) *= ")
MODE = re.compile(r"\b0[0-7]{3,4}\b")


def octets(text):
    """What strace has written as a C string."""
    return text.encode("ascii").decode("unicode_escape").encode("latin-1")


def name(text):
    return os.fsdecode(octets(text))


class Node:
    """A file, folder or symbolic link: all changes in order, and how many of them are safe."""

    def __init__(self, kind, mode, target=None):
        self.kind, self.mode, self.target = kind, mode, target
        self.now = {} if kind == "folder" else bytearray()
        self.safe = {} if kind == "folder" else bytearray()
        self.changes, self.settled = [], 0

    def change(self, *change):
        self.changes.append(change)
        self.do(self.now, change)

    @staticmethod
    def do(state, change):
        what, *values = change
        if what == "write":
            offset, data = values
            if offset > len(state):
                state.extend(bytes(offset - len(state)))
            state[offset:offset + len(data)] = data
        elif what == "cut":
            size = values[0]
            if size < len(state):
                del state[size:]
            else:
                state.extend(bytes(size - len(state)))
        elif what == "enter":
            state[values[0]] = values[1]
        elif what == "leave":
            state.pop(values[0], None)
        elif what == "rename":
            if values[0] in state:
                state[values[1]] = state.pop(values[0])

    def settle(self, count):
        """Makes the first `count` changes safe; whether that was anything new."""
        new = self.changes[self.settled:count]
        for change in new:
            self.do(self.safe, change)
        self.settled = max(self.settled, count)
        return bool(new)

    def left(self, luck=None):
        """What a power cut leaves: what is safe, and, with `luck`, some of the rest, in whatever order the disk liked."""
        if luck is None or self.settled == len(self.changes):
            return self.safe
        state = dict(self.safe) if self.kind == "folder" else bytearray(self.safe)
        for change in self.changes[self.settled:]:
            if luck.random() < 0.5:
                self.do(state, change)
        return state


class Disk:
    """A folder that was empty when the trace began."""

    def __init__(self, root):
        self.root = str(root)
        self.top = Node("folder", 0o700)

    # Finding

    def inside(self, path):
        return path == self.root or path.startswith(self.root + "/")

    def parts(self, path):
        return [part for part in path[len(self.root):].split("/") if part not in ("", ".")]

    def find(self, path):
        node = self.top
        for part in self.parts(path):
            if node is None or node.kind != "folder":
                return None
            node = node.now.get(part)
        return node

    def is_safe(self, path):
        """Whether a power cut now leaves it: its own name, and those of the folders above it."""
        node = self.top
        for part in self.parts(path):
            node = node.safe.get(part) if node is not None and node.kind == "folder" else None
        return node is not None

    def folder(self, path):
        """The folder that holds it, and its name there."""
        return self.find(os.path.dirname(path)), os.path.basename(path)

    @staticmethod
    def places(call):
        """The paths in a call's arguments."""
        return [os.path.normpath(os.path.join(name(folder) or "/", name(path))) for folder, path in PLACE.findall(call.text)]

    def written(self, call):
        """The node that its descriptor stands for; nil where it has no name any more, or lies elsewhere."""
        path = name(call.path)
        if not self.inside(path) or call.text.split(">", 1)[1].startswith("(deleted)"):
            return None
        return self.find(path)

    def all_nodes(self):
        """Whatever has, or had, a name."""
        waiting, seen = [self.top], set()
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                yield node
                waiting += [*node.now.values(), *node.safe.values()] if node.kind == "folder" else []

    # Doing

    def do(self, call):
        """A call that has succeeded, but for flushes."""
        what = call.name.removesuffix("at2").removesuffix("at")
        if call.name in UNKNOWN and self.inside(name(call.path)):
            raise AssertionError(f"the replay does not know {call.name}: {call.text[:200]}")
        if what in ("write", "writev", "pwrite64", "pwritev", "ftruncate"):
            return self.fill(call)
        if what == "fchmod" and call.text[0].isdigit():
            node = self.written(call)
            if node:
                node.mode = int(MODE.search(call.text)[0], 8)
            return None
        if what not in ("open", "creat", "mkdir", "rmdir", "unlink", "rename", "link", "symlink", "chmod", "fchmod"):
            return None
        places = self.places(call)
        if what == "symlink":
            places[0] = octets(STRING.search(call.text)[1]).decode()
        if not self.inside(places[-1]) or places[-1] == self.root:
            return None
        return getattr(self, what)(call, *places)

    def fill(self, call):
        node = self.written(call)
        if node is None:
            return
        if call.name == "ftruncate":
            return node.change("cut", int(LAST_NUMBER.search(call.text)[1]))
        found = STRING.findall(call.text[call.text.index(">") + 1:])
        if any(cut for _, cut in found):
            raise AssertionError(f"the trace is cut short: {call.text[:200]}")
        data = b"".join(octets(text) for text, _ in found)[:call.result]
        offset = int(LAST_NUMBER.search(call.text[-80:])[1]) if call.name.startswith("pwrite") else len(node.now)
        node.change("write", offset, data)

    def open(self, call, path):
        if "O_CREAT" not in call.text and "O_TRUNC" not in call.text:
            return
        node = self.find(path)
        if node is None and "O_CREAT" in call.text:
            folder, last = self.folder(path)
            if folder is not None:
                folder.change("enter", last, Node("file", int((MODE.findall(call.text) or ["0600"])[-1], 8)))
        elif node is not None and "O_TRUNC" in call.text:
            node.change("cut", 0)

    creat = open

    def mkdir(self, call, path):
        folder, last = self.folder(path)
        folder.change("enter", last, Node("folder", int(MODE.findall(call.text)[-1], 8)))

    def rmdir(self, call, path):
        folder, last = self.folder(path)
        folder.change("leave", last)

    unlink = rmdir

    def rename(self, call, path, other):
        (source, first), (destination, last) = self.folder(path), self.folder(other)
        node = source.now.get(first)
        if source is destination:
            return source.change("rename", first, last)
        destination.change("enter", last, node)
        source.change("leave", first)

    def link(self, call, path, other):
        folder, last = self.folder(other)
        folder.change("enter", last, self.find(path))

    def symlink(self, call, target, path):
        folder, last = self.folder(path)
        folder.change("enter", last, Node("link", 0o777, target))

    def chmod(self, call, path):
        node = self.find(path)
        if node:
            node.mode = int(MODE.findall(call.text)[-1], 8)

    fchmod = chmod

    # Looking

    def differences(self):
        """Where the folder as it is differs from what the trace made of it: what the trace has missed."""
        found = []
        self.compare(self.top, self.root, found)
        return found

    def compare(self, node, path, found):
        real = {entry: os.lstat(f"{path}/{entry}").st_mode for entry in os.listdir(path)}
        real = {entry: mode for entry, mode in real.items() if not stat.S_ISSOCK(mode)}
        found += [f"{path}/{entry} is not in both" for entry in set(real) ^ set(node.now)]
        for entry in set(real) & set(node.now):
            inner, place = node.now[entry], f"{path}/{entry}"
            if inner.kind == "folder":
                self.compare(inner, place, found)
            # The index of a write-ahead log is mapped, and made anew after a crash.
            elif inner.kind == "file" and not entry.endswith("-shm"):
                with open(place, "rb") as file:
                    if file.read() != inner.now:
                        found.append(f"{place} holds something else")

    def leave(self, place, luck=None):
        """Makes the folder `place` what a power cut would leave, now."""
        shutil.rmtree(place, ignore_errors=True)
        self.lay(self.top, place, luck, {})

    def lay(self, node, path, luck, laid):
        if node in laid:
            return os.link(laid[node], path)
        if node.kind == "link":
            return os.symlink(node.target, path)
        state = node.left(luck)
        if node.kind == "file":
            laid[node] = path
            with open(path, "wb") as file:
                file.write(state)
        else:
            os.mkdir(path)
            for entry, inner in state.items():
                self.lay(inner, f"{path}/{entry}", luck, laid)
        os.chmod(path, node.mode & 0o7777)


class Replay:
    """A trace, from one flush that made something safe to the next."""

    def __init__(self, trace, root):
        self.disk = Disk(root)
        events = [(call.begin, 0, call) for call in trace.calls if call.name in SYNCING]
        events += [(call.end, 1, call) for call in trace.calls]
        self.events = sorted(events, key=lambda event: event[:2])
        self.flushes = 0

    def cuts(self):
        """Yields the line of each flush that is about to make something safe: the power is cut just before it has done so."""
        begun = {}
        for line, ends, call in self.events:
            if call.name not in SYNCING:
                self.disk.do(call)
                continue
            if not ends:
                begun[call] = [(node, len(node.changes)) for node in self.flushed(call)]
                continue
            new = [(node, count) for node, count in begun.pop(call) if node.settled < count]
            if not new:
                continue
            self.flushes += 1
            yield line
            for node, count in new:
                node.settle(count)

    def flushed(self, call):
        """The nodes that a flush makes safe."""
        if call.name == "syncfs":
            return list(self.disk.all_nodes())
        node = self.disk.written(call)
        return [node] if node else []
