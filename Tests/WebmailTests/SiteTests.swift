import Directory
import Foundation
import HTTPTypes
import HummingbirdCore
import Mail
import NIOCore
import Store
import Testing

@testable import Webmail

@Suite("The site, in process") struct SiteTests {
    static let hello = """
        From: Harbour Hotel <reservations@harbour.example>
        To: Ana Dias <ana@acme.example>
        Subject: =?utf-8?q?Rooms_14_to_17_June_=C3=A9?=
        Date: Tue, 24 Nov 2026 13:07:00 +0000
        Message-ID: <one@harbour.example>
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary=b

        --b
        Content-Type: text/plain; charset=utf-8

        We can hold the four doubles. <script>alert(1)</script>
        See https://harbour.example/rooms.
        --b
        Content-Type: application/pdf; name="Offer.pdf"
        Content-Disposition: attachment; filename="Of\\"fer.pdf"
        Content-Transfer-Encoding: base64

        AAECAwT/
        --b--

        """

    @Test func listsAndOpensAMessage() async throws {
        try await TestSite.with { site in
            let (id, folder) = try await site.file(Self.hello, of: site.ana)
            let (cookie, _) = try await site.session(site.ana)
            let list = try await site.ask(.get, "/mail/me/\(folder)", headers: cookie)
            #expect(list.status == 200)
            #expect(list.body.contains("Rooms 14 to 17 June é"))
            #expect(list.body.contains("Harbour Hotel"))
            #expect(list.header("Content-Security-Policy").contains("default-src 'none'"))
            let message = try await site.ask(.get, "/mail/me/\(folder)/\(id)", headers: cookie)
            #expect(message.status == 200)
            #expect(message.body.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
            #expect(!message.body.contains("<script>alert"))
            #expect(message.body.contains(#"href="https://harbour.example/rooms""#))
            let part = try #require(message.body.firstMatch(of: /href="(\/message\/me\/\d+\/part\/\d+)"/)?.1)
            let file = try await site.ask(.get, String(part), headers: cookie)
            #expect(Array(file.octets.readableBytesView) == [0, 1, 2, 3, 4, 255])
            #expect(file.header("Content-Disposition").hasPrefix("attachment; filename=\"Of_fer.pdf\""))
            #expect(file.header("X-Content-Type-Options") == "nosniff")
            #expect(try await site.store.account(site.ana.id).folder(.inbox).unseen == 0)
        }
    }

    @Test func writesAnAnswerWithQuoteAndRecipients() async throws {
        try await TestSite.with { site in
            let (id, _) = try await site.file(Self.hello, of: site.ana)
            let (cookie, _) = try await site.session(site.ana)
            let page = try await site.ask(.get, "/compose?source=\(id)&kind=reply", headers: cookie)
            #expect(page.status == 200)
            #expect(page.body.contains("Harbour Hotel &lt;reservations@harbour.example&gt;"))
            #expect(page.body.contains("Re: Rooms 14 to 17 June"))
            #expect(page.body.contains("&gt; We can hold the four doubles."))
        }
    }

    @Test func savesADraftAndGoesOn() async throws {
        try await TestSite.with { site in
            let (cookie, csrf) = try await site.session(site.ana)
            let headers = cookie.merging(["Accept": "application/json"]) { $1 }
            let form =
                "csrf=\(csrf)&box=me&do=save&from=ana%40acme.example&to=x%40y.example&subject=a%0D%0ABcc%3A+evil%40x.example&body=Ol%C3%A1"
            let saved = try await site.ask(.post, "/compose", body: form, headers: headers)
            #expect(saved.status == 200)
            let account = try await site.store.account(site.ana.id)
            let drafts = try await account.folder(.drafts)
            #expect(drafts.messages == 1)
            let draft = try #require(try await account.list(drafts.id).rows.first)
            let octets = try await account.content(of: draft.id).whole()
            #expect(!String(buffer: octets).contains("\r\nBcc: evil"))
            let page = try await site.ask(.get, "/compose?draft=\(draft.id)", headers: cookie)
            #expect(page.body.contains("x@y.example"))
            #expect(page.body.contains("Olá"))
        }
    }

    @Test func movesToTheTrashAndBack() async throws {
        try await TestSite.with { site in
            let (id, folder) = try await site.file(Self.hello, of: site.ana)
            let (cookie, csrf) = try await site.session(site.ana)
            let headers = cookie.merging(["Accept": "application/json"]) { $1 }
            let form = "csrf=\(csrf)&box=me&folder=\(folder)&message=\(id)"
            let gone = try await site.ask(.post, "/actions", body: form + "&action=trash", headers: headers)
            #expect(gone.body.contains("\"back\":\"\(folder)\""))
            let account = try await site.store.account(site.ana.id)
            #expect(try await account.folder(.trash).messages == 1)
            _ = try await site.ask(.post, "/actions", body: form + "&action=move&to=\(folder)", headers: headers)
            #expect(try await account.folder(.inbox).messages == 1)
        }
    }

    @Test func refusesFormsOfOtherSites() async throws {
        try await TestSite.with { site in
            let (id, folder) = try await site.file(Self.hello, of: site.ana)
            let (cookie, csrf) = try await site.session(site.ana)
            let form = "box=me&folder=\(folder)&message=\(id)&action=trash"
            for (body, headers) in [
                (form, cookie), (form + "&csrf=0123", cookie),
                (form + "&csrf=\(csrf)", cookie.merging(["Sec-Fetch-Site": "cross-site"]) { $1 }),
            ] {
                #expect(try await site.ask(.post, "/actions", body: body, headers: headers).status == 403)
            }
            for path in [
                "/logout", "/settings", "/folders", "/folders/rename", "/folders/delete", "/folders/restore", "/folders/empty",
                "/tags",
                "/tags/color", "/tags/delete", "/compose", "/compose/undo", "/uploads",
            ] {
                #expect(try await site.ask(.post, path, body: "do=save", headers: cookie).status == 403, "\(path)")
            }
            #expect(try await site.store.account(site.ana.id).folder(.inbox).messages == 1)
        }
    }

    @Test func keepsTenantsApart() async throws {
        try await TestSite.with { site in
            let (id, folder) = try await site.file(Self.hello, of: site.eve)
            let (cookie, csrf) = try await site.session(site.ana)
            for box in [site.eve.id.hex, "me"] {
                let paths = [
                    "/mail/\(box)/\(folder.value + 4_000)", "/mail/\(box)/\(folder)/\(id)", "/message/\(box)/\(id)/part/0",
                    "/message/\(box)/\(id)/image/0", "/message/\(box)/\(id)/html/0", "/message/\(box)/\(id)/source",
                    "/message/\(box)/\(id)/parts.zip", "/mail/\(box)/\(folder)/\(id)/headers",
                    "/folders/empty?box=\(box)&folder=\(folder)",
                    "/compose?box=\(box)&source=\(id)&kind=reply", "/compose?box=\(box)&draft=\(id)",
                ]
                for path in paths { #expect(try await site.ask(.get, path, headers: cookie).status == 404, "\(path)") }
            }
            for path in ["/mail/\(site.eve.id.hex)", "/events/\(site.eve.id.hex)", "/search/\(site.eve.id.hex)?q=rooms"] {
                #expect(try await site.ask(.get, path, headers: cookie).status == 404, "\(path)")
            }
            let form = "csrf=\(csrf)&box=\(site.eve.id.hex)&folder=\(folder)&message=\(id)&action=trash"
            #expect(try await site.ask(.post, "/actions", body: form, headers: cookie).status == 404)
            let people = try await site.ask(.get, "/people?q=ana", headers: cookie)
            #expect(people.body.contains("ana@acme.example") && !people.body.contains("globex"))
            #expect(try await site.ask(.get, "/mail/\(site.info.id.hex)", headers: cookie).status == 303)
        }
    }

    @Test func logsInAndOut() async throws {
        try await TestSite.with { site in
            let page = try await site.ask(.get, "/login", headers: ["Accept-Language": "pt-PT,pt;q=0.9,en;q=0.5"])
            #expect(page.body.contains("Palavra-passe"))
            let token = try #require(page.body.firstMatch(of: /name="csrf" value="([0-9a-f]+)"/)?.1)
            let cookie = ["Cookie": "\(Cookies.login)=\(token)"]
            func logIn(_ password: String, _ headers: [String: String]) async throws -> TestSite.Reply {
                try await site.ask(
                    .post, "/login", body: "csrf=\(token)&name=ana%40acme.example&password=\(password)&next=%2F%2Fevil.example",
                    headers: headers)
            }
            #expect(try await logIn("right", [:]).status == 403)
            #expect(try await logIn("wrong", cookie).status == 401)
            #expect(try await logIn("soon", cookie).status == 429)
            #expect(try await logIn("down", cookie).status == 503)
            let done = try await logIn("right", cookie)
            #expect(done.status == 303)
            #expect(done.header("Location") == "/")
            let set = done.headers[values: .setCookie].joined(separator: "\n")
            #expect(set.contains("HttpOnly; SameSite=Lax") && set.contains("; Secure"))
        }
    }

    @Test func endsSessionsOfSuspendedUsers() async throws {
        try await TestSite.with { site in
            let (cookie, _) = try await site.session(site.ana)
            #expect(try await site.ask(.get, "/", headers: cookie).header("Location").hasPrefix("/mail/me/"))
            site.registry.end(site.ana.id, .suspended)
            #expect(try await site.ask(.get, "/", headers: cookie).header("Location") == "/login?ended=suspended")
        }
    }

    static let html = """
        From: x@y.example
        Subject: html
        MIME-Version: 1.0
        Content-Type: text/html; charset=utf-8

        <p onclick="a()">Hi <img src="https://track.example/p.gif"><script>alert(1)</script></p>
        """

    @Test func servesHTMLMailBehindItsWall() async throws {
        try await TestSite.with { site in
            let (id, folder) = try await site.file(Self.html, of: site.ana)
            let (cookie, _) = try await site.session(site.ana)
            let page = try await site.ask(.get, "/mail/me/\(folder)/\(id)", headers: cookie)
            #expect(!page.body.contains("alert(1)"))
            #expect(page.body.contains("images=1"))
            let start = try #require(page.body.range(of: "<iframe class=\"frame\" src=\"")).upperBound
            let frame = String(page.body[start...].prefix { $0 != "\"" })
            #expect(page.body.contains(#"sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox""#))
            let html = try await site.ask(.get, frame, headers: cookie)
            let policy = html.header("Content-Security-Policy")
            #expect(policy.hasPrefix("sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'"))
            #expect(!policy.contains("script") && policy.contains("form-action 'none'") && !policy.contains("https: http:"))
            let shown = try await site.ask(.get, frame + "?images=1", headers: cookie)
            #expect(shown.header("Content-Security-Policy").contains("https: http:"))
        }
    }

    @Test func answersAcmeChallenges() async throws {
        try await TestSite.with { site in
            let (root, prefix) = ("\(site.folder)/acme", "/.well-known/acme-challenge/")
            try FileManager.default.createDirectory(atPath: root + prefix, withIntermediateDirectories: true)
            try "token.thumb".write(toFile: root + prefix + "tok_en-1", atomically: true, encoding: .utf8)
            try "secret".write(toFile: "\(site.folder)/secret", atomically: true, encoding: .utf8)
            let answer = try await site.ask(.get, prefix + "tok_en-1")
            #expect(answer.status == 200 && answer.body == "token.thumb" && answer.header("Cache-Control") == "no-store")
            #expect(try await site.ask(.head, prefix + "tok_en-1").status == 200)
            #expect(try await site.ask(.post, prefix + "tok_en-1").status == 404)
            for token in ["", "other", ".", "..%2f..%2f..%2fsecret", "tok_en-1%00", String(repeating: "a", count: 257)] {
                #expect(try await site.ask(.get, prefix + token).status == 404, "\(token)")
            }
        }
    }

    /// Where the rest of the site is sent to https.
    @Test(arguments: [
        ("/.well-known/acme-challenge/x", true), ("/.well-known/acme-challenge/x?y=/z", true),
        ("/.well-known/acme-challenge/", false),
        ("/.well-known/mta-sts.txt", false), ("/login", false), ("/", false),
    ])
    func answersInTheClear(path: String, isAnswered: Bool) {
        let head = HTTPRequest(method: .get, scheme: "http", authority: "mail.example", path: path)
        #expect(EndpointTable.isInTheClear(Request(head: head, body: RequestBody(buffer: ByteBuffer()))) == isAnswered)
    }

    @Test func boundsTheTimeOfARequest() async throws {
        var limits = WebLimits()
        limits.requestTime = .milliseconds(1)
        try await TestSite.with(limits) { site in
            let (cookie, csrf) = try await site.session(site.ana)
            let headers = cookie.merging(["X-CSRF-Token": csrf]) { $1 }
            // Nothing of its body ever comes.
            let (octets, sender) = AsyncStream<ByteBuffer>.makeStream()
            let body = RequestBody(asyncSequence: octets)
            let answer = try await site.ask(.post, "/uploads?name=a.txt", body: body, type: "text/plain", headers: headers)
            #expect(answer.status == 408 && answer.body.contains("too long to arrive"))
            sender.finish()
            #expect(try await site.web.uploads.all(of: site.ana.id).isEmpty)
        }
    }

    @Test func boundsUploads() async throws {
        var limits = WebLimits()
        limits.upload = ByteCount(10)
        try await TestSite.with(limits) { site in
            let (cookie, csrf) = try await site.session(site.ana)
            let headers = cookie.merging(["X-CSRF-Token": csrf, "Accept": "application/json"]) { $1 }
            func upload(_ text: String) async throws -> TestSite.Reply {
                try await site.ask(.post, "/uploads?name=..%2F..%2Fa.txt", body: text, type: "text/plain", headers: headers)
            }
            let taken = try await upload("0123456789")
            #expect(taken.status == 200 && taken.body.contains("\"name\":\"a.txt\""))
            #expect(try await upload("0123456789A").status == 422)
            #expect(try await site.web.uploads.all(of: site.ana.id).count == 1)
        }
    }
}
