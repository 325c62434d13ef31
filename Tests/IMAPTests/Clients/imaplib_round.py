"""Uses a server as Python's imaplib does; ends with 0 where every answer is what it has to be."""
import imaplib, sys

host, port = "127.0.0.1", int(sys.argv[1])
client = imaplib.IMAP4(host, port)


def ok(answer):
    assert answer[0] == "OK", answer
    return answer[1]


ok(client.login("ana@acme.example", "secret"))
assert b"UIDPLUS" in ok(client.capability())[0]
names = [line.split(b' "/" ')[1].strip(b'"') for line in ok(client.list())]
assert {b"INBOX", b"Sent", b"Drafts", b"Templates", b"Spam", b"Trash", b"~info", b"~info/INBOX"} <= set(names), names
ok(client.create("Projects/&AOk-"))
message = b"Subject: =?utf-8?q?caf=C3=A9?=\r\nFrom: a@b.example\r\n\r\nbody\r\n"
for number in range(5):
    ok(client.append("Projects/&AOk-", r"(\Seen)" if number % 2 else None, None, message))
assert ok(client.select("Projects/&AOk-"))[0] == b"5"
uids = ok(client.uid("FETCH", "1:*", "(UID FLAGS)"))
assert len(uids) == 5, uids
data = ok(client.fetch("2", "(RFC822 FLAGS)"))
assert data[0][1] == message, data
ok(client.store("1:3", "+FLAGS", r"(\Flagged tagged)"))
flags = ok(client.fetch("1", "(FLAGS)"))[0]
assert rb"\Flagged" in flags and b"tagged" in flags, flags
copied = ok(client.copy("1:2", "Trash"))
assert b"COPYUID" in copied[0], copied
ok(client.store("5", "+FLAGS", r"\Deleted"))
assert ok(client.expunge()) == [b"5"]
assert ok(client.noop()) is not None
assert b"MESSAGES 4" in ok(client.status("Projects/&AOk-", "(MESSAGES)"))[0]
ok(client.close())
ok(client.select("Trash", readonly=True))
assert client.store("1", "+FLAGS", r"\Seen")[0] == "NO"
ok(client.unselect())
ok(client.rename("Projects", "Old"))
ok(client.delete("Old/&AOk-"))
ok(client.subscribe("Old"))
assert any(b"Old" in line for line in ok(client.lsub()))
client.logout()
