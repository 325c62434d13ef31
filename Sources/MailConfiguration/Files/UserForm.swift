internal import Mail

/// A user as written.
struct DeclaredUser: Sendable {
    var identity: DeclaredIdentity
    var passwordHash: Located<String>?
    var passwordHashFile: Located<String>?
    var quota: Located<ByteCount>?
    var language: Language?
    var isSuspended: Bool
    var senders: [Located<Address>]
    var maySendAs: [Located<Reference>]
}

enum UserForm {
    static let passwordHash = Field<String>.optional(
        "password_hash", .passwordHash, "A crypt(3) hash, as `mkpasswd -m yescrypt` makes it.")
    static let passwordHashFile = Field<String>.optional(
        "password_hash_file", .path,
        "A file with the hash, relative to the tenant's folder and in it; readable by its owner only.")
    static let quota = Field<ByteCount>.optional(
        "quota", .size(.megabytes(1)...ByteCount(1 << 50)), "The mailbox's size; as the plan has it where absent.")
    static let language = Field<Language>.optional("language", .choice(), "The tenant's where absent.")
    static let suspended = Field<Bool>.optional(
        "suspended", .boolean, default: false, "No log-in, and mail waits at its senders (450).")
    static let senders = Field<[Located<Address>]>.optional(
        "senders", ValueForm<Address>.address.distinctList(of: "addresses"), default: [],
        "Addresses of the tenant that the user may send as, beside their own.")
    static let maySendAs = Field<[Located<Reference>]>.optional(
        "may_send_as", ValueForm<Reference>.reference("a group's id or address").distinctList(of: "groups"), default: [],
        "Groups whose address the user may send as.")

    static let form = ValueForm<DeclaredUser>.object(
        "a user",
        IdentityFields.all + [passwordHash, passwordHashFile, quota, language, suspended, senders, maySendAs]
    ) { object in
        let identity = IdentityFields.read(object)
        let password = (object.located(passwordHash), object.located(passwordHashFile))
        let settings = (object.located(quota), object.value(language), object.value(suspended))
        let sending = (object.value(senders), object.value(maySendAs))
        guard let identity else { return nil }
        return DeclaredUser(
            identity: identity, passwordHash: password.0, passwordHashFile: password.1, quota: settings.0,
            language: settings.1, isSuspended: settings.2 ?? false, senders: sending.0 ?? [], maySendAs: sending.1 ?? [])
    }
}
