import Directory
import Foundation
import HTTPTypes
import MIME
import Mail
import NIOCore
import Store
import Testing

@testable import Webmail

@Suite("Messages in pieces") struct StoredMessageTests {
    /// Two files, of which one has the other's name, and a text.
    private static func text(_ octets: [UInt8]) -> String {
        let encoded = Data(octets).base64EncodedString(options: .lineLength76Characters)
        return """
            From: x@y.example
            Subject: Two files
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: text/plain; charset=utf-8

            See the files.
            --b
            Content-Type: application/octet-stream; name="a.bin"
            Content-Disposition: attachment; filename="a.bin"
            Content-Transfer-Encoding: base64

            \(encoded.replacingOccurrences(of: "\r\n", with: "\n"))
            --b
            Content-Type: text/plain; name="a.bin"
            Content-Disposition: attachment; filename="a.bin"

            second
            --b--

            """
    }

    private static let octets = (0..<10_007).map { UInt8(truncatingIfNeeded: $0 &* 31) }

    /// The same whatever the size of a piece, with the structure found or remembered.
    @Test(arguments: [7, 64, 1_000, 1 << 20]) func partsAreWholeInAnyPieces(piece: Int) async throws {
        var limits = WebLimits()
        limits.piece = piece
        try await TestSite.with(limits) { site in
            let (id, folder) = try await site.file(Self.text(Self.octets), of: site.ana)
            let (cookie, _) = try await site.session(site.ana)
            let page = try await site.ask(.get, "/mail/me/\(folder)/\(id)", headers: cookie)
            #expect(page.body.contains("See the files."))
            for _ in 0..<2 {
                let file = try await site.ask(.get, "/message/me/\(id)/part/2", headers: cookie)
                #expect(Array(file.octets.readableBytesView) == Self.octets)
            }
            #expect(try await site.ask(.get, "/message/me/\(id)/part/3", headers: cookie).body == "second")
            for part in [0, 1, 4, 99] {
                #expect(try await site.ask(.get, "/message/me/\(id)/part/\(part)", headers: cookie).status == 404, "\(part)")
            }
        }
    }

    @Test func allFilesComeAsOneArchive() async throws {
        try await TestSite.with { site in
            let (id, folder) = try await site.file(Self.text(Self.octets), of: site.ana)
            let (cookie, _) = try await site.session(site.ana)
            let page = try await site.ask(.get, "/mail/me/\(folder)/\(id)", headers: cookie)
            #expect(page.body.contains("/message/me/\(id)/parts.zip"))
            let archive = try await site.ask(.get, "/message/me/\(id)/parts.zip", headers: cookie)
            #expect(archive.header("Content-Disposition").contains(#"filename="Two files.zip""#))
            let path = "\(site.folder)/all.zip"
            try Data(archive.octets.readableBytesView).write(to: URL(filePath: path))
            // Read by another's hand.
            let python = Process()
            python.executableURL = URL(filePath: "/usr/bin/env")
            let script = """
                import sys, zipfile, hashlib
                z = zipfile.ZipFile(sys.argv[1])
                assert z.testzip() is None
                print([(i.filename, i.file_size) for i in z.infolist()])
                """
            python.arguments = ["python3", "-c", script, path]
            let output = Pipe()
            python.standardOutput = output
            try python.run()
            let said = try #require(try output.fileHandleForReading.readToEnd())
            #expect(String(decoding: said, as: UTF8.self) == "[('a.bin', 10007), ('a (2).bin', 6)]\n")
            let plain = try await site.file(SiteTests.html, of: site.ana)
            #expect(try await site.ask(.get, "/message/me/\(plain.0)/parts.zip", headers: cookie).status == 404)
        }
    }

    @Test func theChecksumIsTheKnownOne() {
        var checksum = CRC32()
        checksum.add(ByteBuffer(string: "12345"))
        checksum.add(ByteBuffer(string: "6789"))
        #expect(checksum.value == 0xcbf4_3926)
        #expect(CRC32().value == 0)
    }

    @Test func theCacheIsBounded() {
        var limits = WebLimits()
        limits.structures = 2
        let cache = StructureCache(limits: limits)
        let structure = MessageStructure(ByteBuffer(string: "Subject: x\r\n\r\ny"))
        let account = AccountID(1)
        for number in 1...3 { cache.keep(structure, of: MessageID(Int64(number)), in: account) }
        #expect(cache.structure(of: MessageID(1), in: account) == nil)
        #expect(cache.structure(of: MessageID(3), in: account) != nil)
        limits.structureHeader = 4
        let small = StructureCache(limits: limits)
        small.keep(structure, of: MessageID(1), in: account)
        #expect(small.structure(of: MessageID(1), in: account) == nil)
    }
}

@Suite("Colours of HTML mail") struct HTMLColorsTests {
    @Test(arguments: [
        ("<p>plain</p>", false), (#"<body style="font-family:Georgia;color:#222">x</body>"#, false),
        ("<font color=black>x</font>", false), ("<p style='color: rgb(20, 20, 24)'>x", false),
        ("<table bgcolor=\"#FFFFFF\" width=600>", false), ("<div style=\"background: white; border-color:red\">", false),
        ("<td bgcolor=#ffffff width=2>", false), ("<p>My favourite color is red, on a background of grass</p>", false),
        ("<td bgcolor=\"#0f5e63\">", true), ("<div style=\"background:#fff url(cid:x)\">", true),
        ("<style>h1{color:#0f5e63}</style>", true), (#"<font color="red">"#, true), ("<p style=color:#888>", true),
        ("<div style='BACKGROUND-COLOR: Yellow'>", true), ("<a style=\"color:", false), ("color", false), ("", false),
    ])
    func areOwn(html: String, expected: Bool) { #expect(HTMLColors.areOwn(html) == expected, "\(html)") }

    @Test func plainMailTakesThePagesColours() {
        let plain = HTMLMail(html: "<p>Hi</p>", theme: "dark", showsImages: false).document(
            related: [:], partsPath: "/message/me/1")
        #expect(plain.contains(#"<html class="plain">"#) && plain.contains("#1a1f22") && plain.contains("15px/1.62"))
        let light = HTMLMail(html: "<p>Hi</p>", theme: "light", showsImages: true).document(related: [:], partsPath: "")
        #expect(!light.contains("#1a1f22"))
        let paper = HTMLMail(html: "<p bgcolor=red>", theme: "dark", showsImages: false).document(related: [:], partsPath: "")
        #expect(paper.contains(#"<html class="paper">"#) && !paper.contains("#1a1f22"))
    }

    @Test func picturesOfTheMailHaveAnAddress() {
        let mail = HTMLMail(html: #"<img src="cid:a@b"><img src="cid:gone">"#, theme: nil, showsImages: false)
        let document = mail.document(related: ["a@b": 3], partsPath: "/message/me/1")
        #expect(document.contains(#"<img src="/message/me/1/image/3">"#))
    }
}
