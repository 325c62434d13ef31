internal import Mail

/// accounts.yaml as written.
struct DeclaredAccounts: Sendable {
    var users: [DeclaredUser] = []
    var sharedMailboxes: [DeclaredSharedMailbox] = []
    var groups: [DeclaredGroup] = []
    var aliases: [DeclaredAlias] = []
}

/// What users, shared mailboxes and groups have in common.
struct DeclaredIdentity: Sendable {
    var id: Located<LocalID>
    var address: Located<Address>
    var name: String
    var aliases: [Located<Address>]
}

struct DeclaredAlias: Sendable {
    var address: Located<Address>
    var targets: [Located<Reference>]
}

/// The table of accounts.yaml.
enum AccountsFile {
    static let users = Field<[DeclaredUser]>.optional(
        "users", UserForm.form.list(of: "users"), default: [], "People with a mailbox and a password.")
    static let sharedMailboxes = Field<[DeclaredSharedMailbox]>.optional(
        "shared_mailboxes", SharedMailboxForm.form.list(of: "shared mailboxes"), default: [],
        "Mailboxes of several users, without a password of their own.")
    static let groups = Field<[DeclaredGroup]>.optional(
        "groups", GroupForm.form.list(of: "groups"), default: [], "Addresses for several people, without a mailbox.")
    static let aliases = Field<[DeclaredAlias]>.optional(
        "aliases", aliasForm.list(of: "aliases"), default: [], "Addresses that stand for others.")

    static let form = ValueForm<DeclaredAccounts>.object(
        "accounts", [FileKind.version, users, sharedMailboxes, groups, aliases]
    ) { object in
        _ = object.value(FileKind.version)
        return DeclaredAccounts(
            users: object.value(users) ?? [], sharedMailboxes: object.value(sharedMailboxes) ?? [],
            groups: object.value(groups) ?? [], aliases: object.value(aliases) ?? [])
    }

    static let aliasAddress = Field<Address>.required("address", .address, "In a domain of the tenant.")
    static let targets = Field<[Located<Reference>]>.required(
        "to", ValueForm<Reference>.reference("an id or an address").distinctList(of: "ids and addresses", atLeast: 1),
        "Accounts, groups and other aliases of the tenant; addresses elsewhere where the plan has external_forwarding.")
    static let aliasForm = ValueForm<DeclaredAlias>.object("an alias", [aliasAddress, targets]) { object in
        let parts = (object.located(aliasAddress), object.value(targets))
        guard let address = parts.0, let targets = parts.1 else { return nil }
        return DeclaredAlias(address: address, targets: targets)
    }
}

/// The keys that users, shared mailboxes and groups share.
enum IdentityFields {
    static let id = Field<LocalID>.required(
        "id", .localID, "Immutable: the mailbox is found by it, also when the address changes. Unique in the tenant.")
    static let address = Field<Address>.required("address", .address, "The main address, in a domain of the tenant.")
    static let name = Field<String>.required("name", .line("a name"), "As people see it.")
    static let aliases = Field<[Located<Address>]>.optional(
        "aliases", ValueForm<Address>.address.distinctList(of: "addresses"), default: [], "Further addresses.")

    static let all: [any AnyField] = [id, address, name, aliases]

    /// Nil where id or address is missing; a missing name is reported too, and the id stands in for it.
    static func read(_ object: ObjectReader) -> DeclaredIdentity? {
        let parts = (object.located(id), object.located(address), object.value(name), object.value(aliases))
        guard let id = parts.0, let address = parts.1 else { return nil }
        return DeclaredIdentity(id: id, address: address, name: parts.2 ?? id.value.text, aliases: parts.3 ?? [])
    }
}
