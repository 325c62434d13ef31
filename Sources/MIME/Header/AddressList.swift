package import Mail
package import NIOCore
internal import Wire

/// The addresses of a header field, RFC 5322 §3.4, also in the obsolete forms and as broken senders write them.
///
/// Nothing is refused: what is no address is kept as a mailbox without a domain.
package struct AddressList: Sendable, Hashable {
    package enum Entry: Sendable, Hashable {
        case mailbox(HeaderMailbox)
        /// `Friends:`
        case groupStart(name: [UInt8])
        /// `;`
        case groupEnd
    }

    package let entries: [Entry]

    /// Entries of one field; more are passed over.
    static let limit = 5_000

    package init(_ field: ByteBuffer) { self.init(unfolded: Header.unfold(field)) }

    init(unfolded octets: [UInt8]) {
        var reader = AddressReader(octets)
        entries = reader.list(limit: Self.limit)
    }

    /// The mailboxes for people, groups dissolved: each knows the name of its group.
    package var addresses: [HeaderAddress] {
        var group: String?
        return entries.compactMap { entry in
            switch entry {
            case .groupStart(let name): group = EncodedWords.decode(name)
            case .groupEnd: group = nil
            case .mailbox(let mailbox): return HeaderAddress(mailbox, group: group)
            }
            return nil
        }
    }
}

/// One mailbox of a header, as it stands there.
package struct HeaderMailbox: Sendable, Hashable {
    /// The display name, or the comment behind an old-style address; without quotes, encoded words left. Nil where none is given.
    package let name: [UInt8]?
    /// The source route of RFC 5322 §4.4, `@a,@b`.
    package let route: [UInt8]?
    /// Without quotes.
    package let localPart: [UInt8]
    /// Empty where there is none.
    package let domain: [UInt8]
}

/// One mailbox of a header, decoded for people and for databases.
package struct HeaderAddress: Sendable, Hashable, Codable {
    /// Empty where none is given.
    package let name: String
    /// `local@domain` as written; without an `@` where the header has no domain.
    package let address: String
    /// The group it stands in.
    package let group: String?

    package init(name: String = "", address: String, group: String? = nil) {
        (self.name, self.address, self.group) = (name, address, group)
    }

    init(_ mailbox: HeaderMailbox, group: String?) {
        name = mailbox.name.map(EncodedWords.decode)?.trimmingSpaces ?? ""
        let local = Charset.decode(mailbox.localPart, as: nil)
        address = mailbox.domain.isEmpty ? local : "\(local)@\(Charset.decode(mailbox.domain, as: nil))"
        self.group = group
    }

    /// Nil where it is no address that mail can be sent to.
    package var mailbox: Address? {
        guard let at = address.lastIndex(of: "@") else { return nil }
        guard let domain = try? DomainName(String(address[address.index(after: at)...])) else { return nil }
        return try? Address(localPart: String(address[..<at]), domain: domain)
    }

    /// The name, or the address where there is none.
    package var display: String { name.isEmpty ? address : name }
}

extension String {
    var trimmingSpaces: String {
        var text = self[...]
        while let first = text.utf8.first, first == 0x20 || first == 0x09 { text = text.dropFirst() }
        while let last = text.utf8.last, last == 0x20 || last == 0x09 { text = text.dropLast() }
        return String(text)
    }
}
