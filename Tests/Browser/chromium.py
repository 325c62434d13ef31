"""Drives a headless Chromium over the DevTools protocol, with Python's standard library alone."""
import base64
import json
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import tempfile
import time
import urllib.request


class WebSocket:
    """The client's half of RFC 6455, as far as DevTools needs it: whole text messages."""

    def __init__(self, url):
        host, path = url.removeprefix("ws://").split("/", 1)
        name, port = host.split(":")
        self.socket = socket.create_connection((name, int(port)), timeout=60)
        self.buffer = b""
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += self.socket.recv(65536)
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise ConnectionError(head.decode())

    def send(self, text):
        data = text.encode()
        mask = os.urandom(4)
        length = bytes([0x80 | len(data)]) if len(data) < 126 else (
            bytes([0xfe]) + struct.pack(">H", len(data)) if len(data) < 65536 else bytes([0xff]) + struct.pack(">Q", len(data)))
        self.socket.sendall(b"\x81" + length + mask + bytes(octet ^ mask[n % 4] for n, octet in enumerate(data)))

    def read(self, count):
        while len(self.buffer) < count:
            piece = self.socket.recv(1 << 20)
            if not piece:
                raise ConnectionError("the browser closed the connection")
            self.buffer += piece
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def receive(self):
        message = b""
        while True:
            first, second = self.read(2)
            length = second & 0x7f
            if length == 126:
                length = struct.unpack(">H", self.read(2))[0]
            elif length == 127:
                length = struct.unpack(">Q", self.read(8))[0]
            data = self.read(length)
            if first & 0x0f in (0, 1, 2):
                message += data
                if first & 0x80:
                    return message.decode()


class Chromium:
    """One browser with one page."""

    def __init__(self, width=1440, height=900, dark=False, language="en"):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="chromium-"))
        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--ignore-certificate-errors", "--hide-scrollbars", f"--user-data-dir={self.folder}", "--remote-debugging-port=0",
             f"--window-size={width},{height}", f"--lang={language}", f"--accept-lang={language}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "LANGUAGE": language})
        try:
            page = next(one for one in json.load(self.open("/json/list")) if one["type"] == "page")
            self.socket = WebSocket(page["webSocketDebuggerUrl"])
        except BaseException:
            self.close()
            raise
        self.serial = 0
        self.call("Page.enable")
        self.call("Runtime.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 640)
        if dark:
            self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])

    def open(self, path):
        end = time.monotonic() + 60
        while True:
            try:
                port = (self.folder / "DevToolsActivePort").read_text().split()[0]
                return urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10)
            except (OSError, IndexError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def call(self, method, **parameters):
        self.serial += 1
        asked = self.serial
        self.socket.send(json.dumps({"id": asked, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self.socket.receive())
            if answer.get("method") == "Page.javascriptDialogOpening":
                # What a page asks before it is left is answered with yes.
                self.serial += 1
                self.socket.send(json.dumps({"id": self.serial, "method": "Page.handleJavaScriptDialog", "params": {"accept": True}}))
            if answer.get("id") == asked:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def run(self, script):
        """The value of an expression in the page; a promise is awaited."""
        result = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{script}: {result['exceptionDetails'].get('exception', {}).get('description')}")
        return result["result"].get("value")

    def go(self, url):
        self.call("Page.navigate", url=url)
        self.wait("true")

    def wait(self, script, seconds=20):
        """Asks until the expression is true in a page whose scripts have started; gives its value."""
        end = time.monotonic() + seconds
        while True:
            try:
                value = self.run(f"document.readyState === 'complete' && ({script})")
            except RuntimeError:
                value = None
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError(f"not within {seconds} s: {script}\n{self.run('document.body && document.body.innerText')}")
            time.sleep(0.05)

    def click(self, selector, text=None):
        """A real click in the middle of the first element that matches, and contains the text where one is given."""
        find = (f"[...document.querySelectorAll({json.dumps(selector)})].find(e => e.getClientRects().length && "
                f"e.innerText.includes({json.dumps(text or '')}))")
        self.wait(f"!!({find})")
        self.run(f"({find}).scrollIntoView({{block: 'center'}})")
        x, y = self.run(f"(r => [r.x + r.width / 2, r.y + r.height / 2])(({find}).getBoundingClientRect())")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def fill(self, selector, text):
        self.wait(f"!!document.querySelector({json.dumps(selector)})")
        self.run(f"(e => {{ e.focus(); if (e.select) e.select() }})(document.querySelector({json.dumps(selector)}))")
        self.call("Input.insertText", text=text)

    KEYS = {"Backspace": 8, "Tab": 9, "Enter": 13, "Escape": 27, "End": 35, "Home": 36, "ArrowLeft": 37, "ArrowUp": 38,
            "ArrowRight": 39, "ArrowDown": 40, "Delete": 46}

    def key(self, name, code=None, text=None, shift=False, control=False):
        """Presses a key as a person does: one letter types it, Enter and Tab do what they do."""
        text = text or ("\r" if name == "Enter" else name if len(name) == 1 and not control else None)
        parameters = {"key": name, "code": code or name, "modifiers": (8 if shift else 0) | (2 if control else 0),
                      "windowsVirtualKeyCode": self.KEYS.get(name, ord(name.upper()) if len(name) == 1 else 0)}
        self.call("Input.dispatchKeyEvent", type="keyDown", **parameters, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **parameters)

    def keys(self, *names):
        for name in names:
            self.key(name)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def tree(self):
        """What a screen reader is told: (role, name, properties) of each node that it meets."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [(node["role"]["value"], node.get("name", {}).get("value", ""),
                 {one["name"]: one["value"].get("value") for one in node.get("properties", [])})
                for node in nodes if not node.get("ignored")]

    def save_downloads(self, folder):
        self.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))

    def picture(self, path):
        pathlib.Path(path).write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
