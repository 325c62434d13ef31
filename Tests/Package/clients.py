"""Clients that run inside the machine: `python3 - WORDS` with this text as its program."""
import contextlib
import http.client
import imaplib
import os
import re
import smtplib
import ssl
import sys
import time
import urllib.parse


def context():
    made = ssl.create_default_context()
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made


def send(recipient, name, host="127.0.0.1", lines=1):
    """Mail from another host, by port 25 with STARTTLS. What has got its 250 is sent, whatever comes after it."""
    server = smtplib.SMTP(host, 25, local_hostname="elsewhere.example", timeout=60)
    with contextlib.closing(server):
        server.starttls(context=context())
        server.ehlo()
        server.sendmail("maria@elsewhere.example", [recipient], (
            f"From: maria@elsewhere.example\r\nTo: {recipient}\r\nSubject: {name}\r\nMessage-ID: <{name}@elsewhere.example>\r\n\r\n"
            + f"body of {name}\r\n" * int(lines)))
        # A server that stops says 421 between two messages (RFC 5321 §3.8), which QUIT finds instead of its own answer.
        with contextlib.suppress(smtplib.SMTPException, OSError):
            server.quit()


def submit(user, password, recipient, name):
    """Mail of a user, by port 465."""
    with smtplib.SMTP_SSL("127.0.0.1", 465, local_hostname="laptop.example", context=context(), timeout=60) as server:
        server.login(user, password)
        server.sendmail(user, [recipient], f"From: {user}\r\nTo: {recipient}\r\nSubject: {name}\r\n\r\nbody of {name}\r\n")


def inbox(user, password, folder="INBOX"):
    """The subjects in a folder, by port 993."""
    with imaplib.IMAP4_SSL("127.0.0.1", 993, ssl_context=context(), timeout=60) as client:
        client.login(user, password)
        if client.select(f'"{folder}"', readonly=True)[0] != "OK":
            return []
        found = client.search(None, "ALL")[1][0].split()
        subjects = []
        for number in found:
            part = client.fetch(number, "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1][0][1].decode()
            subjects.append(part.partition(":")[2].strip())
        return subjects


def web(user, password, subject=None):
    """The page of the list, after log-in at port 443, or that of the first message with a subject."""
    def ask(method, path, body=None, cookies=None):
        connection = http.client.HTTPSConnection("127.0.0.1", 443, context=context(), timeout=60)
        headers = {"Host": "mail.test.example"}
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        for field, value in answer.getheaders():
            if field.lower() == "set-cookie":
                name, rest = value.split("=", 1)
                (cookies if cookies is not None else {}).update({name: rest.split(";")[0]})
        return answer, text

    cookies = {}
    _, page = ask("GET", "/login", cookies=cookies)
    token = re.search(r'name="csrf" value="([^"]*)"', page)[1]
    fields = {"csrf": token, "next": "", "name": user, "password": password}
    answer, text = ask("POST", "/login", urllib.parse.urlencode(fields), cookies)
    path = answer.getheader("Location") or "/"
    for _ in range(5):
        answer, text = ask("GET", path, cookies=cookies)
        if answer.status not in (301, 302, 303, 307, 308):
            break
        path = answer.getheader("Location")
    if subject is not None:
        row = next(row for row in re.split('<label class="pick">', text)[1:] if subject in row)
        text = ask("GET", re.search(r'<a href="([^"]+)', row)[1].replace("&amp;", "&"), cookies=cookies)[1]
    return text


def flow(recipient, name, end):
    """Sends one mail after the other until the file `end` is there; prints what was accepted. A connection that breaks is tried again with
    the same mail."""
    number = 0
    while not os.path.exists(end):
        try:
            send(recipient, f"{name}-{number}")
        except ConnectionRefusedError:
            print("REFUSED", flush=True)
            raise
        except (smtplib.SMTPException, OSError) as error:
            print("again", type(error).__name__, flush=True)
            time.sleep(0.1)
            continue
        print("accepted", f"{name}-{number}", flush=True)
        number += 1
        time.sleep(0.05)


command, words = sys.argv[1], sys.argv[2:]
result = {"send": send, "submit": submit, "inbox": inbox, "web": web, "flow": flow}[command](*words)
if isinstance(result, list):
    print("\n".join(result))
elif result is not None:
    print(result)
