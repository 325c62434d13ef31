"""A browser without scripts: pages and forms of the webmail over one kept session."""
import html
import http.client
import re
import urllib.parse

from host import PASSWORDS, PATIENCE, wait_until


class WebClient:
    def __init__(self, host, user=None):
        self.port = host.ports["http"]
        self.cookies = {}
        self.csrf = ""
        if user:
            self.log_in(user, PASSWORDS[user.split("@")[0]])

    def ask(self, method, path, body=None, headers=None, follow=False):
        """Status, headers and text of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **(headers or {})}
        if isinstance(body, (dict, list)):
            body = urllib.parse.urlencode(body).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.connect()
        # Tells the answer from all others in a trace.
        self.local_port = connection.sock.getsockname()[1]
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        connection.close()
        if follow and answer.status in (302, 303, 307, 308):
            return self.ask("GET", answer.headers["Location"], follow=True)
        return answer.status, answer.headers, text

    def get(self, path):
        return self.ask("GET", path, follow=True)

    def post(self, path, fields, headers=None):
        """Sends a form with the session's token, unless it brings one of its own."""
        fields = list(fields.items() if isinstance(fields, dict) else fields)
        if not any(name == "csrf" for name, _ in fields):
            fields.append(("csrf", self.csrf))
        return self.ask("POST", path, fields, headers)

    def log_in(self, user, password):
        status = self.try_to_log_in({"name": user, "password": password})[0]
        if status not in (302, 303):
            raise AssertionError(f"{user} was not let in: {status}")
        self.csrf = self.token(self.get("/compose")[2])

    def try_to_log_in(self, fields):
        """The answer to the form of the log-in, whatever it is."""
        self.csrf = self.token(self.get("/login")[2])

        # A busy machine may take longer to check a password than the web worker waits: 503 says to try again.
        def answered():
            answer = self.post("/login", fields)
            return answer if answer[0] != 503 else None

        return wait_until("the log-in is answered", answered)

    @staticmethod
    def token(page):
        return html.unescape(re.search(r'name="csrf" value="([^"]+)"', page)[1])
