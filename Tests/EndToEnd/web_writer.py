"""Somebody who writes in the webmail: saves drafts, sends."""
import html
import json
import re

from webclient import WebClient


class WebWriter(WebClient):
    def __init__(self, host, user):
        super().__init__(host, user)
        page = self.get("/compose")[2]
        sender = re.search(r'<option value="([^"]+)"', page.split('id="from"')[1]).group(1)
        self.form = {"box": "me", "from": html.unescape(sender), "to": "", "cc": "", "bcc": ""}

    def compose(self, action, subject, body, to="", draft=""):
        """The answer to "save" or "send"."""
        fields = self.form | {"do": action, "subject": subject, "body": body, "to": to, "draft": draft}
        status, _, text = self.post("/compose", fields, {"Accept": "application/json"})
        return Answer(status, text, self.local_port)


class Answer:
    """`port`: of the client's connection, which tells the answer from all others in a trace."""

    def __init__(self, status, body, port):
        self.status, self.body, self.port = status, body, port
        self.said = json.loads(body)
