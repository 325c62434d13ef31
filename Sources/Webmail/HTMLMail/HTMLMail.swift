/// A mail's own HTML, which is never part of a page: it has its own address, its own policy, and a frame that is sandboxed.
///
/// The header is the wall: no scripts, no forms, no navigation of the page around it; it holds where a frame's attribute is
/// missing. Same origin without scripts lets our page measure the frame's height.
enum HTMLMail {
    /// Before the mail's HTML: our base comes first, so a base of the mail's does not count (HTML §4.2.3).
    static let beginning = """
        <!doctype html><html><head><meta charset="utf-8"><base target="_blank"><meta name="referrer" content="no-referrer">\
        <style>html{color-scheme:light}body{margin:0;padding:12px;background:#fff;color:#1d2326;font:15px/1.6 Inter,system-ui,\
        sans-serif;overflow-wrap:anywhere}img{max-width:100%}pre{white-space:pre-wrap}</style></head><body>
        """

    /// - Parameter images: where images may come from besides the mail itself.
    static func policy(images: String) -> String {
        "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src \(images); "
            + "style-src 'unsafe-inline'; font-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
    }

    /// With each image of the mail itself (`cid:`, RFC 2392) at its address here.
    static func document(_ html: String, related: [String: Int], partsPath: String) -> String {
        var html = html
        for (id, part) in related.prefix(relatedLimit) {
            let plain = id.filter { $0 != "<" && $0 != ">" }
            guard !plain.isEmpty else { continue }
            html = html.replacing("cid:\(plain)", with: "\(partsPath)/image/\(part)")
        }
        return beginning + html
    }

    /// Images within one mail that are given an address.
    private static let relatedLimit = 200

    /// Whether something would be loaded from another server as a picture. Asks a little too often rather than too seldom:
    /// what is loaded is decided by the policy.
    static func hasExternalImages(_ html: String) -> Bool {
        let octets = Array(html.utf8)
        return ["src", "srcset", "background", "poster", "url("].contains { names(octets, Array($0.utf8)) }
    }

    private static func names(_ octets: [UInt8], _ word: [UInt8]) -> Bool {
        var place = 0
        let last = octets.count - word.count - 2
        while place < last {
            guard (0..<word.count).allSatisfy({ octets[place + $0] | 0x20 == word[$0] | 0x20 }) else {
                place += 1
                continue
            }
            place += word.count
            var ahead = place
            while ahead < octets.count, " =\"'(\t\r\n".utf8.contains(octets[ahead]) { ahead += 1 }
            let rest = octets[ahead..<min(octets.count, ahead + 8)].map { $0 | 0x20 }
            if rest.starts(with: "http://".utf8.map { $0 | 0x20 }) || rest.starts(with: "https:/".utf8.map { $0 | 0x20 })
                || rest.starts(with: "//".utf8.map { $0 | 0x20 })
            {
                return true
            }
        }
        return false
    }
}
