internal import Mail

/// A group as written.
struct DeclaredGroup: Sendable {
    var identity: DeclaredIdentity
    var members: [Located<Reference>]
    var maySend: GroupSenders
}

enum GroupForm {
    static let members = Field<[Located<Reference>]>.optional(
        "members", ValueForm<Reference>.reference("an id or an address").distinctList(of: "ids and addresses"), default: [],
        "Users, shared mailboxes and groups of the tenant.")
    static let maySend = Field<GroupSenders>.optional(
        "may_send", .choice(), default: .tenant, "Who may write to the group.")

    static let form = ValueForm<DeclaredGroup>.object("a group", IdentityFields.all + [members, maySend]) { object in
        let parts = (IdentityFields.read(object), object.value(members), object.value(maySend))
        guard let identity = parts.0 else { return nil }
        return DeclaredGroup(identity: identity, members: parts.1 ?? [], maySend: parts.2 ?? .tenant)
    }
}
