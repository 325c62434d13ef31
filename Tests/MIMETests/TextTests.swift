import NIOCore
import Testing

@testable import MIME

@Suite("Base subjects, RFC 5256 §2.1") struct BaseSubjectTests {
    @Test(arguments: [
        ("Hello", "Hello", false), ("Re: Hello", "Hello", true), ("RE : Hello", "Hello", true),
        ("re: fwd: FW: Hello", "Hello", true),
        ("Re[2]: Hello", "Hello", true), ("[list] Hello", "Hello", false), ("[list] Re: [list] Hello", "Hello", true),
        ("Hello (fwd)", "Hello", true), ("[fwd: Hello]", "Hello", true), ("[fwd: Re: Hello (fwd)]", "Hello", true),
        ("[only]", "[only]", false),
        ("  a   b\tc ", "a b c", false), ("", "", false), ("Re:", "", true), ("Regarding: x", "Regarding: x", false),
        ("Re: [a] [b] c", "c", true),
        ("[a][b] Re: x", "x", true),
    ])
    func base(subject: String, expected: String, isReply: Bool) {
        let base = BaseSubject.read(subject)
        #expect(base.text == expected)
        #expect(base.isReplyOrForward == isReply)
    }

    @Test(arguments: [
        ("Hello", "Re: Hello"), ("Re: Hello", "Re: Hello"), ("AW: RE: Hello", "Re: Hello"), ("Re[3]: Hello", "Re: Hello"),
        ("Note: Hello", "Re: Note: Hello"),
        ("", "Re: "), ("Fwd: Hello", "Re: Hello"),
    ])
    func replies(subject: String, expected: String) { #expect(BaseSubject.reply(to: subject) == expected) }
}

@Suite("Flowed text, RFC 3676") struct FlowedTextTests {
    @Test func joinsLines() {
        let text = "one \r\ntwo\r\n> quoted \r\n> more\r\n>> deeper\r\n  stuffed\r\n-- \r\nname\r\n"
        #expect(FlowedText.unwrapped(text) == "one two\n> quoted more\n>> deeper\n stuffed\n-- \nname\n")
        #expect(FlowedText.unwrapped("ab \r\ncd", deletesSpaces: true) == "abcd")
    }

    @Test func quotes() {
        #expect(FlowedText.quote("a\r\n> b\r\n\r\n-- \r\nsig\r\n") == "> a\n>> b")
        #expect(FlowedText.quote("a \nb\n", isFlowed: true) == "> a b")
    }
}

@Suite("Words of HTML") struct HTMLTextTests {
    @Test(arguments: [
        ("<p>Hello&nbsp;<b>w</b>orld</p><p>x</p>", "Hello world\nx"), ("a<br>b<br/>c", "a\nb\nc"),
        ("<style>p{}</style><script>x<y</script>t", "t"),
        ("<!-- c > --> a", "a"), ("1 < 2 &amp; 3 &gt; 2", "1 < 2 & 3 > 2"), ("&eacute;&#233;&#xE9;&euro;&nope;&", "ééé€&nope;&"),
        ("<a title='>'>x</a>", "x"), ("<head><title>t</title></head><body>b", "b"), ("<b", ""), ("<!--", ""),
        ("&#0;&#xFFFFFFFF;a", "&#0;&#xFFFFFFFF;a"),
        ("a&zwnj;&#8203;b", "ab"), ("<td>a</td><td>b</td>", "a b"),
    ])
    func extracts(html: String, expected: String) { #expect(HTMLText.extract(html) == expected) }

    @Test func previewsAreShort() {
        #expect(Preview.plain(String(repeating: "word ", count: 500)).count == Preview.length)
        #expect(Preview.html("<div>" + String(repeating: "&nbsp;x", count: 5_000)).count <= Preview.length)
        #expect(Preview.plain("> only quoted\n> text") == "only quoted text")
    }
}
