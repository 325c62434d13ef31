"""What admins are mailed of a domain is in their language: each finding that is mailed has its words in every other language."""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SUBJECTS = "zone|server|ownership|mx|spf|dkim|dmarc|mta-sts|tls-rpt|tlsa|srv|clients|host|ptr"
# Never worse than a note, and so never mailed.
NOTES = set("""clients-missing dkim-no-keys dkim-off dkim-testing dmarc-no-reports dmarc-passed-over dmarc-testing
    clients-unreadable host-addresses-unknown mta-sts-off mta-sts-old-id mta-sts-policy-other mta-sts-unreadable mx-other-name ownership-not-asked spf-near-limit
    spf-unjudged tls-rpt-broken tls-rpt-missing tls-rpt-several tls-rpt-unreadable tlsa-missing tlsa-unsigned
    tlsa-unusable servers-differ""".split())
# What is now is a record, a name or an address by itself.
DATA = set("clients-elsewhere dmarc-stronger dmarc-weaker host-other-address mx-elsewhere ownership-other ptr-other srv-other".split())


def codes():
    text = "".join(file.read_text() for file in (ROOT / "Sources/Domains/Evaluation").glob("*.swift"))
    return set(re.findall(rf'"((?:{SUBJECTS})-[a-z0-9-]+)"', text))


class DomainMails(unittest.TestCase):
    def test_every_language_has_words_for_what_is_mailed(self):
        mailed = codes() - NOTES
        self.assertGreater(len(mailed), 50)
        for file in (ROOT / "templates/mail").glob("domains.*.txt"):
            if file.name == "domains.en.txt":
                continue
            text = file.read_text()
            named = {kind: set(re.findall(rf"^\[{kind}\.([a-z0-9-]+)\]$", text, re.M)) for kind in ("code", "now", "wanted")}
            self.assertEqual(mailed - named["code"], set(), file.name)
            self.assertEqual(mailed - named["now"] - DATA, set(), file.name)
            for kind, found in named.items():
                self.assertEqual(found - codes(), set(), f"{file.name}: {kind}")


if __name__ == "__main__":
    unittest.main()
