/// directory.yaml as written.
struct DeclaredDirectories: Sendable {
    var directories: [DeclaredDirectory] = []
}

struct DeclaredDirectory: Sendable {
    var id: Located<String>
    var presetPlace: SourcePlace
    var urls: [Located<String>]
    var startTLS: Located<Bool>?
    var authorityFile: Located<String>?
    var certificateFile: Located<String>?
    var keyFile: Located<String>?
    var bind: DeclaredBind?
    /// As it will be, but for the secrets and paths that the rules have to look at.
    var configuration: DirectoryConfiguration
    var place: SourcePlace
}

struct DeclaredBind: Sendable {
    var mechanism: Located<BindMechanism>
    var name: Located<String>?
    var passwordFile: Located<String>?
    var place: SourcePlace
}

enum BindMechanism: String, Sendable, CaseIterable {
    case simple, external, anonymous
}

/// The table of directory.yaml.
enum DirectoryFile {
    /// Directories of one tenant.
    static let most = 8
    /// URLs of one directory.
    static let mostURLs = 8

    static let directories = Field<[DeclaredDirectory]>.required(
        "directories", directory.list(of: "directories", atLeast: 1, atMost: most), "Where the tenant's accounts come from.")
    static let form = ValueForm<DeclaredDirectories>.object(
        "the tenant's directories", [FileKind.version, directories]
    ) { object in
        _ = object.value(FileKind.version)
        return DeclaredDirectories(directories: object.value(directories) ?? [])
    }

    static let id = Field<String>.required(
        "id", .directoryID, "Immutable: mailboxes are found by it and the entries' own ids. Unique in the tenant.")
    static let preset = Field<DirectoryPreset>.required(
        "preset", .choice(), "Whose attributes the sections below start from.")
    static let urls = Field<[Located<String>]>.required(
        "urls", ValueForm<String>.directoryURL.distinctList(of: "URLs", atLeast: 1),
        "Servers of the same directory, tried in this order.")
    static let startTLS = Field<Bool>.optional(
        "starttls", .boolean, "STARTTLS on ldap: URLs; true unless all of them are on this machine and this says false.")
    static let authorityFile = Field<String>.optional(
        "ca_file", .path, "The authorities of the server's certificate, PEM; the system's where absent.")
    static let certificateFile = Field<String>.optional(
        "certificate_file", .path, "This client's certificate, PEM, for the bind mechanism external.")
    static let keyFile = Field<String>.optional(
        "key_file", .path, "Its private key, in the tenant's folder; readable by owner and group at most.")
    static let bind = Field<DeclaredBind>.optional("bind", bindForm, "As whom the directory is read; anonymous where absent.")
    static let base = Field<String>.required("base", .distinguishedName, "Where searches start.")
    static let users = Field<DirectorySection>.optional("users", DirectorySectionForms.users, "People with a mailbox.")
    static let shared = Field<DirectorySection>.optional(
        "shared_mailboxes", DirectorySectionForms.shared, "Mailboxes of several users.")
    static let groups = Field<DirectorySection>.optional(
        "groups", DirectorySectionForms.groups, "Addresses for several people, and sets of people.")
    static let aliases = Field<DirectorySection>.optional(
        "aliases", DirectorySectionForms.aliases, "Addresses that stand for others.")
    static let sync = Field<DirectorySyncSettings>.section("sync", syncForm, "How the directory is read.")
    static let login = Field<DirectoryLoginSettings>.section("login", loginForm, "How its users log in.")
    static let brake = Field<DirectoryBrake>.section("brake", brakeForm, "What a sync may remove without being told to.")

    static let directory = ValueForm<DeclaredDirectory>.object(
        "a directory",
        [
            id, preset, urls, startTLS, authorityFile, certificateFile, keyFile, bind, base, users, shared, groups, aliases,
            sync, login, brake,
        ], build: build)

    @Sendable private static func build(_ object: ObjectReader) -> DeclaredDirectory? {
        let head = (object.located(id), object.located(preset), object.value(urls), object.value(base))
        let tls = (
            object.located(startTLS), object.located(authorityFile), object.located(certificateFile), object.located(keyFile)
        )
        let sections = (object.value(users), object.value(shared), object.value(groups), object.value(aliases))
        let rest = (object.value(bind), object.value(sync), object.value(login), object.value(brake))
        guard let id = head.0, let preset = head.1, let urls = head.2, let base = head.3, let sync = rest.1, let login = rest.2,
            let brake = rest.3
        else { return nil }
        let configuration = DirectoryConfiguration(
            position: id.position, id: id.value, preset: preset.value, urls: urls.map(\.value),
            startTLS: tls.0?.value ?? true, authorityFile: nil, certificateFile: nil, keyFile: nil, bind: .anonymous, base: base,
            users: sections.0, sharedMailboxes: sections.1, groups: sections.2, aliases: sections.3, sync: sync, login: login,
            brake: brake)
        return DeclaredDirectory(
            id: id, presetPlace: preset.place, urls: urls, startTLS: tls.0, authorityFile: tls.1, certificateFile: tls.2,
            keyFile: tls.3, bind: rest.0, configuration: configuration, place: object.place)
    }

    static let mechanism = Field<BindMechanism>.optional(
        "mechanism", .choice(), default: .simple,
        "external is SASL EXTERNAL: by certificate, or on ldapi: by this program's user.")
    static let bindName = Field<String>.optional("dn", .bindName, "Of mechanism simple: the reader's entry.")
    static let passwordFile = Field<String>.optional(
        "password_file", .path, "Of mechanism simple: a file in the tenant's folder; readable by its owner only.")
    static let bindForm = ValueForm<DeclaredBind>.object("bind", [mechanism, bindName, passwordFile]) { object in
        let parts = (object.value(mechanism), object.located(bindName), object.located(passwordFile))
        guard let mechanism = parts.0 else { return nil }
        let place = object.keyPlace(DirectoryFile.mechanism) ?? object.place
        return DeclaredBind(
            mechanism: Located(mechanism, at: place), name: parts.1, passwordFile: parts.2, place: object.place)
    }

    static let interval = Field<Duration>.optional(
        "interval", .duration(.seconds(60)...(.seconds(86_400))), default: .seconds(900),
        "Between full readings where the server tells no changes by itself.")
    static let live = Field<Bool>.optional(
        "live", .boolean, default: true, "Listens to changes (RFC 4533) where the server offers that.")
    static let pageSize = Field<Int>.optional(
        "page_size", .integer(10...5000), default: 500, "Entries that are asked for at once.")
    static let connectTime = Field<Duration>.optional(
        "connect_time", .duration(.seconds(1)...(.seconds(60))), default: .seconds(5), "How long one server may take to connect.")
    static let answerTime = Field<Duration>.optional(
        "answer_time", .duration(.seconds(1)...(.seconds(600))), default: .seconds(60), "How long one page may take.")
    static let syncForm = ValueForm<DirectorySyncSettings>.object(
        "sync", [interval, live, pageSize, connectTime, answerTime]
    ) { object in
        let parts = (object.value(interval), object.value(live), object.value(pageSize))
        let times = (object.value(connectTime), object.value(answerTime))
        guard let interval = parts.0, let live = parts.1, let pageSize = parts.2, let connect = times.0, let answer = times.1
        else { return nil }
        return DirectorySyncSettings(
            interval: interval, live: live, pageSize: pageSize, connectTime: connect, answerTime: answer)
    }

    static let remember = Field<Duration>.optional(
        "remember", .duration(.seconds(0)...(.seconds(3600))), default: .seconds(600),
        "How long a verified password is good without asking the directory.")
    static let outage = Field<Duration>.optional(
        "outage", .duration(.seconds(0)...(.seconds(604_800))), default: .seconds(86_400),
        "How long it is good while the directory cannot be asked.")
    static let failures = Field<Int>.optional(
        "failures", .integer(1...100), default: 4,
        "Wrong passwords of one account that reach the directory in a window; fewer than lock it there.")
    static let window = Field<Duration>.optional(
        "window", .duration(.seconds(60)...(.seconds(86_400))), default: .seconds(1800), "The window of failures.")
    static let loginForm = ValueForm<DirectoryLoginSettings>.object("login", [remember, outage, failures, window]) { object in
        let parts = (object.value(remember), object.value(outage), object.value(failures), object.value(window))
        guard let remember = parts.0, let outage = parts.1, let failures = parts.2, let window = parts.3 else { return nil }
        return DirectoryLoginSettings(remember: remember, outage: outage, failures: failures, window: window)
    }

    static let brakeAccounts = Field<Int>.optional(
        "accounts", .integer(0...1_000_000), default: 50, "More removals at once are refused.")
    static let percent = Field<Int>.optional(
        "percent", .integer(0...100), default: 10, "More of all accounts at once are refused; two are always free.")
    static let brakeForm = ValueForm<DirectoryBrake>.object("brake", [brakeAccounts, percent]) { object in
        let parts = (object.value(brakeAccounts), object.value(percent))
        guard let accounts = parts.0, let percent = parts.1 else { return nil }
        return DirectoryBrake(accounts: accounts, percent: percent)
    }
}
