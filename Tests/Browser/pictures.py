#!/usr/bin/env python3
"""Pictures of every page and state of the webmail, to be looked at: wide in light and dark, narrow, English and Portuguese.

    Tests/Browser/pictures.py --out /tmp/pictures [--only compose] [--programs .build/release]
    Tests/Browser/pictures.py --readme packaging/webmail.png

Starts an example host of its own. Prints what is hard to read (contrast.js) of each picture.
"""
import argparse
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "EndToEnd"))
parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--out", type=pathlib.Path)
parser.add_argument("--readme", type=pathlib.Path, help="makes the README's picture, and no other")
parser.add_argument("--only", default="")
parser.add_argument("--programs")
arguments = parser.parse_args()
if not arguments.out and not arguments.readme:
    parser.error("--out or --readme is needed")
if arguments.programs:
    os.environ["MALAPOSTA_PROGRAMS"] = arguments.programs
from chromium import Chromium  # noqa: E402
from host import PASSWORDS, Host  # noqa: E402

CONTRAST = (HERE / "contrast.js").read_text()
RIGHT_TO_LEFT = ("From: =?utf-8?b?15PXoNeUINec15XXmQ==?= <dana@elsewhere.example>\r\nTo: rita@acme.example\r\n"
                 "Subject: =?utf-8?b?15TXlteB16DXqiDXl9eT16jXmded?=\r\nMIME-Version: 1.0\r\n"
                 "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
                 "שלום ריטה,\r\n\r\nנשמח להזמין ארבעה חדרים לתאריכים 14 עד 17 ביוני.\r\n\r\nבברכה,\r\nדנה\r\n")


def row(subject):
    return f"[...document.querySelectorAll('#rows > .row')].find(r => r.innerText.includes({subject!r}))"


class Session:
    """A browser that is logged in."""

    def __init__(self, host, **settings):
        self.site = f"http://127.0.0.1:{host.ports['http']}"
        self.name = f"{settings.get('width', 1440)}-{'dark' if settings.get('dark') else 'light'}-{settings.get('language', 'en')}"
        self.browser = Chromium(**settings)

    def log_in(self, user="rita", domain="acme.example"):
        b = self.browser
        b.go(self.site)
        b.fill("#name", f"{user}@{domain}")
        b.fill("#password", PASSWORDS[user])
        b.click("button[type=submit]")
        b.wait("!!document.querySelector('.row')")

    def go(self, path="/"):
        self.browser.go(self.site + path)
        self.browser.wait("true")

    def inbox(self):
        self.go()
        self.browser.wait("!!document.querySelector('.row')")

    def open(self, subject):
        self.inbox()
        self.browser.wait(f"!!({row(subject)})")
        self.browser.run(f"({row(subject)}).querySelector('a').click()")
        self.browser.wait("!!document.querySelector('#subject')")
        self.browser.wait("[...document.querySelectorAll('iframe.frame')].every(f => f.classList.contains('measured'))")

    def shoot(self, what):
        if arguments.only and arguments.only not in what:
            return
        self.browser.run("new Promise(done => setTimeout(done, 350))")
        path = arguments.out / f"{what}-{self.name}.png"
        self.browser.picture(path)
        wide = self.browser.run("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        for hard in self.browser.run(CONTRAST) + ([["wider than the window"]] if wide else []):
            print(path.name, *hard)

    def phone(self):
        self.go("/login")
        self.shoot("login")
        self.log_in()
        self.shoot("list")
        self.go("/#folders")
        self.inbox()
        self.browser.run("location.hash = 'folders'")
        self.shoot("folders")
        self.open("Rooms 14")
        self.shoot("message")
        self.open("Contract for")
        self.shoot("conversation")
        self.browser.run("document.querySelector('.message .more').open = true")
        self.shoot("menu")
        self.open("Lisbon itinerary")
        self.shoot("unread")
        self.browser.run("document.querySelector('.own details').open = true")
        self.shoot("letter-menu")
        self.browser.run("document.querySelector('.message .back').click()")
        self.go("/compose")
        self.browser.fill("#to", "tom")
        self.browser.wait("!!document.querySelector('.suggestions li')")
        self.shoot("suggestions")
        self.browser.key("Enter", text="\r")
        self.shoot("compose")
        self.go("/settings")
        self.shoot("settings")
        self.go("/search/me?q=hotel")
        self.shoot("search")
        self.go("/search/me?q=xyzzyq")
        self.shoot("nothing-found")
        self.go("/mail/me/99999")
        self.shoot("missing")

    def wide(self):
        b = self.browser
        self.go("/login")
        self.shoot("login")
        self.log_in()
        self.shoot("list")
        self.open("Rooms 14")
        self.shoot("message")
        b.run("document.querySelector('.tagging').open = true")
        self.shoot("tags")
        b.run("document.querySelector('.tagging .within').open = true")
        self.shoot("newtag")
        self.open("Contract for")
        self.shoot("conversation")
        b.run("document.querySelector('.message .more').open = true")
        self.shoot("conversation-menu")
        self.open("Lisbon itinerary")
        b.run("document.querySelectorAll('.letter:not(.open) .fold').forEach(f => f.click())")
        b.wait("!document.querySelector('.letter:not(.open)')")
        b.run("document.querySelector('.own details').open = true")
        self.shoot("conversation-open")
        self.open("Changes from 14 December")
        self.shoot("paper")
        for subject, name in (("Photos for", "pictures"), ("Invoice", "invoice"), ("חדרים", "hebrew")):
            if b.run(f"!!({row(subject)})"):
                self.open(subject)
                self.shoot(name)
        self.inbox()
        b.run("[...document.querySelectorAll('.pick input')].slice(0, 3).forEach(i => i.click())")
        self.shoot("selected")
        self.inbox()
        b.run("document.querySelector('#folders .tags .options').open = true")
        self.shoot("tagoptions")
        b.run("document.querySelectorAll('#folders .add')[0].open = true")
        self.shoot("newfolder")
        b.run("document.querySelectorAll('#folders .add')[1].open = true")
        self.shoot("newtagpane")
        self.inbox()
        b.key("?", text="?")
        self.shoot("keys")
        self.open("Rooms 14")
        self.go(b.run("document.querySelector('.message a[href$=headers]').getAttribute('href')"))
        self.shoot("headers")
        self.inbox()
        b.run("[...document.querySelectorAll('#folders a')].find(a => /Trash|Lixeira/.test(a.innerText)).click()")
        b.wait("document.title.includes('Trash') || document.title.includes('Lixeira')")
        b.wait("!!document.querySelector('#list-more')")
        b.run("document.querySelector('#list-more').open = true")
        self.shoot("listmenu")
        b.run("document.querySelector('#list-more a.danger').click()")
        b.wait("!!document.querySelector('.question')")
        self.shoot("question")
        self.go(b.run("document.body.dataset.list.replace(/\\d+$/, '99999')"))
        self.shoot("missing")
        self.go("/search/me?q=hotel")
        self.shoot("search")
        self.go("/search/me?q=xyzzyq")
        self.shoot("nothing-found")
        self.go("/")
        b.run("[...document.querySelectorAll('#folders a')].find(a => /Templates|Modelos/.test(a.innerText)).click()")
        b.wait("/Templates|Modelos/.test(document.title)")
        self.go(b.run("document.querySelector('#list a.usual').getAttribute('href')"))
        b.wait("!!document.querySelector('#list .blank')")
        self.shoot("empty")
        self.go("/compose")
        b.fill("#to", "in")
        b.wait("!!document.querySelector('.suggestions li')")
        self.shoot("suggestions")
        b.key("Enter", text="\r")
        b.fill("#to", "not an address,")
        b.key("Enter", text="\r")
        b.fill("#subject-line", "Rooms 14 to 17 June: confirmed")
        b.fill("#body", "Dear Teresa,\n\nThank you. We take the four doubles and the two garden rooms for three nights. The group "
                        "arrives on the 21:40 train, so the cold supper would be very welcome.\n\n-- \nRita Dias\nAcme Travel, Porto")
        self.shoot("compose")
        self.open("Rooms 14")
        self.go(b.run("document.querySelector('[data-key=a]').getAttribute('href')"))
        self.shoot("reply")
        self.go("/settings")
        self.shoot("settings")
        self.open("Rooms 14")
        b.call("Network.enable")
        b.call("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0)
        b.run(f"({row('Lunch')}).querySelector('a').click()")
        b.wait("!!document.querySelector('.failure')")
        b.run("window.dispatchEvent(new Event('offline'))")
        self.shoot("offline")
        b.call("Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1)


def readme():
    host = Host().start()
    try:
        session = Session(host)
        session.log_in()
        session.open("Rooms 14")
        session.browser.run("document.activeElement.blur(); new Promise(done => setTimeout(done, 350))")
        session.browser.picture(arguments.readme)
        session.browser.close()
    finally:
        host.close()


def main():
    if arguments.readme:
        return readme()
    arguments.out.mkdir(parents=True, exist_ok=True)
    host = Host().start()
    try:
        import smtplib
        with smtplib.SMTP("127.0.0.1", host.ports["smtp"], local_hostname="client.example") as server:
            server.sendmail("dana@elsewhere.example", ["rita@acme.example"], RIGHT_TO_LEFT.encode(), ["BODY=8BITMIME"])
        for settings in (dict(), dict(dark=True), dict(language="pt"), dict(width=390, height=844), dict(width=390, height=844, dark=True, language="pt"),
                         dict(width=800, height=1000), dict(width=800, height=1000, dark=True, language="pt"), dict(width=1440, dark=True, language="pt")):
            session = Session(host, **settings)
            try:
                session.phone() if settings.get("width", 1440) < 640 else session.wide()
            except Exception as error:  # one page that is broken must not hide the others
                print("BROKEN", session.name, type(error).__name__, str(error)[:600])
                session.browser.picture(arguments.out / f"broken-{session.name}.png")
            finally:
                session.browser.close()
    finally:
        host.close()


if __name__ == "__main__":
    main()
