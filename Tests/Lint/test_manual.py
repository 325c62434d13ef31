"""What packaging/manual makes of a command's own help."""
import importlib.machinery
import importlib.util
import pathlib
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOADER = importlib.machinery.SourceFileLoader("manual", str(ROOT / "packaging/manual"))
manual = importlib.util.module_from_spec(importlib.util.spec_from_loader("manual", LOADER))
LOADER.exec_module(manual)


def argument(kind, value, optional=False, **more):
    return {"kind": kind, "valueName": value, "isOptional": optional, "shouldDisplay": True, **more}


def names(*words):
    return {"names": [{"kind": "long", "name": word} for word in words]}


class Manual(unittest.TestCase):
    def usage(self, *arguments):
        command = {"commandName": "restore", "abstract": "Bring back.", "arguments": list(arguments)}
        return manual.command_lines(command, ["malaposta"], manual.SHARED)[0]

    def test_usage_says_what_must_be_given_and_how_often(self):
        for arguments, line in [
            ([], ".SS restore"),
            ([argument("positional", "account", True)], ".SS restore [ACCOUNT]"),
            ([argument("positional", "id", isRepeating=True)], ".SS restore ID ..."),
            ([argument("positional", "id", True, isRepeating=True)], ".SS restore [ID ...]"),
            ([argument("positional", "account", True), argument("option", "folder", **names("from"))],
             ".SS restore [ACCOUNT] \\-\\-from FOLDER"),
            ([argument("option", "folder", True, **names("data"))], ".SS restore"),
            ([argument("flag", "yes", True, **names("yes")), argument("flag", "help", **names("help"))], ".SS restore"),
        ]:
            with self.subTest(line=line):
                self.assertEqual(self.usage(*arguments), line)


if __name__ == "__main__":
    unittest.main()
