package import Directory
internal import Foundation
internal import HTTPTypes
package import Logging
internal import Mail
package import Store
internal import TLS

/// What all endpoints share.
package final class Web: Sendable {
    package let templates: Templates
    package let assets: Assets
    package let languages: Languages
    package let sessions: Sessions
    package let store: MailStore
    package let generation: CurrentGeneration
    package let authenticator: any Authenticator
    package let uploads: Uploads
    package let submission: Submission
    let structures: StructureCache
    private let zones = TimeZones()
    /// Where an ACME client puts its answers.
    package let acmeFolder: String
    private let currentLimits: @Sendable () -> WebLimits
    package let logger: Logger
    package let now: @Sendable () -> Int64

    package init(
        templatesFolder: String, dataFolder: String, runFolder: String, store: MailStore, generation: CurrentGeneration,
        authenticator: any Authenticator, registry: SessionRegistry, limits: @escaping @Sendable () -> WebLimits, logger: Logger,
        now: @escaping @Sendable () -> Int64, latestRevocation: @escaping @Sendable () -> Int64 = { 0 }
    ) throws {
        assets = try Assets(folder: templatesFolder)
        languages = try Languages(folder: templatesFolder)
        templates = try Templates(folder: templatesFolder, languages: languages, constants: ["assets": assets.prefix])
        acmeFolder = "\(dataFolder)/acme"
        let folder = "\(dataFolder)/web"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        sessions = Sessions(
            folder: folder, registry: registry, limits: limits, logger: logger, now: now, latestRevocation: latestRevocation)
        // What the configuration says of the web is about connections and sessions alone.
        structures = StructureCache(limits: limits())
        uploads = try Uploads(folder: "\(folder)/uploads", limits: limits(), now: now)
        submission = Submission(runFolder: runFolder, limits: limits(), logger: logger)
        self.store = store
        self.generation = generation
        self.authenticator = authenticator
        currentLimits = limits
        self.logger = logger
        self.now = now
    }

    /// Those in force.
    package var limits: WebLimits { currentLimits() }

    // MARK: Visitors

    /// - Throws: `.notLoggedIn`.
    package func visitor(_ call: Call) async throws -> Visitor {
        guard let token = call.cookie(Cookies.session), let session = sessions.session(token) else {
            throw WebRefusal.notLoggedIn
        }
        guard let account = try await generation.value.account(session.account), account.state.isActive,
            account.features.allow(.web)
        else {
            sessions.end(session.id, .removed)
            throw WebRefusal.notLoggedIn
        }
        let words = words(call, account: account)
        return Visitor(
            session: session, account: account, words: words, clock: clock(call, words), theme: Self.theme(call))
    }

    /// The visitor of a request that changes something, with its form.
    ///
    /// - Throws: `.expired` where the form does not carry the session's token.
    package func changing(_ call: Call) async throws -> (Visitor, FormFields) {
        let visitor = try await visitor(call)
        let form = try await call.form(limit: limits.form)
        try check(form["csrf"] ?? call.header(.token), of: visitor, call)
        return (visitor, form)
    }

    package func check(_ token: String?, of visitor: Visitor, _ call: Call) throws(WebRefusal) {
        // Browsers that say where a request comes from are believed in what they say against it.
        if let site = call.header(.fetchSite), site != "same-origin", site != "none" { throw .expired }
        guard let token, Self.isSame(token, visitor.session.csrf) else { throw .expired }
    }

    static func isSame(_ left: String, _ right: String) -> Bool {
        constantTimeEqual(Array(left.utf8), Array(right.utf8))
    }

    package func words(_ call: Call, account: DirectoryAccount? = nil) -> Words {
        languages.words(call.cookie(Cookies.language)) ?? languages.words(accepting: call.header(.acceptLanguage))
    }

    package func clock(_ call: Call, _ words: Words) -> CivilClock {
        let name = call.cookie(Cookies.zone).map { FormFields.decode($0.utf8) }
        guard let offset = name.flatMap(zones.offsets) else { return CivilClock(words: words, now: now()) }
        return CivilClock(words: words, now: now(), offset: offset)
    }

    static func theme(_ call: Call) -> String? {
        call.cookie(Cookies.theme).flatMap { ["light", "dark"].contains($0) ? $0 : nil }
    }

    // MARK: Mailboxes

    /// The own mailbox (`me`), or one shared with the visitor within their tenant; all others are not there.
    package func mailbox(_ name: String?, of visitor: Visitor, needing rights: SharedRights = .read) async throws -> OpenMailbox {
        guard let name else { throw WebRefusal.notFound }
        if name == "me" {
            let account = try await store.account(visitor.account.id)
            return OpenMailbox(name: name, account: account, directory: visitor.account, rights: .all)
        }
        guard let id = AccountID(hex: name), let access = visitor.account.shared.first(where: { $0.account == id }),
            access.rights.isSuperset(of: rights), let shared = try await generation.value.account(id),
            shared.tenant == visitor.account.tenant, shared.state.isActive
        else { throw WebRefusal.notFound }
        return OpenMailbox(
            name: name, account: try await store.account(id), directory: shared, rights: access.rights)
    }
}
