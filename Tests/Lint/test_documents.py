"""Every file that a document names is there, and every module has its page."""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`((?:Sources|Tests|etc|templates|packaging|systemd)/[\w@.+/-]+)`")


class Documents(unittest.TestCase):
    def test_files_that_are_named_are_there(self):
        for document in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"):
            for name in NAMED.findall((ROOT / document).read_text()):
                with self.subTest(document=document, name=name):
                    self.assertTrue((ROOT / name).exists())

    def test_files_that_a_module_page_names_are_there(self):
        for page in sorted((ROOT / "Sources").glob("*/README.md")):
            known = {file.name for file in page.parent.rglob("*")}
            for name in re.findall(r"`([\w+/-]+\.swift)`", page.read_text()):
                with self.subTest(page=page.parent.name, name=name):
                    self.assertIn(name.rsplit("/", 1)[-1], known)

    def test_every_module_has_a_page(self):
        for folder in sorted((ROOT / "Sources").iterdir()):
            if not re.fullmatch(r"C[A-Z]\w+", folder.name):
                with self.subTest(module=folder.name):
                    self.assertGreater(len((folder / "README.md").read_text().splitlines()), 3)


if __name__ == "__main__":
    unittest.main()
