internal import Wire

/// The record at `selector._domainkey.domain` (RFC 6376 §3.6.1, RFC 8463 §4).
package struct DKIMKeyRecord: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case rsa, ed25519
    }

    package var kind: Kind
    /// RSA: a SubjectPublicKeyInfo in DER; Ed25519: the key's 32 octets. Empty where the key is revoked.
    package var key: [UInt8]
    /// `t=y`: receivers treat a wrong signature as none.
    package var isTesting: Bool
    /// `s`: whether the key is for mail at all.
    package var isForMail: Bool
    /// `h`: whether SHA-256 may be used with it.
    package var allowsSHA256: Bool

    package var isRevoked: Bool { key.isEmpty }

    package init(_ text: String) throws(DKIMKeyError) {
        guard let tags = TagList(text) else { throw .notTags }
        if let version = tags["v"] {
            guard version == "DKIM1", tags.tags.first?.name == "v" else { throw .wrongVersion(version) }
        }
        guard let kind = Kind(rawValue: tags["k"] ?? "rsa") else { throw .unknownKind(tags["k"] ?? "") }
        guard let encoded = tags["p"] else { throw .noKey }
        let compact = encoded.filter { !$0.isWhitespace }
        guard let key = try? Base64.decode(compact) else { throw .notBase64 }
        self.kind = kind
        self.key = key
        isTesting = Self.words(tags["t"]).contains("y")
        let services = Self.words(tags["s"])
        isForMail = services.isEmpty || services.contains("*") || services.contains("email")
        let hashes = Self.words(tags["h"])
        allowsSHA256 = hashes.isEmpty || hashes.contains("sha256")
    }

    private static func words(_ value: String?) -> [String] {
        (value ?? "").split(separator: ":").map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty }
    }

    /// Whether this is that public key, however the record is written: an RSA key may be published without the
    /// SubjectPublicKeyInfo round it (RFC 6376 erratum 3017), which is that structure's end.
    package func holds(_ other: [UInt8]) -> Bool {
        if key == other { return true }
        return kind == .rsa && key.count > 128 && key.count < other.count && other.suffix(key.count) == key[...]
    }
}

package enum DKIMKeyError: Error, Hashable, Sendable, CustomStringConvertible {
    case notTags
    case wrongVersion(String)
    case unknownKind(String)
    case noKey
    case notBase64

    package var description: String {
        switch self {
        case .notTags: "it is no list of tags such as v=DKIM1; p=..."
        case .wrongVersion(let version): "it says v=\(version) where v=DKIM1 must come first"
        case .unknownKind(let kind): "its kind of key, k=\(kind), is unknown"
        case .noKey: "it has no key (p=)"
        case .notBase64: "its key (p=) is not whole Base64: it was cut or changed on its way into DNS"
        }
    }
}
