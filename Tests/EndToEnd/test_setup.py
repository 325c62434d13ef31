"""`malaposta setup` at a terminal: what it asks, what it proposes, what it asks again."""
import os
import pathlib
import pty
import select
import subprocess
import tempfile
import time
import unittest

from host import PROGRAMS

PASSWORD = "correct horse battery"


class Terminal:
    """A command at a terminal of its own."""

    def __init__(self, *words):
        self.process, self.end = pty.fork()
        if self.process == 0:
            os.execvp(words[0], [str(word) for word in words])
        self.seen = ""

    def read(self, seconds):
        """False at the end."""
        ready, _, _ = select.select([self.end], [], [], seconds)
        if not ready:
            raise AssertionError(f"nothing more came:\n{self.seen}")
        try:
            octets = os.read(self.end, 4096)
        except OSError:
            return False
        self.seen += octets.decode()
        return bool(octets)

    def answer(self, question, line):
        """Waits for the question at the end of what is shown, and types the answer; what was shown since the last one."""
        end = time.monotonic() + 60
        while not self.seen.endswith(question):
            if time.monotonic() > end or not self.read(60):
                raise AssertionError(f"{question!r} is not asked:\n{self.seen}")
        shown, self.seen = self.seen, ""
        os.write(self.end, line.encode() + b"\n")
        return shown

    def rest(self):
        """The exit status, and what was shown to the end."""
        while self.read(60):
            pass
        _, status = os.waitpid(self.process, 0)
        os.close(self.end)
        return os.waitstatus_to_exitcode(status), self.seen.replace("\r", "")


class Setup(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="malaposta-setup-")
        self.addCleanup(folder.cleanup)
        self.configuration = pathlib.Path(folder.name) / "etc"
        self.configuration.mkdir()

    def setup_at_a_terminal(self, *words):
        return Terminal(PROGRAMS / "malaposta", "setup", "--configuration", self.configuration, *words)

    def test_each_question_has_its_answer(self):
        asked = self.setup_at_a_terminal("--host-name", "mail.example.org")
        asked.answer("First mail domain [example.org]: ", "not a domain")
        asked.answer("First mail domain [example.org]: ", "")
        asked.answer("Id of the first tenant [example]: ", "Not An Id")
        asked.answer("Id of the first tenant [example]: ", "acme")
        asked.answer("First user, before the @ [admin]: ", "Rita Silva")
        self.assertIn("needs quotes", asked.answer("First user, before the @ [admin]: ", "Rita"))
        self.assertIn("lower-case letters", asked.answer("First user, before the @ [admin]: ", "rita"))
        asked.answer("Name of the tenant [acme]: ", "  Acme   Ltda ")
        asked.answer("Language, en or pt [en]: ", "fr")
        self.assertIn("it is en or pt", asked.answer("Language, en or pt [en]: ", "pt"))
        asked.answer("Name of the user [rita]: ", "")
        asked.answer("New password of rita: ", "short")
        asked.answer("Once more: ", "short")
        self.assertIn("8", asked.answer("New password of rita: ", PASSWORD))
        asked.answer("Once more: ", "something else")
        self.assertIn("the two are not the same", asked.answer("New password of rita: ", PASSWORD))
        shown = asked.answer("Once more: ", PASSWORD)
        status, rest = asked.rest()
        self.assertEqual(status, 0, rest)
        self.assertNotIn(PASSWORD, shown + rest, "a password is not shown")
        self.assertIn("malaposta apply", rest)
        self.assertNotIn("malaposta user password", rest)
        checked = subprocess.run([PROGRAMS / "malaposta", "check", self.configuration], capture_output=True, text=True)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.assertIn("host_name: mail.example.org", (self.configuration / "malaposta.yaml").read_text())
        tenant = (self.configuration / "tenants/acme/tenant.yaml").read_text()
        self.assertIn("Acme Ltda", tenant)
        self.assertIn("language: pt", tenant)
        accounts = (self.configuration / "tenants/acme/accounts.yaml").read_text()
        self.assertIn("rita", accounts)
        self.assertNotIn(PASSWORD, accounts)
        self.assertTrue((self.configuration / "tenants/acme/domains/example.org.yaml").exists())

    def test_the_end_of_the_input_writes_nothing(self):
        asked = self.setup_at_a_terminal("--host-name", "mail.example.org")
        # Ctrl-D at the beginning of a line.
        asked.answer("First mail domain [example.org]: ", "")
        while not asked.seen.endswith("[example]: "):
            asked.read(60)
        os.write(asked.end, b"\x04")
        status, rest = asked.rest()
        self.assertEqual(status, 1, rest)
        self.assertIn("Nothing was written.", rest)
        self.assertEqual(list(self.configuration.iterdir()), [])

    def test_a_folder_with_files_is_left_as_it_is_before_anything_is_asked(self):
        (self.configuration / "malaposta.yaml").write_text("mine")
        status, shown = self.setup_at_a_terminal().rest()
        self.assertEqual(status, 1, shown)
        self.assertIn("is not empty", shown)


if __name__ == "__main__":
    unittest.main()
