import Foundation
import HTTPTypes
import NIOCore
import TestSupport
import Testing

@testable import Webmail

@Suite("Styles and scripts, compressed where a browser asks for it, RFC 9110 §8.4, §12.5.3") struct AssetTests {
    @Test(
        arguments: [
            (nil, false), ("", false), ("gzip", true), ("gzip, deflate, br", true), ("br, deflate", false), ("GZIP", true),
            ("x-gzip", true), ("gzip;q=0", false), ("gzip; q=0.001", true), ("gzip;q=0, *", false), ("*", true), ("*;q=0", false),
            ("identity", false), ("identity, gzip;q=0.5", false), ("identity;q=0.5, gzip", true),
            ("identity;q=0, gzip;q=0.1", true),
            ("deflate;q=1 , \t gzip;q=0.8", true), ("gzip;q=2", false), ("gzip;q=x", false), ("gzip;q=", false), (";,;,", false),
            ("gzipped", false), ("gzip;level=9;q=0", false),
        ] as [(String?, Bool)])
    func gzipIsWanted(field: String?, isWanted: Bool) { #expect(ContentCoding.wantsGzip(field) == isWanted) }

    @Test(
        arguments: [
            ("\"a\"", true), ("W/\"a\"", true), ("\"b\", \"a\"", true), ("*", true), ("\"b\"", false), ("a", false), ("", false),
            ("\"a-gzip\"", false), (nil, false),
        ] as [(String?, Bool)])
    func tagsAreCompared(field: String?, isNamed: Bool) { #expect(EntityTag.isNamed("\"a\"", in: field) == isNamed) }

    @Test(arguments: ["base.css", "app.js", "list.js", "icons.svg", "icon.svg", "zone.js"])
    func areTheSameInEitherCoding(name: String) async throws {
        try await TestSite.with { site in
            let path = "\(site.web.assets.prefix)/\(name)"
            let plain = try await site.ask(.get, path)
            let packed = try await site.ask(.get, path, headers: ["Accept-Encoding": "gzip, br"])
            #expect(plain.status == 200 && packed.status == 200)
            #expect(plain.header("Content-Encoding").isEmpty)
            #expect(plain.header("Cache-Control") == "public, max-age=31536000, immutable")
            #expect(packed.header("Content-Type") == plain.header("Content-Type"))
            guard plain.octets.readableBytes >= Assets.leastCompressed else {
                #expect(packed.octets == plain.octets && packed.header("Content-Encoding").isEmpty)
                #expect(packed.header("Vary").isEmpty && packed.header("ETag") == plain.header("ETag"))
                return
            }
            if packed.header("Content-Encoding").isEmpty {
                // What gzip does not make smaller goes as it is.
                #expect(packed.octets == plain.octets)
                return
            }
            #expect(packed.header("Content-Encoding") == "gzip")
            #expect(plain.header("Vary") == "Accept-Encoding" && packed.header("Vary") == "Accept-Encoding")
            #expect(plain.header("ETag") != packed.header("ETag") && packed.header("ETag").hasSuffix("-gzip\""))
            #expect(packed.octets.readableBytes < plain.octets.readableBytes)
            let file = "\(site.folder)/packed.gz"
            try Data(packed.octets.readableBytesView).write(to: URL(filePath: file))
            #expect(try ChildProgram.run(["gzip", "-dc", file]) == plain.body)
        }
    }

    @Test func headSaysWhatGetWould() async throws {
        try await TestSite.with { site in
            let path = "\(site.web.assets.prefix)/mail.css"
            for coding in ["", "gzip"] {
                let get = try await site.ask(.get, path, headers: ["Accept-Encoding": coding])
                let head = try await site.ask(.head, path, headers: ["Accept-Encoding": coding])
                #expect(head.status == 200 && head.octets.readableBytes == 0)
                for name in ["ETag", "Vary", "Content-Encoding", "Content-Type", "Cache-Control"] {
                    #expect(head.header(name) == get.header(name), "\(name)")
                }
                #expect(head.header("Content-Length") == "\(get.octets.readableBytes)")
            }
        }
    }

    /// The tag of one coding does not stand for the other (RFC 9110 §8.8.3.3).
    @Test func whatIsKnownIsNotSentAgain() async throws {
        try await TestSite.with { site in
            let path = "\(site.web.assets.prefix)/mail.css"
            let plain = try await site.ask(.get, path).header("ETag")
            let packed = try await site.ask(.get, path, headers: ["Accept-Encoding": "gzip"]).header("ETag")
            for (coding, tag, status) in [
                ("", plain, 304), ("", packed, 200), ("gzip", packed, 304), ("gzip", plain, 200), ("gzip", "W/\(packed)", 304),
                ("gzip", "*", 304), ("gzip", "\"other\"", 200),
            ] {
                let reply = try await site.ask(.get, path, headers: ["Accept-Encoding": coding, "If-None-Match": tag])
                #expect(reply.status == status, "\(coding) \(tag)")
                #expect(reply.header("ETag") == (coding.isEmpty ? plain : packed))
                #expect(reply.header("Vary") == "Accept-Encoding")
                #expect((reply.octets.readableBytes == 0) == (status == 304))
                #expect(reply.header("Content-Encoding") == (coding == "gzip" && status == 200 ? "gzip" : ""))
            }
        }
    }

    /// A page holds a forgery token beside what others wrote: its length must tell nothing (BREACH).
    @Test func pagesAreNeverCompressed() async throws {
        try await TestSite.with { site in
            try await site.file("Subject: \(String(repeating: "a", count: 5_000))\n\nHello\n", of: site.ana)
            let (cookie, _) = try await site.session(site.ana)
            let headers = cookie.merging(["Accept-Encoding": "gzip"]) { one, _ in one }
            for path in ["/login", "/compose", "/settings", "/nowhere"] {
                let reply = try await site.ask(.get, path, headers: headers)
                #expect(reply.header("Content-Encoding").isEmpty, "\(path)")
                #expect(reply.header("ETag").isEmpty, "\(path)")
            }
        }
    }

    @Test func whatDoesNotGetSmallerIsLeftAsItIs() {
        var generator = SystemRandomNumberGenerator()
        let noise = (0..<4_096).map { _ in UInt8.random(in: 0...255, using: &generator) }
        #expect(ContentCoding.gzip(ByteBuffer(bytes: noise)) == nil)
        #expect(ContentCoding.gzip(ByteBuffer()) == nil)
        let same = ByteBuffer(bytes: [UInt8](repeating: 0x61, count: 100_000))
        #expect((ContentCoding.gzip(same)?.readableBytes ?? .max) < 500)
        #expect(ContentCoding.gzip(same) == ContentCoding.gzip(same))
    }
}
