internal import Mail

/// A shared mailbox as written.
struct DeclaredSharedMailbox: Sendable {
    var identity: DeclaredIdentity
    var quota: Located<ByteCount>?
    var members: [DeclaredSharedMember]
}

struct DeclaredSharedMember: Sendable {
    var user: Located<Reference>
    var rights: Set<SharedRight>
}

enum SharedMailboxForm {
    static let members = Field<[DeclaredSharedMember]>.optional(
        "members", memberForm.list(of: "members"), default: [], "Who reaches the mailbox, and what they may do there.")

    static let form = ValueForm<DeclaredSharedMailbox>.object(
        "a shared mailbox", IdentityFields.all + [UserForm.quota, members]
    ) { object in
        let parts = (IdentityFields.read(object), object.located(UserForm.quota), object.value(members))
        guard let identity = parts.0 else { return nil }
        return DeclaredSharedMailbox(identity: identity, quota: parts.1, members: parts.2 ?? [])
    }

    static let user = Field<Reference>.required("user", .reference("a user's id or address"), "A user of the tenant.")
    static let rights = Field<[Located<SharedRight>]>.optional(
        "rights", ValueForm<SharedRight>.choice().distinctList(of: "rights", atLeast: 1),
        default: [SharedRight.read, .send].map { Located($0, at: SourcePlace(.nowhere)) },
        "read: see and file; send: send as its address; manage: edit filters and absence message.")
    static let memberForm = ValueForm<DeclaredSharedMember>.object("a member", [user, rights]) { object in
        let parts = (object.located(user), object.value(rights))
        guard let user = parts.0 else { return nil }
        return DeclaredSharedMember(user: user, rights: Set((parts.1 ?? []).map(\.value)))
    }
}
