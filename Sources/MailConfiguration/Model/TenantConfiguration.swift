package import Mail

/// A folder below `tenants/`: one customer, and all that is its own.
package struct TenantConfiguration: Sendable, Codable, Equatable {
    /// Of `id` in tenant.yaml.
    package var position: SourcePosition
    package var id: TenantID
    package var name: String
    package var language: Language
    package var isSuspended: Bool
    /// Ids of users of this tenant; at least one.
    package var admins: [LocalID]
    package var plan: Plan
    package var policies: TenantPolicies
    /// In the order of their names.
    package var domains: [DomainConfiguration]
    package var users: [UserConfiguration]
    package var sharedMailboxes: [SharedMailboxConfiguration]
    package var groups: [GroupConfiguration]
    package var aliases: [AliasConfiguration]
    /// Where more of them come from.
    package var directories: [DirectoryConfiguration]
    /// postmaster@ and abuse@ of each domain that is no alias domain, in the order of their addresses.
    package var roleAddresses: [RoleAddress]

    package func user(_ id: LocalID) -> UserConfiguration? { users.first { $0.id == id } }
    package func sharedMailbox(_ id: LocalID) -> SharedMailboxConfiguration? { sharedMailboxes.first { $0.id == id } }
    package func group(_ id: LocalID) -> GroupConfiguration? { groups.first { $0.id == id } }

    mutating func forgetPositions() {
        position = .nowhere
        for index in domains.indices { domains[index].position = .nowhere }
        for index in users.indices { users[index].forgetPositions() }
        for index in sharedMailboxes.indices { sharedMailboxes[index].forgetPositions() }
        for index in groups.indices { groups[index].position = .nowhere }
        for index in aliases.indices { aliases[index].position = .nowhere }
        for index in directories.indices { directories[index].forgetPositions() }
        for index in roleAddresses.indices { roleAddresses[index].declaredAt = nil }
    }
}

/// A language that pages and notices are written in.
package enum Language: String, Sendable, Codable, CaseIterable {
    case english = "en"
    case portuguese = "pt"
}

/// The immutable id of a user, shared mailbox or group within its tenant; all three share one set of ids.
///
/// 1 to 63 lower-case letters, digits, and inner hyphens, dots and underscores.
package struct LocalID: Hashable, Sendable, Comparable, Codable, CustomStringConvertible {
    package let text: String

    init(unchecked text: String) { self.text = text }

    /// Nil where the text is no id.
    package init?(_ text: String) {
        let inner: (UInt8) -> Bool = { $0 == 0x2d || $0 == 0x2e || $0 == 0x5f }
        let letter: (UInt8) -> Bool = { (0x30...0x39).contains($0) || (0x61...0x7a).contains($0) }
        let octets = text.utf8
        guard (1...63).contains(octets.count), octets.allSatisfy({ letter($0) || inner($0) }),
            let first = octets.first, let last = octets.last, letter(first), letter(last)
        else { return nil }
        self.text = text
    }

    package var description: String { text }

    package static func < (left: LocalID, right: LocalID) -> Bool { left.text < right.text }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = text.contains("/") ? LocalID(unchecked: text) : LocalID(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an id")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// Where postmaster@ or abuse@ of a domain goes (RFC 2142 §4, §5; RFC 5321 §4.5.1).
package struct RoleAddress: Sendable, Codable, Equatable {
    package var address: Address
    /// The tenant's admins, unless the address is declared as one of the tenant's own: then empty, as that object has it.
    package var admins: [LocalID]
    /// Where the address is declared; nil where it goes to the admins.
    package var declaredAt: SourcePosition?
    /// Whether a user, shared mailbox, group or alias has this address.
    package var isDeclared: Bool
}
