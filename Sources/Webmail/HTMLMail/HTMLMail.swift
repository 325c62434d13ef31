/// A mail's own HTML, which is never part of a page: it has its own address, its own policy, and a frame that is sandboxed.
///
/// The header is the wall: no scripts, no forms, no navigation of the page around it; it holds where a frame's attribute is
/// missing. Same origin without scripts lets our page measure the frame's height.
///
/// Mail that brings no colours of its own looks like our own text, in the dark too; what was designed stays on the white paper that
/// it was made for.
struct HTMLMail {
    let html: String
    /// `light`, `dark`, or nil to follow the system.
    let theme: String?
    /// Whether pictures on other servers may be loaded.
    let showsImages: Bool

    /// - Parameter images: where images may come from besides the mail itself.
    static func policy(images: String) -> String {
        "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src \(images); "
            + "style-src 'unsafe-inline'; font-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
    }

    /// Images within one mail that are given an address.
    private static let relatedLimit = 200

    /// With each image of the mail itself (`cid:`, RFC 2392) at its address here.
    ///
    /// Our base comes first, so a base of the mail's does not count (HTML §4.2.3); our style comes first, so the mail's own wins
    /// where it says something.
    func document(related: [String: Int], partsPath: String) -> String {
        var html = html
        for (id, part) in related.prefix(Self.relatedLimit) {
            let plain = id.filter { $0 != "<" && $0 != ">" }
            guard !plain.isEmpty else { continue }
            html = html.replacing("cid:\(plain)", with: "\(partsPath)/image/\(part)")
        }
        let kind = HTMLColors.areOwn(html) ? "paper" : "plain"
        let style = (kind == "paper" ? Self.paper : Self.plain(theme)) + (showsImages ? Self.missing : Self.missing + Self.hidden)
        return """
            <!doctype html><html class="\(kind)"><head><meta charset="utf-8"><base target="_blank">\
            <meta name="referrer" content="no-referrer"><style>\(Self.common)\(style)</style></head><body dir="auto">\(html)
            """
    }

    private static let common = """
        html{background:transparent}body{margin:0;font:15px/1.62 Inter,system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;\
        overflow-wrap:anywhere}img{max-width:100%;height:auto}pre{white-space:pre-wrap}table{max-width:100%}\
        blockquote{margin:0 0 .8em;padding-left:14px;border-left:2px solid #cfc7b9}p{margin:0 0 .8em}
        """

    private static let paper =
        "html{--sheet:#fff;color-scheme:light;background:#fff}body{padding:18px 20px;color:#1d2326;background:#fff}"

    /// The colours of a page's panel (`base.css`).
    private static let lightColors =
        "html{--sheet:#fffdfa;color-scheme:light}body{background:#fffdfa;color:#1d2326}a{color:#0b5257}"
    /// Dark text and white ground of the mail are the ordinary ones: they turn round with the page.
    private static let darkColors = """
        html{--sheet:#1a1f22;color-scheme:dark}body{background:#1a1f22!important;color:#e6e9ea!important}a,a *{color:#8fd3d0!important}\
        body *:not(a):not(a *):not(img){color:inherit!important;background-color:transparent!important}\
        blockquote{border-color:#3b454b}
        """

    private static func plain(_ theme: String?) -> String {
        let colors =
            switch theme {
            case "light": lightColors
            case "dark": "\(lightColors)@media screen{\(darkColors)}"
            default: "\(lightColors)@media screen and (prefers-color-scheme:dark){\(darkColors)}"
            }
        return "body{max-width:66ch}body:dir(rtl){margin-left:auto}" + colors
    }

    /// A picture of the mail itself that is not in it.
    private static let missing = "img[src^=\"cid:\" i],img:not([src]){display:none}"

    /// Pictures on other servers, while they are not loaded: what they say in words stands in their place, nothing else does.
    private static let hidden: String = {
        let external = ["http:", "https:", "//"].map { "img[src^=\"\($0)\" i]" }
        func all(_ suffix: String) -> String { external.map { $0 + suffix }.joined(separator: ",") }
        return """
            \(all(":not([alt])")),\(all("[alt=\"\"]")),\(all("[width=\"1\"]")),\(all("[height=\"1\"]")){display:none!important}\
            \(all("")){position:relative;display:inline-block;box-sizing:border-box;width:auto!important;height:30px!important;\
            min-width:min(100%,180px);max-width:100%;padding:3px 10px;border:1px dashed #a8a196;border-radius:6px;font-size:13px;line-height:22px;\
            vertical-align:middle;overflow:hidden;white-space:nowrap}\
            \(all("::after")){content:attr(alt);position:absolute;inset:0;padding:3px 10px;background:var(--sheet);color:#767069;\
            overflow:hidden;text-overflow:ellipsis}
            """
    }()

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
