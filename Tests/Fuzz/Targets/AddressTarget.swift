import MIME
import Mail
import NIOCore

@testable import SMTPServer

extension FuzzTargets {
    /// Addresses of envelopes, of files and of header fields.
    static let addresses = FuzzTarget(
        name: "addresses", longest: 2_048,
        pieces: [
            "@", "\"", "\\", "<", ">", "(", ")", ",", ";", ":", "group: ", "=?utf-8?Q?a?=", "xn--", "xn--praa-2oa", "[192.0.2.1]",
            "\u{e9}", "\u{df}", "\u{4e2d}", "\u{200d}", "\u{ff0e}", "<@a,@b:c@d>", "a@b.example",
        ]
    ) { octets in
        let buffer = ByteBuffer(bytes: octets)
        for address in AddressList(buffer).addresses { if let mailbox = address.mailbox { try check(mailbox) } }
        for address in FromField.addresses(in: buffer) ?? [] { try check(address) }
        let text = String(decoding: octets, as: UTF8.self)
        if let address = try? Address(text) { try check(address) }
        guard let name = try? DomainName(text) else { return }
        try expect((1...253).contains(name.ascii.utf8.count), "a domain name has \(name.ascii.utf8.count) octets")
        try expect((try? DomainName(name.ascii)) == name, "a domain name changes when it is written")
        try expect((try? DomainName(name.unicode)) == name, "a domain name changes when it is shown: \(name.unicode)")
    }

    private static func check(_ address: Address) throws {
        try expect((1...64).contains(address.localPart.utf8.count), "a local part has \(address.localPart.utf8.count) octets")
        try expect((try? Address(address.description)) == address, "an address changes when it is written: \(address)")
        try expect(address.folded.folded == address.folded, "an address folds twice: \(address)")
        try expect(!address.description.unicodeScalars.contains { $0 == "\r" || $0 == "\n" }, "an address forges lines")
    }
}
