/// The sections of a directory: where entries of a kind are, and which of their attributes say what.
enum DirectorySectionForms {
    static let users = section(
        "users",
        [
            id, logins, addresses, furtherAddresses, names, quota, quotaUnit, language, suspended, memberOf, passwordChanged,
        ])
    static let shared = section(
        "shared_mailboxes",
        [
            id, addresses, furtherAddresses, names, quota, quotaUnit, suspended, members, rights, mayRead, maySend, mayManage,
        ])
    static let groups = section("groups", [id, addresses, furtherAddresses, names, members, senders])

    static let aliases = section("aliases", [id, addresses, targets])

    static let base = Field<String>.optional(
        "base", .distinguishedName, "Where these entries are; below the directory's base where absent.")
    static let filter = Field<String>.optional("filter", .searchFilter, "Which entries they are (RFC 4515).")

    static let id = Field<String>.optional("id", .attribute, "What never changes about an entry.")
    static let logins = attributes(
        "login", "Names to log in by, beside the addresses: with a domain of the tenant, or alone on a host of one tenant.")
    static let addresses = attributes(
        "address", "The main address: the first value that there is; further values are aliases.")
    static let furtherAddresses = attributes("aliases", "Further addresses.")
    static let names = attributes("name", "The name that people see: the first that there is.")
    static let quota = attributes("quota", "The mailbox's size: a number, or a number and a unit.")
    static let quotaUnit = Field<QuotaUnit>.optional("quota_unit", .choice(), "What a quota without unit counts; B where absent.")
    static let language = attributes("language", "en or pt, also as in pt-BR.")
    static let memberOf = attributes("member_of", "Groups that an entry says it is in.")
    static let passwordChanged = attributes("password_changed", "Changes with the password: open sessions end then.")
    static let members = attributes("members", "DNs, login names or addresses of members.")
    static let mayRead = attributes("may_read", "Of those who read a shared mailbox.")
    static let maySend = attributes("may_send", "Of those who send as a shared mailbox.")
    static let mayManage = attributes("may_manage", "Of those who manage a shared mailbox, and read and send.")
    static let targets = attributes("to", "Where an alias leads: addresses, DNs or login names.")
    static let rights = Field<[Located<SharedRight>]>.optional(
        "rights", ValueForm<SharedRight>.choice().distinctList(of: "rights", atLeast: 1),
        "What members of a shared mailbox may do; read and send where absent.")
    static let senders = Field<GroupSenders>.optional("senders", .choice(), "Who may write to these groups; tenant where absent.")
    static let suspended = Field<[SuspensionRule]>.optional(
        "suspended", suspension.list(of: "rules"), "An account is suspended where one of these holds.")

    private static func attributes(_ key: String, _ about: String) -> Field<[String]> {
        Field<[String]>.optional(key, .attributeNames, about)
    }

    private static func section(_ name: String, _ fields: [any AnyField]) -> ValueForm<DirectorySection> {
        let keys = Set(fields.map(\.key))
        let map = ValueForm<DirectoryAttributes>.object("attributes of \(name)", fields) { object in
            var read = DirectoryAttributes()
            func value<Value>(_ field: Field<Value>) -> Value? { keys.contains(field.key) ? object.value(field) : nil }
            read.id = value(id)
            read.logins = value(logins)
            read.addresses = value(addresses)
            read.aliases = value(furtherAddresses)
            read.names = value(names)
            read.quota = value(quota)
            read.quotaUnit = value(quotaUnit)
            read.language = value(language)
            read.suspended = value(suspended)
            read.memberOf = value(memberOf)
            read.passwordChanged = value(passwordChanged)
            read.members = value(members)
            read.rights = value(rights).map { Set($0.map(\.value)) }
            read.mayRead = value(mayRead)
            read.maySend = value(maySend)
            read.mayManage = value(mayManage)
            read.targets = value(targets)
            read.senders = value(senders)
            return read
        }
        let attributes = Field<DirectoryAttributes>.section("attributes", map, "What differs from the preset.")
        return ValueForm<DirectorySection>.object(name, [base, filter, attributes]) { object in
            let parts = (object.value(base), object.value(filter), object.value(attributes))
            guard let attributes = parts.2 else { return nil }
            return DirectorySection(base: parts.0, filter: parts.1, attributes: attributes)
        }
    }

    static let attribute = Field<String>.required("attribute", .attribute, "Whose value tells.")
    static let values = Field<[String]>.optional(
        "values", ValueForm<String>.line("a value").list(of: "values", atLeast: 1), "It is one of these.")
    static let bits = Field<Int>.optional("bits", .integer(1...2_147_483_647), "As a number it has one of these bits.")
    /// Without `values` and `bits`, being there is enough.
    static let suspension = ValueForm<SuspensionRule>.object("a rule", [attribute, values, bits]) { object in
        let parts = (object.value(attribute), object.value(values), object.value(bits))
        guard let attribute = parts.0 else { return nil }
        if let bits = parts.2 {
            if let second = object.keyPlace(values) {
                object.findings.report("conflict", at: second, "a rule has values or bits, not both")
            }
            return SuspensionRule(attribute, .bits(Int64(bits)))
        }
        return SuspensionRule(attribute, parts.1.map { .values($0) } ?? .present)
    }
}
