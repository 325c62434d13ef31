"""A message on its way through the whole house, with the programs that people use: swaks, imaplib, mbsync, Chromium."""
import contextlib
import email
import email.message
import email.policy
import hashlib
import imaplib
import pathlib
import random
import ssl
import subprocess
import sys
import textwrap
import unittest

from host import PASSWORDS, ROOT, Host, wait_until

SUBJECT = "Orçamento de Março: 予算 ✓"
host = None
sessions = []


def setUpModule():
    global host
    host = Host().start()


def tearDownModule():
    host.close()


def imap(user, port="imaps"):
    if port == "imaps":
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        session = imaplib.IMAP4_SSL("127.0.0.1", host.ports["imaps"], ssl_context=context)
    else:
        session = imaplib.IMAP4("127.0.0.1", host.ports["imap"])
    name = user.split("@")[0]
    sessions.append(session)
    session.login(user, PASSWORDS[name])
    return session


def messages(session, folder="INBOX"):
    """All messages of a folder, parsed."""
    session.select(folder)
    _, found = session.uid("SEARCH", "ALL")
    parsed = []
    for uid in found[0].split():
        _, data = session.uid("FETCH", uid, "(BODY.PEEK[])")
        parsed.append(email.message_from_bytes(data[0][1], policy=email.policy.default))
    return parsed


def with_subject(session, subject, folder="INBOX"):
    return [message for message in messages(session, folder) if str(message["Subject"]) == subject]


class MailFlow(unittest.TestCase):
    """The tests build on one another, in the order of their names: one message's way."""

    def tearDown(self):
        while sessions:
            with contextlib.suppress(OSError):
                sessions.pop().shutdown()

    attachment = bytes(random.Random(7).randrange(256) for _ in range(70_001))

    def test_1_swaks_sends_a_multipart_message(self):
        message = email.message.EmailMessage()
        message["From"] = "Maria Luísa <maria@elsewhere.example>"
        message["To"] = "rita@acme.example"
        message["Subject"] = SUBJECT
        message.set_content("Olá Rita,\nsegue o orçamento.\n")
        message.add_attachment(self.attachment, "application", "octet-stream", filename="relatório.bin")
        file = host.folder / "message.eml"
        file.write_bytes(message.as_bytes())
        sent = subprocess.run(
            ["swaks", "--server", f"127.0.0.1:{host.ports['smtp']}", "--helo", "client.example", "--from", "maria@elsewhere.example",
             "--to", "rita@acme.example", "--data", f"@{file}"], capture_output=True, text=True, timeout=60)
        self.assertEqual(sent.returncode, 0, sent.stdout + sent.stderr)
        self.assertIn("250 2.0.0", sent.stdout)

    def test_2_imaplib_sees_it_whole(self):
        session = imap("rita@acme.example")
        message = wait_until("the message is in INBOX", lambda: with_subject(session, SUBJECT))[0]
        part = next(message.iter_attachments())
        self.assertEqual(part.get_filename(), "relatório.bin")
        self.assertEqual(part.get_content(), self.attachment)
        self.assertIn("segue o orçamento", message.get_body(("plain",)).get_content())
        self.assertTrue(message["Return-Path"])
        self.assertIn("from client.example", str(message["Received"]))

    def test_3_mbsync_syncs_both_ways(self):
        maildir = host.folder / "maildir"
        maildir.mkdir()
        settings = host.folder / "mbsyncrc"
        settings.write_text(textwrap.dedent(f"""\
            IMAPAccount rita
            Host 127.0.0.1
            Port {host.ports['imap']}
            User rita@acme.example
            Pass {PASSWORDS['rita']}
            SSLType None
            AuthMechs LOGIN

            IMAPStore far
            Account rita

            MaildirStore near
            Path {maildir}/
            Inbox {maildir}/INBOX
            SubFolders Verbatim

            Channel all
            Far :far:
            Near :near:
            Patterns *
            Create Both
            Expunge Both
            SyncState *
            """))

        def sync():
            done = subprocess.run(["mbsync", "-c", settings, "-a"], capture_output=True, text=True, timeout=120)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

        sync()
        session = imap("rita@acme.example")
        far = {hashlib.sha256(message.as_bytes()).hexdigest() for message in messages(session)}
        files = [file for file in maildir.glob("INBOX/*/*") if file.parent.name in ("cur", "new")]
        self.assertEqual(len(files), len(far))
        mine = next(file for file in files if b"maria@elsewhere.example" in file.read_bytes())

        # A flag set here, a message written here and a folder made here arrive there.
        flagged = pathlib.Path(str(mine).replace("/new/", "/cur/").split(":2,")[0] + ":2,FS")
        mine.rename(flagged)
        note = maildir / "INBOX" / "new" / "1700000000.M1P1.near"
        note.write_text("From: rita@acme.example\nTo: rita@acme.example\nSubject: written near\nMessage-ID: <near@acme.example>\n\nNear.\n")
        for sub in ("cur", "new", "tmp"):
            (maildir / "Made near" / sub).mkdir(parents=True)
        sync()
        session.select("INBOX")
        _, data = session.uid("SEARCH", "FLAGGED", "SEEN", "FROM", "maria@elsewhere.example")
        self.assertEqual(len(data[0].split()), 1)
        self.assertEqual(len(with_subject(session, "written near")), 1)
        self.assertIn('"Made near"', " ".join(line.decode() for line in session.list()[1]))

        # What is deleted there vanishes here.
        session.select("INBOX")
        _, data = session.uid("SEARCH", "SUBJECT", '"written near"')
        session.uid("STORE", data[0], "+FLAGS", r"(\Deleted)")
        session.expunge()
        sync()
        left = [file for file in maildir.glob("INBOX/*/*") if file.is_file() and b"written near" in file.read_bytes()]
        self.assertEqual(left, [])

    def test_4_chromium_reads_downloads_and_replies(self):
        session = imap("rita@acme.example")
        session.append("INBOX", None, None, textwrap.dedent("""\
            From: Joana Ribeiro <joana@casadorio.example>
            To: Rita Dias <rita@acme.example>
            Subject: Chaves da casa
            Message-ID: <chaves@casadorio.example>
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: 8bit

            As chaves estão no café.
            --b
            Content-Type: application/octet-stream
            Content-Disposition: attachment; filename="chaves.bin"
            Content-Transfer-Encoding: base64

            AAECAwQFBgcICf/+/fw=
            --b--
            """).replace("\n", "\r\n").encode())
        downloads = host.folder / "downloads"
        downloads.mkdir()
        seen = subprocess.run(
            [sys.executable, ROOT / "Tests/Browser/mail_flow.py", "--url", f"http://127.0.0.1:{host.ports['http']}/",
             "--user", "rita@acme.example", "--password", PASSWORDS["rita"], "--subject", "Chaves da casa",
             "--attachment", "chaves.bin", "--downloads", downloads, "--reply", "Obrigada, vou buscá-las às nove."],
            capture_output=True, text=True, timeout=180)
        self.assertEqual(seen.returncode, 0, seen.stdout + seen.stderr + host.log())
        self.assertEqual((downloads / "chaves.bin").read_bytes(), bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 255, 254, 253, 252]))

    def test_5_the_reply_reaches_the_other_tenant(self):
        session = imap("joana@casadorio.example")
        reply = wait_until("the reply is there", lambda: with_subject(session, "Re: Chaves da casa"))[0]
        self.assertIn("vou buscá-las às nove", reply.get_body(("plain",)).get_content())
        self.assertEqual(reply["In-Reply-To"], "<chaves@casadorio.example>")
        # The copy of its sender is filed apart from it.
        rita = imap("rita@acme.example")
        sent = wait_until("it is in Sent", lambda: with_subject(rita, "Re: Chaves da casa", "Sent"))
        self.assertEqual(len(sent), 1)
        received = " ".join(str(line) for line in reply.get_all("Received"))
        self.assertNotIn("127.0.0.1", received)

    def test_6_everything_is_there_after_a_restart(self):
        before = len(messages(imap("rita@acme.example")))
        self.assertEqual(host.stop(), 0, host.log())
        host.start()
        self.assertEqual(len(messages(imap("rita@acme.example"))), before)


if __name__ == "__main__":
    unittest.main()
