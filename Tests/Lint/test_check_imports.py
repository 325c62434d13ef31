"""Feeds the check of imports a bad one of each kind."""
import pathlib
import tempfile
import unittest

import check_imports

FLOORS = {"Wire": 0, "CSQLite": 0, "Mail": 1, "SQL": 2, "Store": 3, "IMAP": 6, "Webmail": 6}
DECLARED = {
    "Wire": set(), "Mail": {"Wire"}, "SQL": {"CSQLite"}, "Store": {"SQL", "Mail", "CSQLite"}, "IMAP": {"Store", "Mail"},
    "Webmail": {"Store"},
}


class CheckImports(unittest.TestCase):
    def findings(self, files, declared=DECLARED):
        with tempfile.TemporaryDirectory() as root:
            for name, text in files.items():
                path = pathlib.Path(root) / "Sources" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return check_imports.check(root, FLOORS, declared)

    def test_what_is_declared_and_below_passes(self):
        self.assertEqual(self.findings({"IMAP/A.swift": "package import Store\nimport Glibc\ninternal import Mail\n"}), [])

    def test_an_undeclared_import(self):
        self.assertEqual(
            self.findings({"IMAP/Fetch/A.swift": "// first\ninternal import SQL\n"}),
            ["Sources/IMAP/Fetch/A.swift:2: imports SQL, which the manifest does not name for IMAP"])

    def test_an_import_behind_an_attribute_or_of_one_type(self):
        self.assertEqual(len(self.findings({"IMAP/A.swift": "@preconcurrency import SQL\nimport struct SQL.Row\n"})), 2)

    def test_a_declared_import_that_goes_up(self):
        declared = dict(DECLARED, Store={"IMAP"})
        self.assertEqual(
            self.findings({"Store/A.swift": "import IMAP\n"}, declared),
            ["Package.swift: Store (floor 3) declares IMAP (floor 6), which is not below it",
             "Sources/Store/A.swift:1: Store (floor 3) imports IMAP (floor 6), which is not below it"])

    def test_an_import_on_the_same_floor(self):
        declared = dict(DECLARED, Webmail={"IMAP"})
        self.assertIn("Sources/Webmail/A.swift:1: Webmail (floor 6) imports IMAP (floor 6), which is not below it",
                      self.findings({"Webmail/A.swift": "import IMAP\n"}, declared))

    def test_a_c_library_imported_twice(self):
        self.assertEqual(
            self.findings({"SQL/A.swift": "import CSQLite\n", "Store/A.swift": "internal import CSQLite\n"}),
            ["Sources/Store/A.swift:1: CSQLite belongs to SQL alone"])

    def test_a_module_without_a_floor(self):
        self.assertEqual(self.findings({}, dict(DECLARED, Attic=set())),
                         ["Sources/Attic: stands on no floor; add it to Tests/Lint/floors.txt"])


if __name__ == "__main__":
    unittest.main()
