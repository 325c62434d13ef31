package import LDAP
package import Mail
package import MailConfiguration

/// Which entries of a directory are what, and which of their attributes say what: the preset, with what the file changes.
package struct AttributeMap: Sendable, Equatable {
    /// How an id is written.
    package enum IDForm: Sendable, Equatable {
        case text
        /// Sixteen octets, the first three fields with their least octet first (MS-DTYP §2.3.4).
        case guid
    }

    package struct Section: Sendable, Equatable {
        package var base: String
        package var filter: String
        package var attributes: DirectoryAttributes
    }

    package private(set) var sections: [DirectoryNames.Kind: Section] = [:]
    /// Values such as `SMTP:ana@acme.example`: capital letters mark the main address, others are further ones.
    package private(set) var hasProxyAddresses = false
    package private(set) var idForm = IDForm.text
    /// The tenant's: an account has no address in another.
    package let domains: Set<DomainName>

    /// Kinds in the order in which they are read.
    package static let order: [DirectoryNames.Kind] = [.user, .shared, .group, .alias]

    package init(_ directory: DirectoryConfiguration, domains: Set<DomainName>) {
        self.domains = domains
        let defaults = PresetMaps.sections(directory.preset)
        let declared: [DirectoryNames.Kind: DirectorySection?] = [
            .user: directory.users, .shared: directory.sharedMailboxes, .group: directory.groups, .alias: directory.aliases,
        ]
        for kind in Self.order {
            sections[kind] = Self.section(directory, defaults[kind], declared[kind] ?? nil)
        }
        hasProxyAddresses = directory.preset == .activeDirectory
        if directory.preset == .activeDirectory, sections[.user]?.attributes.id?.lowercased() == "objectguid" { idForm = .guid }
    }

    /// Nil where neither the preset nor the file says which entries they are.
    private static func section(
        _ directory: DirectoryConfiguration, _ preset: DirectorySection?, _ declared: DirectorySection?
    ) -> Section? {
        guard let filter = declared?.filter ?? preset?.filter else { return nil }
        let relative = preset?.base.map { "\($0),\(directory.base)" }
        let attributes = (declared?.attributes ?? DirectoryAttributes()).filled(from: preset?.attributes)
        guard attributes.id != nil else { return nil }
        return Section(base: declared?.base ?? relative ?? directory.base, filter: filter, attributes: attributes)
    }

    /// What is asked of the server for a kind; nil where the directory has none of it.
    package func search(_ kind: DirectoryNames.Kind) -> Search? {
        guard let section = sections[kind] else { return nil }
        return Search(base: section.base, filter: .written(section.filter), attributes: section.attributes.all)
    }

    /// The search for the one entry of a stable id.
    package func search(_ kind: DirectoryNames.Kind, stableID: String) -> Search? {
        guard let section = sections[kind], let id = section.attributes.id, let value = octets(ofID: stableID) else { return nil }
        return Search(
            base: section.base, filter: .all([.written(section.filter), .equal(id, value)]), attributes: section.attributes.all)
    }

    // MARK: Ids

    /// The longest id, in octets.
    package static let longestID = 128

    /// The text of an id; nil where the value is none.
    package func stableID(_ value: [UInt8]) -> String? {
        switch idForm {
        case .guid: return value.count == EntryUUID.octets ? EntryUUID.text(Self.swapped(value)) : nil
        case .text:
            guard (1...Self.longestID).contains(value.count), value.allSatisfy({ (0x21...0x7e).contains($0) && $0 != 0x2f })
            else {
                return nil
            }
            return String(decoding: value, as: UTF8.self).lowercased()
        }
    }

    /// As a filter wants it. The case of a text is of no matter to the ids that there are (UUIDMatch, caseIgnoreMatch).
    private func octets(ofID text: String) -> [UInt8]? {
        guard idForm == .guid else { return Array(text.utf8) }
        let digits = Array(text.utf8.filter { $0 != UInt8(ascii: "-") })
        guard digits.count == 32 else { return nil }
        let octets = stride(from: 0, to: 32, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16)
        }
        return octets.count == EntryUUID.octets ? Self.swapped(octets) : nil
    }

    private static func swapped(_ value: [UInt8]) -> [UInt8] {
        [3, 2, 1, 0, 5, 4, 7, 6].map { value[$0] } + value[8...]
    }
}

extension DirectoryAttributes {
    /// What is nil here is as `other` has it.
    func filled(from other: DirectoryAttributes?) -> DirectoryAttributes {
        guard let other else { return self }
        var filled = self
        filled.id = id ?? other.id
        filled.logins = logins ?? other.logins
        filled.addresses = addresses ?? other.addresses
        filled.aliases = aliases ?? other.aliases
        filled.names = names ?? other.names
        filled.quota = quota ?? other.quota
        filled.quotaUnit = quotaUnit ?? other.quotaUnit
        filled.language = language ?? other.language
        filled.suspended = suspended ?? other.suspended
        filled.memberOf = memberOf ?? other.memberOf
        filled.passwordChanged = passwordChanged ?? other.passwordChanged
        filled.members = members ?? other.members
        filled.rights = rights ?? other.rights
        filled.mayRead = mayRead ?? other.mayRead
        filled.maySend = maySend ?? other.maySend
        filled.mayManage = mayManage ?? other.mayManage
        filled.targets = targets ?? other.targets
        filled.senders = senders ?? other.senders
        return filled
    }

    /// Every attribute that says something, each once.
    var all: [String] {
        let lists = [
            id.map { [$0] }, logins, addresses, aliases, names, quota, language, suspended?.map(\.attribute), memberOf,
            passwordChanged, members, mayRead, maySend, mayManage, targets,
        ]
        var seen: Set<String> = []
        return lists.flatMap { $0 ?? [] }.filter { seen.insert($0.lowercased()).inserted }
    }

    /// Those that may have so many values that a server tells them in parts.
    var long: [String] { [members, mayRead, maySend, mayManage, memberOf].flatMap { $0 ?? [] } }
}
