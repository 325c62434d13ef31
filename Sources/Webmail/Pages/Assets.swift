internal import FoundationEssentials
package import NIOCore
internal import TLS
internal import Wire

/// Styles, scripts and pictures, held in memory. Their address holds a digest of all of them, so browsers may keep them for
/// ever, and a module's relative imports stay within one version.
package struct Assets: Sendable {
    package struct File: Sendable {
        package let type: String
        package let octets: ByteBuffer
        /// The same with gzip; nil where it would not be smaller, or is too small to be worth it.
        package let compressed: ByteBuffer?
        /// Of `octets`, without quotes.
        let tag: String
    }

    static let types = [
        "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml; charset=utf-8",
    ]

    /// Octets from which on a file is compressed: a smaller one fits into one packet with its head anyway.
    package static let leastCompressed = 1_024

    /// `/assets/DIGEST`.
    package let prefix: String
    let digest: String
    private let files: [String: File]

    /// - Parameter folder: the templates' folder, with `assets` in it.
    package init(folder: String) throws(WebStartError) {
        let path = "\(folder)/assets"
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw WebStartError("the folder \(path) is missing or cannot be read")
        }
        var files: [String: File] = [:]
        var everything: [UInt8] = []
        for name in names.sorted() {
            guard let type = Self.types[String(name.split(separator: ".").last ?? "")] else { continue }
            guard let octets = FileManager.default.contents(atPath: "\(path)/\(name)") else {
                throw WebStartError("the file \(path)/\(name) cannot be read")
            }
            files[name] = Self.file(type, Array(octets))
            everything += Array(name.utf8) + [0] + Array(octets)
        }
        for name in ["base.css", "mail.css", "message.css", "narrow.css", "app.js", "icons.svg"] where files[name] == nil {
            throw WebStartError("the file \(path)/\(name) is missing")
        }
        self.files = files
        digest = String(Hex.encode(SHA256.digest(of: everything)).prefix(16))
        prefix = "/assets/\(digest)"
    }

    private static func file(_ type: String, _ octets: [UInt8]) -> File {
        let plain = ByteBuffer(bytes: octets)
        return File(
            type: type, octets: plain, compressed: octets.count < leastCompressed ? nil : ContentCoding.gzip(plain),
            tag: String(Hex.encode(SHA256.digest(of: octets)).prefix(16)))
    }

    package func file(_ name: String) -> File? { files[name] }
}
