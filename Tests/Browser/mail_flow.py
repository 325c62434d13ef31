#!/usr/bin/env python3
"""Logs in to the webmail with a real browser, sees a message in the list, opens it, downloads its attachment and replies.

Exits 0 when each step is seen to be true; says which is not.
"""
import argparse
import pathlib
import sys
import time

from chromium import Chromium


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--subject", required=True)
    parser.add_argument("--attachment", required=True)
    parser.add_argument("--downloads", required=True, type=pathlib.Path)
    parser.add_argument("--reply", required=True)
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--picture", type=pathlib.Path, help="where to keep a picture of the opened message")
    arguments = parser.parse_args()
    with Chromium(width=arguments.width) as browser:
        browser.save_downloads(arguments.downloads)
        browser.go(arguments.url)
        browser.fill("#name", arguments.user)
        browser.fill("#password", "not " + arguments.password)
        browser.click("button[type=submit]")
        browser.wait("document.querySelector('[role=alert]') && location.pathname === '/login'")
        browser.fill("#name", arguments.user)
        browser.fill("#password", arguments.password)
        browser.click("button[type=submit]")
        browser.wait("location.pathname.startsWith('/mail/')")
        browser.click(".row", arguments.subject)
        browser.wait("document.querySelector('#subject') && document.querySelector('#subject').innerText.trim()"
                     f" === {arguments.subject!r}")
        if arguments.picture:
            browser.picture(arguments.picture)
        browser.click("a.file", arguments.attachment)
        file = arguments.downloads / arguments.attachment
        end = time.monotonic() + 20
        while not file.exists():
            if time.monotonic() > end:
                sys.exit(f"{arguments.attachment} was not downloaded")
            time.sleep(0.05)
        browser.click("article.message a.button.framed")
        browser.wait("document.querySelector('#compose #subject-line')"
                     f" && document.querySelector('#subject-line').value === 'Re: ' + {arguments.subject!r}")
        browser.run("(e => { e.focus(); e.setSelectionRange(0, 0) })(document.querySelector('#body'))")
        browser.call("Input.insertText", text=arguments.reply + "\n\n")
        browser.click("#compose button[value=send]")
        browser.wait("!document.querySelector('#compose')")
        print("seen: list, message, attachment, reply")


if __name__ == "__main__":
    main()
