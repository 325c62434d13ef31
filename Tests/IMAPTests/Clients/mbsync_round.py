"""Syncs with mbsync in both directions and compares every message: mbsync_round.py PORT FOLDER."""
import email, imaplib, os, pathlib, subprocess, sys

port, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2])
maildir = folder / "mail"
maildir.mkdir(parents=True)
configuration = folder / "mbsyncrc"
configuration.write_text(f"""
IMAPAccount host
Host 127.0.0.1
Port {port}
User ana@acme.example
Pass secret
SSLType None
AuthMechs LOGIN

IMAPStore far
Account host

MaildirStore near
Path {maildir}/
Inbox {maildir}/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns * !~info*
Create Both
Expunge Both
SyncState *
""")


def sync():
    done = subprocess.run(["mbsync", "-c", str(configuration), "-a"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def client():
    client = imaplib.IMAP4("127.0.0.1", port)
    client.login("ana@acme.example", "secret")
    return client


def far(box):
    connection = client()
    count = int(connection.select(f'"{box}"')[1][0])
    found = {}
    for number in range(1, count + 1):
        data = connection.fetch(str(number), "(FLAGS BODY.PEEK[])")[1]
        octets = data[0][1]
        found[email.message_from_bytes(octets)["Message-ID"]] = octets
    connection.logout()
    return found


def near(box):
    files = [path for part in ("cur", "new") for path in (maildir / box / part).iterdir()]
    return {email.message_from_bytes(path.read_bytes())["Message-ID"]: path for path in files}


def normal(octets):
    """Without the line end's form, and without mbsync's own header."""
    lines = octets.replace(b"\r\n", b"\n").split(b"\n")
    return b"\n".join(line for line in lines if not line.startswith(b"X-TUID:"))


def compare(box):
    there, here = far(box), near(box)
    assert there.keys() == here.keys(), (box, there.keys(), here.keys())
    for key, path in here.items():
        assert normal(path.read_bytes()) == normal(there[key]), (box, key)
    return len(here)


connection = client()
connection.create("Work/2026")
for number in range(20):
    body = "".join(f"line {line} of ção\r\n" for line in range(number * 10))
    text = f"From: a@b.example\r\nMessage-ID: <far{number}@b.example>\r\nSubject: {number}\r\n\r\n{body}".encode()
    box = "INBOX" if number % 2 else "Work/2026"
    assert connection.append(box, r"(\Seen)" if number % 3 else None, None, text)[0] == "OK"
connection.logout()

sync()
assert compare("INBOX") == 10 and compare("Work/2026") == 10

# From here to there: new, changed and removed.
for number in range(5):
    path = maildir / "INBOX" / "new" / f"{number}.test.host"
    path.write_bytes(f"From: a@b.example\nMessage-ID: <near{number}@b.example>\nSubject: n{number}\n\nhere {number}\n".encode())
removed = near("INBOX")["<far1@b.example>"]
removed.unlink()
flagged = near("INBOX")["<far3@b.example>"]
plain = flagged.name.split(":2,")[0]
flagged.rename(maildir / "INBOX" / "cur" / f"{plain}:2,FS")
# From there to here at the same time.
connection = client()
connection.select("INBOX")
connection.store("3", "+FLAGS", r"(\Answered)")
connection.select("Work/2026")
connection.store("1", "+FLAGS", r"(\Deleted)")
connection.expunge()
connection.logout()

sync()
assert compare("INBOX") == 14 and compare("Work/2026") == 9
connection = client()
connection.select("INBOX")
flags = {}
for number in range(1, 15):
    data = connection.fetch(str(number), "(FLAGS BODY.PEEK[HEADER.FIELDS (Message-ID)])")[1]
    flags[email.message_from_bytes(data[0][1])["Message-ID"]] = data[0][0]
assert rb"\Flagged" in flags["<far3@b.example>"], flags
connection.logout()

# Nothing is left to do: state and mailboxes agree.
before = sorted(os.listdir(maildir / "INBOX" / "cur"))
sync()
assert sorted(os.listdir(maildir / "INBOX" / "cur")) == before
