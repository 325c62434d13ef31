"""The webmail as a person uses it: with a browser, and once without scripts."""
import email
import email.policy
import html
import http.cookiejar
import imaplib
import os
import pathlib
import random
import re
import signal
import smtplib
import ssl
import sys
import unittest
import urllib.error
import urllib.parse
import urllib.request

from host import PASSWORDS, ROOT, Host, wait_until
from webclient import WebClient

sys.path.insert(0, str(ROOT / "Tests/Browser"))
from chromium import Chromium  # noqa: E402  (found by the line above)

host = None
browser = None


def setUpModule():
    global host, browser
    host = Host().start()
    browser = Chromium()
    # What a toast offers for ten seconds is still there when a slow machine comes to click it. What was sent is taken back for ten
    # seconds all the same: that time is the host's.
    browser.call("Page.addScriptToEvaluateOnNewDocument", source="""{
        const real = window.setTimeout;
        window.setTimeout = (work, time, ...more) => real(work, time === 10000 ? 600000 : time, ...more);
    }""")
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


def send_by_smtp(subject, text="Good morning.\r\n", charset=None):
    with smtplib.SMTP("127.0.0.1", host.ports["smtp"], local_hostname="client.example") as server:
        server.sendmail("maria@elsewhere.example", ["rita@acme.example"],
                        (f"From: Maria <maria@elsewhere.example>\r\nTo: rita@acme.example\r\nSubject: {subject}\r\n"
                        f"Message-ID: <{random.randrange(1 << 60)}@elsewhere.example>\r\n"
                        + (f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n" if charset else "")
                        + f"\r\n{text}").encode(), ["BODY=8BITMIME"] if charset else [])


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
        self.assertIn("tomas@acme.example", browser.run("document.querySelector('#compose input[name=to]').value"))
        self.assertEqual(len(messages("rita", "Drafts", "Tram tickets with a file")), 1)
        browser.click("#compose button[value=send]")
        browser.wait("!document.querySelector('#compose') && !!document.querySelector('#toasts button')")
        arrived = wait_until("it arrived", lambda: messages("tomas", "INBOX", "Tram tickets with a file"))
        self.assertEqual(len(arrived), 1)
        self.assert_attached(arrived[0], "itinerário.bin")
        self.assertIn("The tickets are in the file.", arrived[0].get_body(("plain",)).get_content())
        sent = wait_until("it is in Sent", lambda: messages("rita", "Sent", "Tram tickets with a file"))
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
            self.assertEqual(self.marked(), ["Mail"])
            browser.go(site("/settings"))
            self.assertEqual(self.marked(), ["Settings"])
            browser.go(site("/compose"))
            self.assertEqual(self.marked(), ["Write"])
            heights = browser.run("['#from', '#to', '#subject-line'].map(s => "
                                  "document.querySelector(s).closest('.field').getBoundingClientRect().height)")
            self.assertLess(max(heights), 60, heights)
        finally:
            browser.call("Emulation.setDeviceMetricsOverride", width=1440, height=900, deviceScaleFactor=1, mobile=False)

    def marked(self):
        return browser.run("[...document.querySelectorAll('.bottom [aria-current]')].map(link => link.innerText.trim())")

    def test_the_bar_marks_what_is_open(self):
        browser.call("Emulation.setDeviceMetricsOverride", width=800, height=900, deviceScaleFactor=1, mobile=False)
        try:
            go_to_inbox()
            for path, name in [("/compose", "Write"), ("/settings", "Settings")]:
                browser.go(site(path))
                self.assertEqual(self.marked(), [name])
                browser.wait("!!document.querySelector('#rows .row')")
                browser.click("#rows .row")
                browser.wait("!!document.querySelector('#subject')")
                self.assertEqual(self.marked(), ["Mail"])
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

    # MARK: Recipients

    def chips(self, field="to"):
        return browser.run(f"[...document.querySelectorAll('.chips[data-for={field}] .chip')].map(c => c.querySelector('.who-is > span:last-child').textContent)")

    def hidden(self, field):
        return browser.run(f"document.querySelector('#compose input[name={field}]').value")

    def test_recipients_are_chips_for_the_keyboard(self):
        browser.go(site("/compose"))
        browser.fill("#to", "tom")
        browser.wait("document.querySelector('#to').getAttribute('aria-expanded') === 'true'")
        self.assertEqual(browser.run("document.getElementById(document.querySelector('#to').getAttribute('aria-activedescendant')).getAttribute('role')"), "option")
        browser.key("Enter")
        self.assertEqual(self.chips(), ["Tomás Oliveira"])
        browser.type("plain@far.example")
        browser.key(",")
        browser.type('"Lima, Paulo" <paulo@far.example>')
        browser.key("Enter")
        self.assertEqual(self.chips(), ["Tomás Oliveira", "plain@far.example", "Lima, Paulo"])
        self.assertEqual(self.hidden("to"), 'Tomás Oliveira <tomas@acme.example>, plain@far.example, "Lima, Paulo" <paulo@far.example>')
        # Left into the chips, Enter makes the last one text again, Backspace takes one away.
        browser.keys("ArrowLeft", "Enter")
        self.assertEqual(browser.run("document.activeElement.value"), '"Lima, Paulo" <paulo@far.example>')
        browser.key("Enter")
        browser.keys("Backspace", "Home", "Delete")
        self.assertEqual(self.chips(), ["plain@far.example", "Lima, Paulo"])
        self.assertTrue(browser.run("document.activeElement.matches('.chip .who-is')"))
        browser.keys("End")
        self.assertEqual(browser.run("document.activeElement.id"), "to")
        browser.type("no address")
        browser.key("Tab")
        browser.wait("document.querySelectorAll('.chip.bad').length === 1")
        self.assertIn("not an address", browser.run("document.querySelector('.chip.bad .who-is').getAttribute('aria-label')"))

    def test_recipients_are_dragged_from_field_to_field(self):
        browser.go(site("/compose?to=ana@far.example,%20Zoe%20<zoe@far.example>"))
        browser.wait("document.querySelectorAll('.chip').length === 2")
        browser.click("[data-show=cc]")
        browser.run("""(() => {
            const transfer = new DataTransfer(), chip = document.querySelectorAll('.chip')[1], target = document.querySelector('#cc').closest('.field');
            const event = (kind) => new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: transfer });
            chip.dispatchEvent(event('dragstart')); target.dispatchEvent(event('dragover')); target.dispatchEvent(event('drop')); chip.dispatchEvent(event('dragend'));
        })()""")
        self.assertEqual((self.chips("to"), self.chips("cc")), (["ana@far.example"], ["Zoe"]))
        self.assertEqual((self.hidden("to"), self.hidden("cc")), ("ana@far.example", "Zoe <zoe@far.example>"))

    def test_a_draft_saves_itself_and_goes_on_at_its_address(self):
        browser.go(site("/compose"))
        browser.fill("#to", "tomas@acme.example")
        browser.fill("#subject-line", "Saved by itself")
        browser.fill("#body", "Half a sentence")
        browser.wait("location.search.includes('draft=') && /\\d/.test(document.querySelector('#saved').innerText)")
        browser.call("Page.reload")
        browser.wait("document.querySelector('#body')?.value.includes('Half a sentence') && document.querySelectorAll('.chip').length === 1")
        self.assertEqual(len(messages("rita", "Drafts", "Saved by itself")), 1)
        browser.click("#compose button[value=discard]")
        browser.wait("!document.querySelector('#compose')")
        self.assertEqual(messages("rita", "Drafts", "Saved by itself"), [])

    def test_what_was_refused_goes_on_as_one_draft(self):
        browser.go(site("/compose"))
        browser.fill("#to", "nobody@acme.example")
        browser.fill("#subject-line", "Refused at first")
        browser.fill("#body", "For somebody.")
        for _ in range(3):
            browser.run("document.querySelector('#compose-problem').hidden = true")
            browser.click("#compose button[value=send]")
            browser.wait("document.querySelector('#compose-problem span').checkVisibility()")
            self.assertIn("There is nobody with the address nobody@acme.example.",
                          browser.run("document.querySelector('#compose-problem').innerText"))
            self.assertEqual(len(messages("rita", "Drafts", "Refused at first")), 1)
            self.assertTrue(browser.run("location.search.includes(`draft=${document.querySelector('#compose').draft.value}`)"))
        # What is saved by itself afterwards is that draft, too.
        before = browser.run("document.querySelector('#compose').draft.value")
        browser.fill("#body", "For somebody else.")
        browser.wait(f"document.querySelector('#compose').draft.value !== {before!r}")
        self.assertEqual(len(messages("rita", "Drafts", "Refused at first")), 1)
        browser.click("#compose button[value=discard]")
        browser.wait("!document.querySelector('#compose')")
        self.assertEqual(messages("rita", "Drafts", "Refused at first"), [])

    def test_what_is_typed_before_the_scripts_come_is_saved_and_goes_on(self):
        send_by_smtp("Answered early")
        wait_until("it arrived", lambda: messages("rita", "INBOX", "Answered early"))
        go_to_inbox()
        browser.click(".row a", "Answered early")
        browser.wait("document.querySelector('#subject')?.innerText.includes('Answered early')")
        reply = browser.run("document.querySelector('#reading [data-key=r]').href")
        typing = browser.call("Page.addScriptToEvaluateOnNewDocument", source="""document.addEventListener("readystatechange", () => {
            if (document.readyState !== "interactive") return;
            document.getElementById("body").focus();
            document.execCommand("insertText", false, "Before the scripts");
        })""")
        browser.go(reply)
        browser.call("Page.removeScriptToEvaluateOnNewDocument", identifier=typing["identifier"])
        wait_until("it is saved", lambda: messages("rita", "Drafts", "Re: Answered early"))
        browser.type(", and after")
        self.assertTrue(browser.run("document.querySelector('#body').value").startswith("Before the scripts, and after"))
        browser.click("#compose button[value=discard]")
        browser.wait("!document.querySelector('#compose')")

    # MARK: Conversations, tags, folders

    def test_a_conversation_is_deleted_whole_and_comes_back(self):
        for number in (1, 2):
            send_by_smtp("Talk of the town" if number == 1 else "Re: Talk of the town", f"Part {number}.\r\n")
        wait_until("both arrived", lambda: len(messages("rita", "INBOX", "Talk of the town")) == 2)
        go_to_inbox()
        browser.wait(has_row("Talk of the town"))
        browser.run("[...document.querySelectorAll('.row')].find(r => r.innerText.includes('Talk of the town')).querySelector('input').click()")
        browser.click("#bulk button[value=trash]")
        browser.wait("!" + has_row("Talk of the town"))
        wait_until("both are gone", lambda: messages("rita", "INBOX", "Talk of the town") == [])
        self.assertEqual(len(messages("rita", "Trash", "Talk of the town")), 2)
        self.assertIn("2 messages", browser.run("document.querySelector('#toasts').innerText"))
        browser.click("#toasts button")
        browser.wait(has_row("Talk of the town"))
        wait_until("both are back", lambda: len(messages("rita", "INBOX", "Talk of the town")) == 2)

    def send_conversation(self, subject, count):
        """One after the other, so that they are in their order."""
        tag = random.randrange(1 << 60)
        for number in range(1, count + 1):
            with smtplib.SMTP("127.0.0.1", host.ports["smtp"], local_hostname="client.example") as server:
                server.sendmail("maria@elsewhere.example", ["rita@acme.example"],
                                f"From: Maria {number} <maria@elsewhere.example>\r\nTo: rita@acme.example\r\n"
                                f"Subject: {'' if number == 1 else 'Re: '}{subject}\r\nMessage-ID: <{tag}.{number}@elsewhere.example>\r\n"
                                f"{'' if number == 1 else f'In-Reply-To: <{tag}.{number - 1}@elsewhere.example>'}\r\n\r\nPart {number} of it.\r\n".replace("\r\n\r\n\r\n", "\r\n\r\n").encode())
            wait_until("it arrived", lambda: len(messages("rita", "INBOX", subject)) == number)

    LETTERS = "[...document.querySelectorAll('#reading .letter')].filter(l => l.getClientRects().length)"

    def open_conversation(self, subject):
        go_to_inbox()
        browser.wait(has_row(subject))
        browser.click(".row", subject)
        browser.wait(f"document.querySelector('#subject')?.innerText.includes({subject!r})")

    def test_a_conversation_is_read_whole(self):
        self.send_conversation("Whole story", 3)
        self.open_conversation("Whole story")
        # All of it is unread, so all of it is open; the list says that it is read now.
        self.assertEqual(browser.run(f"{self.LETTERS}.map(l => l.matches('.open.unread'))"), [True] * 3)
        browser.wait("!document.querySelector('.row.current.unread') && document.querySelectorAll('.row.current').length === 1")
        self.assertEqual(browser.run("document.querySelectorAll('.row .many').length > 0"), True)
        # Opened again, only the latest is; a line becomes a message and a line again, with the keyboard too.
        self.open_conversation("Lunch on Tuesday")
        self.open_conversation("Whole story")
        browser.wait(f"{self.LETTERS}.map(l => l.matches('.open')).join() === 'false,false,true'")
        browser.click("#reading .letter .fold", "Maria 1")
        browser.wait("document.querySelector('#reading .letter').matches('.open') && document.querySelector('#reading .letter .content').innerText.includes('Part 1')")
        address = browser.run("location.href")
        browser.wait("document.activeElement?.matches('.fold')")
        browser.key("n")
        self.assertIn("Maria 2", browser.run("document.activeElement.innerText"))
        self.assertEqual(browser.run("document.activeElement.getAttribute('aria-expanded')"), "false")
        browser.key("Enter")
        browser.wait("document.activeElement?.matches('.fold') && document.activeElement.getAttribute('aria-expanded') === 'true'"
                     " && document.activeElement.innerText.includes('Maria 2')")
        browser.key("Enter")
        browser.wait("document.activeElement.getAttribute('aria-expanded') === 'false'")
        self.assertEqual(browser.run(f"{self.LETTERS}.map(l => l.matches('.open'))"), [True, False, True])
        self.assertEqual(browser.run("location.href"), address)
        # Keys that answer mean the message that the focus is in.
        browser.key("p")
        browser.key("f")
        browser.wait("!!document.querySelector('#compose')")
        self.assertIn("Part 1 of it.", browser.run("document.querySelector('#body').value"))

    def test_what_comes_into_an_open_conversation_is_said_there(self):
        self.send_conversation("Growing story", 2)
        self.open_conversation("Growing story")
        browser.wait(f"{self.LETTERS}.length === 2")
        send_by_smtp("Re: Growing story", "The third part.\r\n")
        browser.wait("!!document.querySelector('#reading .arrived') && document.querySelector('#spoken').textContent.includes('new message')")
        browser.wait("!!document.querySelector('.row.current.unread')")
        browser.click("#reading .arrived")
        browser.wait(f"{self.LETTERS}.length === 3 && {self.LETTERS}[2].innerText.includes('The third part.')")
        browser.wait("!document.querySelector('.row.current.unread') && !document.querySelector('#reading .arrived')")

    def test_one_message_of_a_conversation_goes_and_comes_back(self):
        self.send_conversation("Three in a row", 3)
        self.open_conversation("Three in a row")
        count = "[...document.querySelectorAll('.row')].find(r => r.innerText.includes('Three in a row'))?.querySelector('.many > span')?.innerText"
        self.assertEqual(browser.run(count), "3")
        second = f"{self.LETTERS}[1]"
        browser.run(f"{second}.querySelector('.own details').open = true")
        browser.run(f"{second}.querySelector('button[value=star]').click()")
        browser.wait(f"!!{second}.querySelector('.marks .star') && !!{second}.querySelector('button[value=unstar]')")
        browser.wait("!!document.querySelector('.row.current .star') && !!document.querySelector('.bar .star.on')")
        browser.run(f"{second}.querySelector('.own details').open = true")
        browser.run(f"{second}.querySelector('.own button[value=trash]').click()")
        browser.wait(f"{self.LETTERS}.length === 2 && {count} === '2'")
        self.assertEqual(len(messages("rita", "Trash", "Three in a row")), 1)
        browser.click("#toasts button")
        browser.wait(f"{self.LETTERS}.length === 3 && {count} === '3'")
        # The latest, by which the conversation was opened, leaves it open too.
        browser.run(f"{self.LETTERS}[2].querySelector('.own details').open = true")
        browser.run(f"{self.LETTERS}[2].querySelector('.own button[value=trash]').click()")
        browser.wait(f"{self.LETTERS}.length === 2 && {count} === '2' && {self.LETTERS}[1].matches('.open')")
        browser.wait("location.pathname.endsWith('/' + document.querySelector('#reading .message').dataset.id)")
        self.assertEqual(len(messages("rita", "INBOX", "Three in a row")), 2)

    def test_an_answer_that_is_taken_back_leaves_no_mark(self):
        send_by_smtp("Think again")
        go_to_inbox()
        browser.click(".row", "Think again")
        browser.wait("document.querySelector('#subject')?.innerText.includes('Think again')")
        browser.click("article.message .bar [data-key=r]")
        browser.wait("!!document.querySelector('#compose')")
        browser.click("#compose button[value=send]")
        answered = "[...document.querySelectorAll('.row')].find(r => r.innerText.includes('Think again'))?.querySelector('[aria-label=Answered]')"
        browser.wait(f"!document.querySelector('#compose') && !!document.querySelector('#toasts button') && !!{answered}")
        browser.click("#toasts button")
        browser.wait("!!document.querySelector('#compose') && location.search.includes('draft=')")
        self.assertTrue(browser.run(f"!!document.querySelector('.row') && !{answered}"))

    def test_a_forward_that_waited_as_a_draft_marks_its_source(self):
        send_by_smtp("Pass it on")
        go_to_inbox()
        browser.click(".row", "Pass it on")
        browser.wait("document.querySelector('#subject')?.innerText.includes('Pass it on')")
        browser.click("article.message .bar [data-key=f]")
        browser.fill("#to", "tomas@acme.example")
        browser.click("#compose button[value=save]")
        browser.wait("!document.querySelector('#compose')")
        browser.click("#folders a", "Drafts")
        browser.wait("document.title.startsWith('Drafts') && " + has_row("Fwd: Pass it on"))
        browser.click(".row", "Fwd: Pass it on")
        browser.wait("!!document.querySelector('#compose') && document.querySelectorAll('.chip').length === 1")
        browser.click("#compose button[value=send]")
        browser.wait("!document.querySelector('#compose') && !!document.querySelector('#toasts .toast')")
        arrived = wait_until("it arrived", lambda: messages("tomas", "INBOX", "Pass it on"))
        self.assertNotIn("X-Malaposta-Origin", arrived[0])
        go_to_inbox()
        browser.wait("!![...document.querySelectorAll('.row')].find(r => r.innerText.includes('Pass it on'))?.querySelector('[aria-label=Forwarded]')")

    def test_a_tag_is_made_at_a_message_coloured_and_forgotten(self):
        send_by_smtp("Worth a tag")
        go_to_inbox()
        browser.click(".row", "Worth a tag")
        browser.wait("document.querySelector('#subject')?.innerText.includes('Worth a tag')")
        browser.click(".tagging > summary")
        browser.click(".tagging .within > summary")
        browser.fill(".tagging input[name=name]", "For later")
        browser.run("document.querySelectorAll('.tagging input[type=radio]')[3].click()")
        browser.click(".tagging .within button.primary")
        browser.wait("!!document.querySelector('#subject .tag.t3') && [...document.querySelectorAll('#folders .tags .name')].some(n => n.innerText === 'For later')")
        browser.wait("!![...document.querySelectorAll('.row')].find(r => r.innerText.includes('Worth a tag'))?.querySelector('.tag.t3')")
        browser.run("[...document.querySelectorAll('#folders .tags li')].find(l => l.innerText.includes('For later')).querySelector('.options').open = true")
        browser.click("#folders .options[open] .swatch.t5")
        browser.wait("document.querySelector('#subject .tag')?.classList.contains('t5')")
        browser.run("[...document.querySelectorAll('#folders .tags li')].find(l => l.innerText.includes('For later')).querySelector('.options').open = true")
        browser.click("#folders .options[open] button.danger")
        browser.wait("!document.querySelector('#subject .tag') && !document.querySelector('#folders .tags').innerText.includes('For later')")

    def test_a_folder_is_made_named_thrown_away_and_brought_back(self):
        go_to_inbox()
        browser.click("#folders .add > summary")
        browser.fill("#new-folder", "Season")
        browser.click("#folders .add[open] button.primary")
        browser.wait("document.querySelector('#list h1')?.innerText.includes('Season')")
        browser.click("#list-more > summary")
        browser.click("#list-more .within > summary")
        browser.fill("#list-more input[name=name]", "Season 2027")
        browser.click("#list-more .within button.primary")
        browser.wait("document.querySelector('#list h1')?.innerText.includes('Season 2027')")
        browser.click("#list-more > summary")
        browser.click("#list-more button.danger")
        browser.wait("document.querySelector('#toasts')?.innerText.includes('trash')")
        browser.click("#toasts button")
        browser.wait("document.querySelector('#list h1')?.innerText.includes('Season 2027')")

    def test_an_order_lasts(self):
        go_to_inbox()
        browser.click("#list .menu.usual > summary")
        browser.click("#list .menu.usual a", "By sender")
        browser.wait("location.search.includes('sort=sender') && !!document.querySelector('.row')")
        # Not `innerText`, which is empty until a row was drawn.
        order = browser.run("[...document.querySelectorAll('.row .from')].map(e => e.textContent).join()")
        go_to_inbox()
        self.assertEqual(browser.run("[...document.querySelectorAll('.row .from')].map(e => e.textContent).join()"), order)
        browser.click("#list .menu.usual > summary")
        browser.click("#list .menu.usual a", "Newest first")
        browser.wait("location.search.includes('sort=date')")
        go_to_inbox()
        self.assertTrue(browser.run("!!document.querySelector('.group')"))

    def test_everything_has_an_address(self):
        go_to_inbox()
        inbox = browser.run("location.href")
        browser.click(".row", "Harbour Hotel")
        browser.wait("!!document.querySelector('#subject')")
        first, subject = browser.run("location.href"), browser.run("document.querySelector('#subject').innerText")
        self.assertNotEqual(first, inbox)
        browser.click(".row", "Lunch on Tuesday")
        browser.wait("document.querySelector('#subject')?.innerText.includes('Lunch')")
        browser.run("history.back()")
        browser.wait(f"location.href === {first!r} && document.querySelector('#subject')?.innerText === {subject!r}")
        browser.run("history.back()")
        browser.wait(f"location.href === {inbox!r} && !document.querySelector('#subject')")
        browser.run("history.forward()")
        browser.wait(f"document.querySelector('#subject')?.innerText === {subject!r}")
        browser.call("Page.reload")
        browser.wait(f"document.querySelector('#subject')?.innerText === {subject!r}")
        self.assertEqual(browser.run("document.querySelectorAll('.row.current').length"), 1)

    def test_a_failure_puts_the_row_back_and_says_why(self):
        go_to_inbox()
        browser.call("Network.enable")
        try:
            browser.call("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0)
            browser.run("[...document.querySelectorAll('.row')].find(r => r.innerText.includes('Lunch')).querySelector('input').click()")
            browser.click("#bulk button[value=trash]")
            browser.wait("document.querySelector('#toasts').innerText.length > 10 && " + has_row("Lunch"))
            browser.click(".row", "Harbour Hotel")
            browser.wait("!!document.querySelector('#reading .failure button')")
        finally:
            browser.call("Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1)
        browser.click("#reading .failure button")
        browser.wait("!!document.querySelector('#subject')")

    def test_html_mail_keeps_to_the_scheme_and_shows_no_broken_pictures(self):
        browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
        try:
            go_to_inbox()
            browser.click(".row", "Harbour Hotel")
            browser.wait("document.querySelector('iframe.frame')?.classList.contains('measured')")
            style = ("(e => { const s = e.ownerDocument.defaultView.getComputedStyle(e); return [s.backgroundColor, s.color, s.fontSize] })"
                     "(document.querySelector('iframe.frame').contentDocument.body)")
            self.assertEqual(browser.run(style), ["rgb(26, 31, 34)", "rgb(230, 233, 234)", "15px"])
            # What a picture says in words stands over the sign of a broken one.
            after = ("(e => { const s = e.ownerDocument.defaultView.getComputedStyle(e, '::after'); return [s.position, s.backgroundColor] })"
                     "(document.querySelector('iframe.frame').contentDocument.querySelector('img'))")
            self.assertEqual(browser.run(after)[0], "absolute")
            self.assertNotIn("rgba(0, 0, 0, 0)", browser.run(after))
        finally:
            browser.call("Emulation.setEmulatedMedia", features=[])

    def test_text_from_right_to_left_stands_at_the_right(self):
        send_by_smtp("Right to left", "\u05e9\u05dc\u05d5\u05dd \u05e8\u05d9\u05d8\u05d4\r\n", charset="utf-8")
        go_to_inbox()
        browser.click(".row", "Right to left")
        browser.wait("document.querySelector('#subject')?.innerText.includes('Right to left')")
        self.assertTrue(browser.run("(t => t.getBoundingClientRect().right === t.parentElement.getBoundingClientRect().right"
                                    " && getComputedStyle(t.firstElementChild).direction === 'rtl')(document.querySelector('#reading .text'))"))

    def test_spam_is_marked_and_taken_back(self):
        send_by_smtp("Buy a bridge")
        go_to_inbox()
        browser.click(".row", "Buy a bridge")
        browser.wait("document.querySelector('#subject')?.innerText.includes('Buy a bridge')")
        browser.click("article.message .more > summary")
        browser.click("article.message .more button[value=spam]")
        browser.wait("!" + has_row("Buy a bridge"))
        wait_until("it is in Spam", lambda: messages("rita", "Spam", "Buy a bridge"))
        browser.click("#toasts button")
        wait_until("it is back", lambda: messages("rita", "INBOX", "Buy a bridge"))

    def test_it_prints_dark_pages_as_light_ones(self):
        browser.call("Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}])
        try:
            go_to_inbox_message = "[...document.querySelectorAll('.row')].find(r => r.innerText.includes('Harbour Hotel')).querySelector('a').href"
            go_to_inbox()
            browser.go(browser.run(go_to_inbox_message))
            browser.wait("!!document.querySelector('iframe.frame')?.contentDocument?.body")
            self.assertEqual(browser.run("[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('#subject')).color]"),
                             ["rgb(255, 255, 255)", "rgb(0, 0, 0)"])
            self.assertEqual(browser.run("document.querySelectorAll('.bar, .list, .folders').length && [...document.querySelectorAll('.bar, .list, .folders')]"
                                         ".every(e => !e.getClientRects().length)"), True)
        finally:
            browser.call("Emulation.setEmulatedMedia", media="", features=[])

    # MARK: Keyboard, screen reader, contrast

    def focus(self):
        return browser.run("(e => e && (e.id || e.className || e.tagName))(document.activeElement)")

    def test_mail_is_read_answered_and_filed_with_the_keyboard_alone(self):
        send_by_smtp("Keys one")
        send_by_smtp("Keys two")
        wait_until("they arrived", lambda: messages("rita", "INBOX", "Keys two"))
        go_to_inbox()
        browser.wait(has_row("Keys two"))
        browser.key("Tab")
        self.assertTrue(browser.run("document.activeElement.matches('.skip')"))
        browser.keys("j", "o")
        browser.wait("document.querySelector('#subject')?.innerText.includes('Keys two')")
        self.assertTrue(browser.run("document.activeElement.matches('.row.current > a')"))
        # A menu opens with the focus in it, arrows walk, Escape gives the focus back.
        browser.key("e")
        self.assertTrue(browser.run("!!document.activeElement.closest('.moves .menu-items')"))
        before = browser.run("document.activeElement.value")
        browser.key("ArrowDown")
        self.assertNotEqual(browser.run("document.activeElement.value"), before)
        browser.key("Escape")
        self.assertTrue(browser.run("document.activeElement.matches('.moves > summary') && !document.querySelector('details.menu[open]')"))
        browser.key("s")
        browser.wait("!!document.querySelector('.tool.star.on')")
        browser.key("j")
        browser.wait("document.querySelector('#subject')?.innerText.includes('Keys one')")
        browser.key("#")
        browser.wait("!" + has_row("Keys one") + " && !!document.querySelector('#toasts button')")
        browser.wait("document.activeElement?.matches('.row > a')")
        browser.key("z")
        browser.wait(has_row("Keys one"))
        # Several at once.
        browser.run("document.querySelector('#rows .row a').focus()")
        browser.keys("x", "j", "x")
        self.assertEqual(browser.run("document.querySelector('#counts').innerText"), "2 selected")
        browser.key("Escape")
        self.assertEqual(browser.run("document.querySelectorAll('.pick input:checked').length"), 0)
        # The list of keys is a dialog that gives the focus back.
        held = self.focus()
        browser.key("?")
        browser.wait("document.querySelector('#keys').open")
        browser.key("Escape")
        browser.wait("!document.querySelector('#keys').open")
        self.assertEqual(self.focus(), held)
        browser.key("/")
        self.assertEqual(self.focus(), "search")
        browser.key("Escape")
        # An answer, sent with Ctrl and Enter.
        browser.run("[...document.querySelectorAll('.row')].find(r => r.innerText.includes('Keys two')).querySelector('a').focus()")
        browser.key("o")
        browser.wait("document.querySelector('#subject')?.innerText.includes('Keys two')")
        browser.key("r")
        browser.wait("document.activeElement?.id === 'body'")
        browser.type("Answered by keys.")
        browser.key("Enter", control=True)
        browser.wait("!document.querySelector('#compose')")
        wait_until("it is in Sent", lambda: messages("rita", "Sent", "Re: Keys two"))

    NAMED = {"button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "option", "separator", "dialog", "progressbar", "img",
             "image", "region", "navigation", "listbox", "DisclosureTriangle", "Iframe"}

    def assert_all_named(self, where):
        nameless = [(role, properties) for role, name, properties in browser.tree() if role in self.NAMED and not name.strip()]
        self.assertEqual(nameless, [], where)

    def test_a_dialog_gives_the_focus_back_to_a_row_that_changed_meanwhile(self):
        send_by_smtp("Behind the dialog")
        go_to_inbox()
        browser.wait(has_row("Behind the dialog"))
        row = "[...document.querySelectorAll('.row')].find(r => r.innerText.includes('Behind the dialog'))"
        browser.run(f"{row}.querySelector('a').focus()")
        browser.key("?")
        browser.wait("document.querySelector('#keys').open")
        browser.run(f"fetch('/actions', {{ method: 'POST', headers: {{ Accept: 'application/json', 'X-CSRF-Token': document.body.dataset.csrf }},"
                    f" body: new URLSearchParams({{ box: 'me', action: 'star', message: {row}.dataset.id }}) }})")
        browser.wait(f"{row}.dataset.starred === 'true'")
        browser.key("Escape")
        browser.wait("!document.querySelector('#keys').open")
        self.assertTrue(browser.run(f"document.activeElement === {row}.querySelector('a')"))

    # Every page, and what has to be there before it is looked at.
    PAGES = (("/", ".row"), ("/search/me?q=hotel", ".row"), ("/search/me?q=xyzzyq", ".blank"), ("/settings", "#language"),
             ("/compose?to=Zoe%20<zoe@far.example>", ".chip"), ("/mail/me/99999", ".card"), ("/login?again", "#name, .row"))

    # What shows where the focus is: a ring on the element or on what stands for it, or the line of its field.
    SHOWN_FOCUS = """(() => {
        const e = document.activeElement;
        if (!e || e === document.body) return null;
        const stands = [e, e.closest('.search'), e.closest('.field'), e.closest('.attach'), e.closest('.pick'), e.nextElementSibling?.matches('.swatch') ? e.nextElementSibling : null];
        const rings = (e, pseudo) => { const s = getComputedStyle(e, pseudo); return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none' || s.backgroundImage !== 'none' };
        const box = e.getBoundingClientRect();
        return { what: `${e.tagName} ${e.id || e.className || e.getAttribute('href') || e.name}`, seen: box.width > 0 && box.height > 0,
                 ring: stands.filter(Boolean).some((one) => rings(one) || rings(one, '::after')), key: [...document.querySelectorAll('*')].indexOf(e) };
    })()"""

    def walk(self, where, most=260):
        """Tab through a page, all of it: each stop is seen and shows that it has the focus. Gives the stops in their order."""
        browser.run("document.activeElement?.blur(); getSelection().removeAllRanges()")
        browser.call("DOM.getDocument")
        stops = []
        for _ in range(most):
            browser.key("Tab")
            stop = browser.run(self.SHOWN_FOCUS)
            if stop is None or (stops and stop["key"] == stops[0]["key"]):
                break
            self.assertTrue(stop["seen"] and stop["ring"], f"{where}: {stop}")
            stops.append(stop)
        self.assertGreater(len(stops), 0, where)
        return stops

    def test_every_page_is_walked_through_with_tab(self):
        for path, there in self.PAGES:
            browser.go(site(path))
            browser.wait(f"!!document.querySelector({there!r})")
            stops = self.walk(path)
            # The order is that of the page, whose first stop is the way past the menus.
            keys = [stop["key"] for stop in stops]
            first = keys.index(min(keys))
            self.assertEqual(keys[first:] + keys[:first], sorted(keys), path)
        self.open_conversation("Contract for")
        stops = [stop["what"] for stop in self.walk("conversation")]
        self.assertTrue(any("fold" in stop for stop in stops), stops)

    def test_the_way_past_the_menus_leads_to_the_messages(self):
        go_to_inbox()
        browser.key("Tab")
        browser.key("Enter")
        browser.wait("location.hash === '#list'")
        browser.key("Tab")
        self.assertTrue(browser.run("!!document.activeElement.closest('#list')"))

    def test_screen_readers_are_told_what_is_what(self):
        go_to_inbox()
        self.assert_all_named("list")
        roles = [role for role, _, _ in browser.tree()]
        for role in ("banner", "navigation", "main", "search", "heading", "list", "status"):
            self.assertIn(role, roles)
        browser.click(".row", "Harbour Hotel")
        browser.wait("!!document.querySelector('#subject')")
        browser.wait("document.querySelector('#spoken').textContent.includes('Rooms')")
        self.assert_all_named("message")
        self.assertIn(("heading", "Re: Rooms 14 to 17 June"), [(role, name) for role, name, _ in browser.tree()])
        browser.go(site("/compose?to=Zoe%20<zoe@far.example>"))
        browser.wait("document.querySelectorAll('.chip').length === 1")
        self.assert_all_named("compose")
        tree = browser.tree()
        self.assertIn(("combobox", "To"), [(role, name) for role, name, _ in tree])
        self.assertTrue(any(role == "button" and name.startswith("Zoe <zoe@far.example>") for role, name, _ in tree))
        for path, there in self.PAGES:
            browser.go(site(path))
            browser.wait(f"!!document.querySelector({there!r})")
            self.assert_all_named(path)
        self.open_conversation("Contract for")
        browser.run("document.querySelectorAll('#reading details').forEach(d => { d.open = true })")
        self.assert_all_named("conversation")
        tree = [(role, name) for role, name, _ in browser.tree()]
        self.assertTrue(any(role == "region" and name.startswith("Beatriz Moura, ") for role, name in tree), [one for one in tree if one[0] == "region"])
        self.assertEqual(browser.run("[...document.querySelectorAll('[id]')].map(e => e.id).filter((id, n, all) => all.indexOf(id) !== n)"), [])

    def test_every_text_can_be_read_in_both_schemes(self):
        script = (ROOT / "Tests/Browser/contrast.js").read_text()
        pages = ["/", "/settings", "/compose?to=ana@far.example,%20wrong", "/search/me?q=hotel", "/search/me?q=xyzzyq"]
        for scheme in ("light", "dark"):
            browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            try:
                for path in pages:
                    browser.go(site(path))
                    browser.wait("true")
                    self.assertEqual(browser.run(script), [], f"{path} {scheme}")
                for subject in ("Harbour Hotel", "Rail timetable", "Beatriz Moura", "Casa do Rio", "Lisbon itinerary"):
                    go_to_inbox()
                    browser.click(".row", subject)
                    browser.wait("!!document.querySelector('#subject')")
                    browser.wait("[...document.querySelectorAll('iframe.frame')].every(f => f.classList.contains('measured'))")
                    browser.run("document.querySelectorAll('.message details').forEach(d => { d.open = true })")
                    self.assertEqual(browser.run(script), [], f"{subject} {scheme}")
            finally:
                browser.call("Emulation.setEmulatedMedia", features=[])

    # MARK: Sessions

    def test_y_a_password_changed_while_the_web_is_down_ends_its_sessions(self):
        cookies = "; ".join(f"{one['name']}={one['value']}" for one in browser.call("Network.getCookies", urls=[site()])["cookies"])

        def landed(cookie):
            return urllib.request.urlopen(urllib.request.Request(site("/"), headers={"Cookie": cookie})).url

        self.assertIn("/mail/", landed(cookies))
        # A restart alone ends nothing.
        self.restart_web()
        wait_until("the web is up again", lambda: "/mail/" in landed(cookies))
        before = self.log_in_plainly("ines", PASSWORDS["ines"])
        self.assertIn("/mail/", landed(before))
        self.restart_web(self.give_ines_the_password_of_tomas)
        wait_until("the web is up again, and whose password is the same is in", lambda: "/mail/" in landed(cookies))
        self.assertIn("/login", landed(before))
        # Who logged in with the new password stays, whatever restarts.
        after = self.log_in_plainly("ines", PASSWORDS["tomas"])
        self.restart_web()
        wait_until("the web is up again", lambda: "/mail/" in landed(after))
        self.assertIn("/login", landed(before))

    def give_ines_the_password_of_tomas(self):
        file = host.configuration / "tenants/acme/accounts.yaml"
        text = file.read_text()
        hashes = dict(re.findall(r"- id: (\w+)\n(?:(?!- id:).*\n)*?\s+password_hash: (\S+)", text))
        file.write_text(text.replace(hashes["ines"], hashes["tomas"]))
        done = host.command("apply", "--yes")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def log_in_plainly(self, user, password):
        """The cookies of a new session."""
        client = WebClient(host)
        client.log_in(f"{user}@acme.example", password)
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())

    def restart_web(self, meanwhile=lambda: None):
        """Ends the web worker, which hears nothing of what is done meanwhile; `supervise` starts it again."""
        def words(process):
            try:
                return pathlib.Path(f"/proc/{process}/cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                return b""  # it ended meanwhile

        def workers():
            return [child for child in host.children() if b"malaposta-web" in words(child)]

        pid = workers()[0]
        os.kill(pid, signal.SIGSTOP)
        try:
            meanwhile()
        finally:
            os.kill(pid, signal.SIGKILL)
        wait_until("it is up again", lambda: [child for child in workers() if child != pid])

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
