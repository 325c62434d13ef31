package import LDAP
package import MailConfiguration

/// Makes objects of entries. Total: whatever an entry holds, it becomes an object or a finding.
package struct EntryMapping: Sendable {
    /// Members of one entry; of a larger one nothing is made, as mail to a part of its people would be worse.
    package static let mostMembers = 10_000
    /// Addresses, and names to log in by, of one entry; further ones are left out.
    package static let mostAddresses = 200
    /// Groups that one entry says it is in; further ones are left out.
    package static let mostGroups = 2_000
    /// Octets of a name to log in by; an address has no more (RFC 5321 §4.5.3.1).
    package static let longestLogin = 320
    /// Scalars of a display name.
    package static let longestName = 200

    /// Of the way in which entries become objects: with another one, everything is read anew.
    static let version = 1

    package struct Mapped: Sendable {
        package var stableID: String
        package var object: DirectoryObject
    }

    package let map: AttributeMap

    package init(_ map: AttributeMap) { self.map = map }

    /// - Throws: the finding where the entry cannot be used at all.
    package func object(_ entry: Entry, _ kind: DirectoryNames.Kind) throws(DirectoryFinding) -> Mapped {
        let shown = entry.name.rawValue
        guard let attributes = map.sections[kind]?.attributes, let id = attributes.id else {
            throw DirectoryFinding(.noID, shown, "the map knows no entries of this kind")
        }
        guard let value = entry.values(id).first, let stableID = map.stableID(value), let key = entry.name.normalized else {
            throw DirectoryFinding(.noID, shown, "it has no usable \(id), by which it would stay the same when renamed")
        }
        var object = DirectoryObject(name: Shown.text(shown, 300), key: key)
        addAddresses(entry, attributes, kind, to: &object)
        addPerson(entry, attributes, to: &object)
        addMembers(entry, attributes, kind, to: &object)
        return Mapped(stableID: stableID, object: object)
    }

    /// An entry of which the server may have told values in parts, with all of them; of too many, so many that it shows.
    func whole(_ entry: Entry, _ kind: DirectoryNames.Kind, on connection: borrowing Connection) throws(LDAPError) -> Entry {
        try connection.whole(entry, ranged: map.sections[kind]?.attributes.long ?? [], most: Self.mostMembers + 1)
    }

    // MARK: Addresses

    private func addAddresses(
        _ entry: Entry, _ attributes: DirectoryAttributes, _ kind: DirectoryNames.Kind, to object: inout DirectoryObject
    ) {
        var found = texts(entry, attributes.addresses)
        var further: [String] = []
        for attribute in attributes.aliases ?? [] {
            for text in entry.texts(attribute) {
                guard map.hasProxyAddresses, attribute.lowercased() == "proxyaddresses" else {
                    further.append(text)
                    continue
                }
                // MS-OXOABK: other prefixes, such as X500: and sip:, are no mail addresses.
                if text.hasPrefix("SMTP:") { found.insert(String(text.dropFirst(5)), at: 0) }
                if text.hasPrefix("smtp:") { further.append(String(text.dropFirst(5))) }
            }
        }
        var seen: Set<String> = []
        let all = (found + further).filter { seen.insert($0.lowercased()).inserted }
        object.addresses = Array(all.prefix(Self.mostAddresses))
        if all.count > Self.mostAddresses {
            object.findings.append(
                DirectoryFinding(
                    .tooManyValues, object.name, "it has \(all.count) addresses; the first \(Self.mostAddresses) are used"))
        }
        let logins = Set(
            texts(entry, attributes.logins).filter { (1...Self.longestLogin).contains($0.utf8.count) }.map { $0.lowercased() })
        object.logins = Array(logins.sorted().prefix(Self.mostAddresses))
    }

    private func texts(_ entry: Entry, _ attributes: [String]?) -> [String] {
        (attributes ?? []).flatMap { entry.texts($0) }
    }

    // MARK: Persons and mailboxes

    private func addPerson(_ entry: Entry, _ attributes: DirectoryAttributes, to object: inout DirectoryObject) {
        object.displayName = name(entry, attributes, &object.findings, object.name)
        object.quota = quota(entry, attributes, &object.findings, object.name)
        object.language =
            texts(entry, attributes.language).lazy.compactMap { text in
                Language(rawValue: String(text.lowercased().prefix { $0.isLetter && $0.isASCII }))
            }.first
        object.isSuspended = (attributes.suspended ?? []).contains { holds($0, entry) }
        object.passwordMark = texts(entry, attributes.passwordChanged).first.map { String($0.prefix(100)) }
    }

    private func name(
        _ entry: Entry, _ attributes: DirectoryAttributes, _ findings: inout [DirectoryFinding], _ shown: String
    ) -> String? {
        for text in texts(entry, attributes.names) where text.contains(where: { !$0.isWhitespace }) {
            let clean = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) }
            if clean, text.unicodeScalars.count <= Self.longestName { return text }
            findings.append(DirectoryFinding(.badName, shown, "a name is too long or has control characters; it is shortened"))
            let scalars = text.unicodeScalars.prefix(Self.longestName).filter {
                $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value)
            }
            return String(String.UnicodeScalarView(scalars))
        }
        return nil
    }

    private func quota(
        _ entry: Entry, _ attributes: DirectoryAttributes, _ findings: inout [DirectoryFinding], _ shown: String
    ) -> Int? {
        guard let text = texts(entry, attributes.quota).first else { return nil }
        let digits = text.prefix { ("0"..."9").contains($0) }
        let unit = text[digits.endIndex...].filter { $0 != " " }.uppercased()
        let units = ["": attributes.quotaUnit?.octets ?? 1, "B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]
        let known = units[unit] ?? (unit.count == 2 && unit.hasSuffix("B") ? units[String(unit.dropLast())] : nil)
        guard let number = Int(digits), let known, case let (octets, overflows) = number.multipliedReportingOverflow(by: known),
            !overflows
        else {
            findings.append(
                DirectoryFinding(.badQuota, shown, "\"\(Shown.text(text))\" is no size; the quota is the plan's"))
            return nil
        }
        // None and less than none mean no limit of its own.
        return octets > 0 ? octets : nil
    }

    private func holds(_ rule: SuspensionRule, _ entry: Entry) -> Bool {
        let values = entry.texts(rule.attribute)
        switch rule.test {
        case .present: return !entry.values(rule.attribute).isEmpty
        case .values(let wanted): return values.contains { value in wanted.contains { $0.lowercased() == value.lowercased() } }
        case .bits(let bits): return values.contains { Int64($0).map { $0 & bits != 0 } ?? false }
        }
    }

    // MARK: Members

    private func addMembers(
        _ entry: Entry, _ attributes: DirectoryAttributes, _ kind: DirectoryNames.Kind, to object: inout DirectoryObject
    ) {
        object.members = references(entry, attributes.members, &object)
        object.readers = references(entry, attributes.mayRead, &object)
        object.writers = references(entry, attributes.maySend, &object)
        object.managers = references(entry, attributes.mayManage, &object)
        object.targets = references(entry, attributes.targets, &object)
        let groups = texts(entry, attributes.memberOf).prefix(Self.mostGroups)
        object.memberOf = groups.compactMap { DistinguishedName(rawValue: $0).normalized }.sorted()
        object.senders = kind == .group ? attributes.senders : nil
        object.rights = kind == .shared ? attributes.rights.map { rights in SharedRight.allCases.filter(rights.contains) } : nil
    }

    private func references(_ entry: Entry, _ attributes: [String]?, _ object: inout DirectoryObject) -> [MemberReference] {
        var seen: Set<MemberReference> = []
        var found: [MemberReference] = []
        for attribute in attributes ?? [] {
            let values = entry.values(attribute)
            guard found.count + values.count <= Self.mostMembers else {
                object.findings.append(
                    DirectoryFinding(
                        .tooManyMembers, object.name,
                        "\(attribute) has \(values.count) values, more than \(Self.mostMembers); nothing is made of the entry"))
                return []
            }
            for text in entry.texts(attribute) {
                guard let reference = Self.reference(text), seen.insert(reference).inserted else { continue }
                found.append(reference)
            }
        }
        return found
    }

    /// By its form: a distinguished name, an address, else a name to log in by.
    static func reference(_ text: String) -> MemberReference? {
        guard !text.isEmpty, text.utf8.count <= 1024 else { return nil }
        if text.utf8.contains(UInt8(ascii: "=")), let name = DistinguishedName(rawValue: text).normalized { return .entry(name) }
        return text.utf8.contains(UInt8(ascii: "@")) ? .address(text) : .login(text.lowercased())
    }
}

extension DirectoryFinding: Error {}
