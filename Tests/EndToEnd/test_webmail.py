"""The webmail as a person uses it: with a browser, and once without scripts."""
import email
import email.policy
import html
import http.cookiejar
import imaplib
import random
import re
import smtplib
import ssl
import sys
import unittest
import urllib.error
import urllib.parse
import urllib.request

from host import PASSWORDS, ROOT, Host, wait_until

sys.path.insert(0, str(ROOT / "Tests/Browser"))
from chromium import Chromium  # noqa: E402  (found by the line above)

host = None
browser = None


def setUpModule():
    global host, browser
    host = Host().start()
    browser = Chromium()
    log_in()


def tearDownModule():
    if browser:
        browser.close()
    if host:
        host.close()


def site(path="/"):
    return f"http://127.0.0.1:{host.ports['http']}{path}"


def log_in():
    browser.go(site())
    browser.fill("#name", "rita@acme.example")
    browser.fill("#password", PASSWORDS["rita"])
    browser.click("button[type=submit]")
    browser.wait("location.pathname.startsWith('/mail/') && !!document.querySelector('.row')")


def go_to_inbox():
    browser.go(site())
    browser.wait("location.pathname.startsWith('/mail/') && document.body.dataset.inbox && !!document.querySelector('.row')")


def messages(user, folder, subject):
    """The messages of a folder that have the subject, parsed."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with imaplib.IMAP4_SSL("127.0.0.1", host.ports["imaps"], ssl_context=context) as session:
        session.login(f"{user}@acme.example", PASSWORDS[user])
        session.select(folder, readonly=True)
        _, found = session.uid("SEARCH", "SUBJECT", f'"{subject}"')
        octets = [session.uid("FETCH", uid, "(BODY.PEEK[])")[1][0][1] for uid in found[0].split()]
    return [email.message_from_bytes(one, policy=email.policy.default) for one in octets]


def send_by_smtp(subject, text="Good morning.\r\n"):
    with smtplib.SMTP("127.0.0.1", host.ports["smtp"], local_hostname="client.example") as server:
        server.sendmail("maria@elsewhere.example", ["rita@acme.example"],
                        f"From: Maria <maria@elsewhere.example>\r\nTo: rita@acme.example\r\nSubject: {subject}\r\n"
                        f"Message-ID: <{random.randrange(1 << 60)}@elsewhere.example>\r\n\r\n{text}".encode())


def has_row(subject):
    return f"[...document.querySelectorAll('#rows > .row')].some(r => !r.hidden && r.innerText.includes({subject!r}))"


class Webmail(unittest.TestCase):
    octets = random.Random(11).randbytes(180_001)

    def attach(self, file):
        browser.wait("!!document.querySelector('#file')")
        root = browser.call("DOM.getDocument")["root"]["nodeId"]
        node = browser.call("DOM.querySelector", nodeId=root, selector="#file")["nodeId"]
        browser.call("DOM.setFileInputFiles", files=[str(file)], nodeId=node)

    def assert_attached(self, message, name):
        files = list(message.iter_attachments())
        self.assertEqual([one.get_filename() for one in files], [name])
        self.assertEqual(files[0].get_content(), self.octets)

    def test_an_attachment_is_sent_taken_back_and_sent_again(self):
        file = host.folder / "itinerário.bin"
        file.write_bytes(self.octets)
        go_to_inbox()
        browser.click("#folders .new")
        browser.fill("#to", "tomas@acme.example")
        browser.fill("#subject-line", "Tram tickets with a file")
        browser.fill("#body", "The tickets are in the file.")
        self.attach(file)
        browser.wait("!!document.querySelector('#uploads input[name=upload]')")
        browser.click("#compose button[value=send]")
        browser.wait("!document.querySelector('#compose') && !!document.querySelector('#toasts button')")
        browser.click("#toasts button")
        browser.wait("!!document.querySelector('#compose #uploads .file')")
        self.assertEqual(browser.run("document.querySelector('#uploads .name').innerText"), "itinerário.bin")
        self.assertIn("tomas@acme.example", browser.run("document.querySelector('#compose').to.value"))
        self.assertEqual(len(messages("rita", "Drafts", "Tram tickets with a file")), 1)
        browser.click("#compose button[value=send]")
        browser.wait("!document.querySelector('#compose') && !!document.querySelector('#toasts button')")
        arrived = wait_until("it arrived", lambda: messages("tomas", "INBOX", "Tram tickets with a file"), 30)
        self.assertEqual(len(arrived), 1)
        self.assert_attached(arrived[0], "itinerário.bin")
        self.assertIn("The tickets are in the file.", arrived[0].get_body(("plain",)).get_content())
        sent = wait_until("it is in Sent", lambda: messages("rita", "Sent", "Tram tickets with a file"), 10)
        self.assertEqual(len(sent), 1)
        self.assertEqual(messages("rita", "Drafts", "Tram tickets with a file"), [])

    def test_new_mail_appears_and_the_list_keeps_its_place(self):
        for number in range(15):
            send_by_smtp(f"Filler {number}")
        go_to_inbox()
        wait_until("the fillers are there", lambda: len(messages("rita", "INBOX", "Filler")) == 15)
        browser.run("window.loadedOnce = true")
        browser.run("document.querySelector('#scroll').scrollTop = 300")
        browser.wait("document.querySelector('#scroll').scrollTop > 100")
        browser.wait("(t => window.before === t || ((window.before = t), false))"
                     "(document.querySelector('#rows').innerText.length)")
        place = ("(s => { const top = s.getBoundingClientRect().top; const r = [...s.querySelectorAll('.row')]"
                 ".find(r => r.getBoundingClientRect().top > top + 60);"
                 " return [r.dataset.id, Math.round(r.getBoundingClientRect().top)] })(document.querySelector('#scroll'))")
        before = browser.run(place)
        counts = browser.run("document.querySelector('#counts').innerText")
        send_by_smtp("Fresh from the harbour")
        browser.wait(has_row("Fresh from the harbour"))
        after = browser.run(place)
        self.assertNotEqual(browser.run("document.querySelector('#counts').innerText"), counts)
        self.assertEqual(after[0], before[0])
        self.assertAlmostEqual(after[1], before[1], delta=1)
        self.assertTrue(browser.run("window.loadedOnce"))

    def test_delete_with_undo(self):
        send_by_smtp("To be thrown away")
        go_to_inbox()
        browser.wait(has_row("To be thrown away"))
        browser.click(".row", "To be thrown away")
        browser.wait("document.querySelector('#subject')?.innerText.includes('To be thrown away')")
        browser.click("article.message .bar button[value=trash]")
        browser.wait("!" + has_row("To be thrown away"))
        wait_until("it is in Trash", lambda: messages("rita", "Trash", "To be thrown away"))
        browser.click("#toasts button")
        browser.wait(has_row("To be thrown away"))
        wait_until("it is in INBOX", lambda: messages("rita", "INBOX", "To be thrown away"))
        self.assertEqual(messages("rita", "Trash", "To be thrown away"), [])

    def test_search_finds_a_word(self):
        send_by_smtp("About the ferry", "The word is quokkaberry, and it is rare.\r\n")
        wait_until("it arrived", lambda: messages("rita", "INBOX", "About the ferry"))
        go_to_inbox()
        browser.fill("#search", "quokkaberry")
        browser.key("Enter", text="\r")
        browser.wait("location.pathname.startsWith('/search/') && " + has_row("About the ferry"))
        self.assertEqual(browser.run("document.querySelectorAll('#rows > .row').length"), 1)

    def test_portuguese(self):
        self.choose_language("pt")
        try:
            names = browser.run("[...document.querySelectorAll('#folders .tree')][0].innerText")
            for name in ("Caixa de entrada", "Enviadas", "Rascunhos", "Modelos", "Spam?", "Lixeira"):
                self.assertIn(name, names)
            self.assertEqual(browser.run("document.documentElement.lang"), "pt")
        finally:
            self.choose_language("en")
        self.assertIn("Inbox", browser.run("document.querySelector('#folders').innerText"))

    def choose_language(self, code):
        browser.go(site("/settings"))
        browser.run(f"document.querySelector('#language').value = '{code}'")
        browser.click(".settings button[type=submit]")
        browser.wait(f"location.search === '?stored=1' && document.documentElement.lang === '{code}'")

    def test_on_a_phone(self):
        browser.call("Emulation.setDeviceMetricsOverride", width=390, height=844, deviceScaleFactor=1, mobile=True)
        try:
            go_to_inbox()
            shown = "!!document.querySelector('{}').getClientRects().length"
            self.assertTrue(browser.run(shown.format("#rows .row")))
            self.assertFalse(browser.run(shown.format("#reading")))
            self.assertLessEqual(browser.run("document.documentElement.scrollWidth"), 390)
            browser.click("#rows .row")
            browser.wait("!!document.querySelector('#subject') && " + shown.format("#reading"))
            self.assertFalse(browser.run(shown.format("#list")))
            browser.click("article.message .back")
            browser.wait(shown.format("#rows .row") + " && !" + shown.format("#reading"))
            browser.go(site("/compose"))
            heights = browser.run("['#from', '#to', '#subject-line'].map(s => "
                                  "document.querySelector(s).closest('.field').getBoundingClientRect().height)")
            self.assertLess(max(heights), 60, heights)
        finally:
            browser.call("Emulation.setDeviceMetricsOverride", width=1440, height=900, deviceScaleFactor=1, mobile=False)

    def test_compose_has_single_rows(self):
        browser.go(site("/compose"))
        heights = browser.run("['#from', '#to', '#subject-line'].map(s => "
                              "document.querySelector(s).closest('.field').getBoundingClientRect().height)")
        self.assertLess(max(heights), 60, heights)

    def test_what_is_another_tenants_is_not_found(self):
        accounts = [folder.name for folder in (host.data / "accounts").glob("*/*") if folder.is_dir()]
        go_to_inbox()
        granted = set(browser.run("[...document.querySelectorAll('#folders a[href^=\"/mail/\"]')]"
                                  ".map(a => a.pathname.split('/')[2])"))
        strange = [one for one in accounts if one not in granted]
        self.assertGreaterEqual(len(strange), 3)
        for account in strange:
            for path in (f"/mail/{account}/1", f"/mail/{account}/1/1", f"/message/{account}/1/source",
                         f"/message/{account}/1/part/1", f"/events/{account}", f"/compose?box={account}"):
                self.assertEqual(browser.run(f"fetch({path!r}).then(a => a.status)"), 404, path)

    def test_without_scripts(self):
        client = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

        def token(page):
            return html.unescape(re.search(r'name="csrf" value="([^"]+)"', page).group(1))

        page = client.open(site("/login")).read().decode()
        fields = {"csrf": token(page), "name": "ines@acme.example", "password": PASSWORDS["ines"]}
        answer = client.open(site("/login"), urllib.parse.urlencode(fields).encode())
        self.assertIn("/mail/", answer.url)
        page = client.open(site("/compose")).read().decode()
        self.assertIn('enctype="multipart/form-data"', page)
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.split('id="compose"')[1]))
        sender = re.search(r'<option value="([^"]+)"', page.split('id="from"')[1]).group(1)
        form = {name: html.unescape(value) for name, value in hidden.items() if name != "upload"}
        form |= {"from": html.unescape(sender), "to": "tomas@acme.example", "cc": "", "bcc": "", "subject": "Without scripts",
                 "body": "Plain and simple.", "do": "send"}
        boundary = "b7c1f0"
        body = b"".join(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
                        for name, value in form.items())
        body += (f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="plain.bin"\r\n'
                 "Content-Type: application/octet-stream\r\n\r\n").encode() + self.octets + f"\r\n--{boundary}--\r\n".encode()
        request = urllib.request.Request(site("/compose"), body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})
        answer = client.open(request)
        self.assertIn("flash=sent_flash", answer.url)
        self.assertIn("/compose/undo", answer.read().decode())
        arrived = wait_until("it arrived", lambda: messages("tomas", "INBOX", "Without scripts"))
        self.assertEqual(len(arrived), 1)
        self.assert_attached(arrived[0], "plain.bin")

    def test_z_log_out_ends_the_session(self):
        go_to_inbox()
        inbox = browser.run("location.pathname")
        cookies = browser.call("Network.getCookies", urls=[site()])["cookies"]
        cookie = "; ".join(f"{one['name']}={one['value']}" for one in cookies)
        browser.click(".account summary")
        browser.click(".account button[type=submit]")
        browser.wait("location.pathname === '/login' && !!document.querySelector('#password')")
        # The cookie of before opens nothing either.
        answer = urllib.request.urlopen(urllib.request.Request(site(inbox), headers={"Cookie": cookie}))
        self.assertIn("/login", answer.url)
        browser.go(site(inbox))
        browser.wait("location.pathname === '/login'")


if __name__ == "__main__":
    unittest.main()
