internal import Mail

/// The section `dns` of a domain's file as written.
struct DeclaredPublishing: Sendable {
    enum Mode: String, Sendable, CaseIterable {
        case manual
        case dynamicUpdate = "rfc2136"
    }

    var place: SourcePlace
    var mode: Mode
    var server: String?
    var port: UInt16
    var zone: DomainName?
    var keyName: String?
    var keyAlgorithm: TransactionKeyAlgorithm
    var keyFile: Located<String>?
}

enum PublishingForm {
    static let mode = Field<DeclaredPublishing.Mode>.optional(
        "mode", .choice(), default: .manual, "A person (manual), or this host by dynamic updates (rfc2136).")
    static let server = Field<String>.optional("server", .ipAddress, "The address of the server that takes updates.")
    static let port = Field<Int>.optional("port", .integer(1...65_535), default: 53, "Its port.")
    static let zone = Field<DomainName>.optional("zone", .domainName, "The zone that holds the domain; looked up where absent.")
    static let keyName = Field<String>.optional("key_name", .line("the name of a TSIG key", longest: 253), "The TSIG key's name.")
    static let keyAlgorithm = Field<TransactionKeyAlgorithm>.optional(
        "key_algorithm", .choice(), default: .sha256, "The TSIG key's algorithm.")
    static let keyFile = Field<String>.optional(
        "key_file", .path, "The TSIG key in Base64, a file in the tenant's folder that not everybody may read.")

    static let form = ValueForm<DeclaredPublishing>.object(
        "dns", [mode, server, port, zone, keyName, keyAlgorithm, keyFile]
    ) { object in
        let words = (object.value(mode), object.value(server), object.value(port), object.value(zone))
        let key = (object.value(keyName), object.value(keyAlgorithm), object.located(keyFile))
        guard let mode = words.0, let port = words.2.flatMap(UInt16.init(exactly:)), let algorithm = key.1 else { return nil }
        return DeclaredPublishing(
            place: object.place, mode: mode, server: words.1, port: port, zone: words.3, keyName: key.0, keyAlgorithm: algorithm,
            keyFile: key.2)
    }
}

/// A TSIG key's file.
package enum TransactionKeyText {
    /// The key in Base64: the first line without spaces. Nil where it is none of 16 octets at least (RFC 8945 §8).
    package static func key(_ octets: [UInt8]) -> String? {
        let text = String(decoding: octets.prefix { $0 != 0x0a && $0 != 0x0d }.filter { $0 != 0x20 && $0 != 0x09 }, as: UTF8.self)
        let digits = text.utf8.prefix { $0 != 0x3d }
        let isAlphabet = digits.allSatisfy { octet in
            switch octet {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2b, 0x2f: true
            default: false
            }
        }
        let padding = text.utf8.count - digits.count
        guard isAlphabet, padding <= 2, text.hasSuffix(String(repeating: "=", count: padding)), text.utf8.count % 4 == 0,
            digits.count >= 22
        else { return nil }
        return text
    }

    static func isKey(_ octets: [UInt8]) -> Bool { key(octets) != nil }
}
