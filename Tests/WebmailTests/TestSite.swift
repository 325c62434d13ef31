import Directory
import DirectoryTestSupport
import Foundation
import HTTPTypes
import HummingbirdCore
import Logging
import Mail
import MailConfiguration
import NIOCore
import Store
import Synchronization

@testable import Webmail

/// A site over a fresh folder, with two tenants. `ana` shares `info`; `eve` is of the other tenant.
final class TestSite: Sendable {
    let folder: String
    let web: Web
    let site: Site
    let store: MailStore
    let registry = SessionRegistry()
    let ana: DirectoryAccount
    let info: DirectoryAccount
    let eve: DirectoryAccount

    static let templates = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "templates").path()

    init(limits: WebLimits = WebLimits()) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "webmail-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let (acme, globex) = (try TenantID("acme"), try TenantID("globex"))
        func account(_ id: String, _ tenant: TenantID, _ name: String) throws -> DirectoryAccount {
            DirectoryAccount(
                id: AccountIdentity(tenant: tenant, stableID: id).accountID, tenant: tenant, tenantName: "Acme Travel",
                address: try Address("\(id)@\(tenant.text).example"), displayName: name, quota: .megabytes(100))
        }
        var (ana, info) = (try account("ana", acme, "Ana Dias"), try account("info", acme, "Information"))
        info.kind = .shared
        ana.shared = [SharedAccess(account: info.id, address: info.address, name: info.displayName, rights: [.read, .send])]
        eve = try account("eve", globex, "Ana Eve")
        (self.ana, self.info) = (ana, info)
        func tenant(_ id: TenantID, _ accounts: [DirectoryAccount]) throws -> TenantContent {
            TenantContent(
                tenant: Tenant(id: id, name: id.text),
                domains: [HostedDomain(name: try DomainName("\(id.text).example"), tenant: id)], accounts: accounts,
                routes: accounts.map { AddressRoute($0.address, .account($0.id)) })
        }
        let content = GenerationContent(
            host: try .example(), tenants: [try tenant(acme, [ana, info]), try tenant(globex, [eve])])
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        store = try MailStore(StoreOptions(root: "\(folder)/accounts", role: .mail), logger: logger)
        web = try Web(
            templatesFolder: Self.templates, dataFolder: folder, runFolder: folder, store: store,
            generation: CurrentGeneration(Generation(number: 1, content: content)),
            authenticator: TestAuthenticator(accounts: [ana, eve]),
            registry: registry, limits: { limits }, logger: logger, now: { 1_795_483_920 })
        site = Site(web: web)
    }

    /// Runs `body` with a site of its own, which is closed whatever comes of it.
    static func with(_ limits: WebLimits = WebLimits(), _ body: (TestSite) async throws -> Void) async throws {
        let site = try TestSite(limits: limits)
        do { try await body(site) } catch {
            await site.close()
            throw error
        }
        await site.close()
    }

    func close() async {
        await store.shutdown()
        try? FileManager.default.removeItem(atPath: folder)
    }

    // MARK: Asking

    struct Reply: Sendable {
        let status: Int
        let headers: HTTPFields
        let body: String
        let octets: ByteBuffer

        func header(_ name: String) -> String { HTTPField.Name(name).flatMap { headers[$0] } ?? "" }
    }

    func ask(
        _ method: HTTPRequest.Method, _ path: String, body: String = "", type: String = "application/x-www-form-urlencoded",
        headers: [String: String] = [:]
    ) async throws -> Reply {
        try await ask(method, path, body: RequestBody(buffer: ByteBuffer(string: body)), type: type, headers: headers)
    }

    func ask(
        _ method: HTTPRequest.Method, _ path: String, body: RequestBody, type: String, headers: [String: String]
    ) async throws -> Reply {
        var fields: HTTPFields = [.contentType: type]
        for (name, value) in headers { if let name = HTTPField.Name(name) { fields[name] = value } }
        let head = HTTPRequest(method: method, scheme: "http", authority: "mail.example", path: path, headerFields: fields)
        let request = Request(head: head, body: body)
        let response = await site.respond(to: request, remote: "192.0.2.1", isSecure: true)
        let sink = Gathered()
        try await response.body.write(Sink(gathered: sink))
        return Reply(
            status: Int(response.status.code), headers: response.headers, body: String(buffer: sink.octets), octets: sink.octets)
    }

    /// A session of that account, as a Cookie field and its CSRF token.
    func session(_ account: DirectoryAccount) async throws -> (cookie: [String: String], csrf: String) {
        let (token, session) = try await web.sessions.begin(account.id, remote: "192.0.2.1")
        return (["Cookie": "\(Cookies.session)=\(token)"], session.csrf)
    }

    /// Files a message, and tells its id.
    @discardableResult
    func file(_ text: String, in use: SpecialUse = .inbox, of account: DirectoryAccount) async throws -> (MessageID, FolderID) {
        let mailbox = try await store.account(account.id)
        let folder = try await mailbox.folder(use)
        let octets = ByteBuffer(string: text.replacingOccurrences(of: "\n", with: "\r\n"))
        let message = NewMessage(MessageSource(octets), internalDate: 1_795_483_000)
        return (try await mailbox.append(message, to: folder.id).message, folder.id)
    }
}

extension TestSite {
    /// Takes the files of messages with these words away, as a broken disk would.
    func removeFiles(containing text: String) throws {
        let files = FileManager.default.enumerator(atPath: "\(folder)/accounts")?.allObjects.compactMap { $0 as? String } ?? []
        for file in files.map({ "\(folder)/accounts/\($0)" }) where file.hasSuffix(".eml") {
            if try String(contentsOfFile: file, encoding: .utf8).contains(text) {
                try FileManager.default.removeItem(atPath: file)
            }
        }
    }
}

/// Takes everybody with the password "right".
struct TestAuthenticator: Authenticator {
    let accounts: [DirectoryAccount]

    func authenticate(_ credentials: Credentials) async -> AuthenticationResult {
        switch String(decoding: credentials.password, as: UTF8.self) {
        case "right": accounts.first { $0.address.description == credentials.name }.map { .accepted($0) } ?? .rejected
        case "soon": .throttled(retryAfter: .seconds(30))
        case "down": .unavailable
        default: .rejected
        }
    }
}

/// Gathers an answer's body.
final class Gathered: Sendable {
    private let box = Mutex(ByteBuffer())

    var octets: ByteBuffer { box.withLock { $0 } }

    func add(_ buffer: ByteBuffer) { box.withLock { _ = $0.writeImmutableBuffer(buffer) } }
}

struct Sink: ResponseBodyWriter {
    let gathered: Gathered

    mutating func write(_ buffer: ByteBuffer) async throws { gathered.add(buffer) }
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
