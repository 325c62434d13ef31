"""The hook that gives Malaposta a certificate, as uacme, certbot and lego call it."""
import os
import pathlib
import subprocess
import tempfile
import unittest

HOOK = pathlib.Path(__file__).resolve().parents[2] / "packaging/acme/deploy-certificate"


class DeployCertificate(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="malaposta-hook-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "data/tls").mkdir(parents=True)
        for place in ("mail.example.org", "files"):
            (self.folder / place).mkdir()
            for name, text in (("fullchain.pem", "chain"), ("cert.pem", "without its chain"), ("privkey.pem", "key")):
                (self.folder / place / name).write_text(text)
        (self.folder / "empty").write_text("")

    def hook(self, *words, **environment):
        plain = {"PATH": os.environ["PATH"], "MALAPOSTA_DATA": str(self.folder / "data")}
        return subprocess.run([HOOK, *words], capture_output=True, text=True, env={**plain, **environment})

    def deployed(self):
        return {file.name: (file.read_text(), oct(file.stat().st_mode & 0o777)) for file in (self.folder / "data/tls").iterdir()}

    def test_each_client_is_understood(self):
        files = self.folder / "files"
        for words, environment in [
            (("mail.example.org", files / "fullchain.pem", files / "privkey.pem"), {}),
            # certbot names the folder of the certificate, which is called by it.
            ((), {"RENEWED_LINEAGE": str(self.folder / "mail.example.org"), "RENEWED_DOMAINS": "mail.example.org www.example.org"}),
            ((), {"LEGO_CERT_DOMAIN": "mail.example.org", "LEGO_CERT_PATH": str(files / "fullchain.pem"),
                  "LEGO_CERT_KEY_PATH": str(files / "privkey.pem"), "LEGO_ACCOUNT_EMAIL": "a@example.org"}),
        ]:
            with self.subTest(words=words, environment=environment):
                done = self.hook(*words, **environment)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("Malaposta shows this certificate for mail.example.org within a minute", done.stdout)
                self.assertEqual(self.deployed(), {"mail.example.org.crt": ("chain", "0o644"), "mail.example.org.key": ("key", "0o640")})
                for file in (self.folder / "data/tls").iterdir():
                    file.unlink()

    def test_what_is_not_understood_changes_nothing(self):
        files = self.folder / "files"
        for status, words, environment in [
            (64, (), {}), (64, ("name", "chain"), {}),
            (64, ("../name", files / "fullchain.pem", files / "privkey.pem"), {}),
            (64, (".name", files / "fullchain.pem", files / "privkey.pem"), {}),
            (66, ("name", files / "nothing", files / "privkey.pem"), {}),
            (66, ("name", files / "fullchain.pem", self.folder / "empty"), {}),
            (66, (), {"RENEWED_LINEAGE": str(self.folder / "elsewhere")}),
            (66, (), {"LEGO_CERT_DOMAIN": "a.example", "LEGO_CERT_PATH": "/nothing", "LEGO_CERT_KEY_PATH": "/nothing"}),
        ]:
            with self.subTest(words=words, environment=environment):
                refused = self.hook(*words, **environment)
                self.assertEqual(refused.returncode, status, refused.stderr)
                self.assertNotEqual(refused.stderr, "")
                self.assertEqual(self.deployed(), {})


if __name__ == "__main__":
    unittest.main()
