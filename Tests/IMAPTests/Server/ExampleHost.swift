import Directory
import DirectoryTestSupport
import Logging
import Mail
import MailConfiguration
import NIOCore
import Store
import Synchronization

@testable import IMAP

/// Two tenants: at acme ana, rui and the shared mailbox info, which ana may read; eve at globex.
struct ExampleHost: Sendable {
    let ana: DirectoryAccount
    let rui: DirectoryAccount
    let info: DirectoryAccount
    let eve: DirectoryAccount
    let plaintextLogin: PlaintextLogin

    init(quota: ByteCount? = nil, plaintextLogin: PlaintextLogin = .loopback) throws {
        func account(_ name: String, _ tenant: String) throws -> DirectoryAccount {
            let tenant = try TenantID(tenant)
            return DirectoryAccount(
                id: AccountIdentity(tenant: tenant, stableID: name).accountID, tenant: tenant, tenantName: tenant.text,
                address: try Address("\(name)@\(tenant.text).example"), displayName: name)
        }
        var ana = try account("ana", "acme")
        var info = try account("info", "acme")
        info.kind = .shared
        ana.quota = quota
        ana.shared = [SharedAccess(account: info.id, address: info.address, name: "Information", rights: [.read, .send])]
        self.ana = ana
        self.info = info
        rui = try account("rui", "acme")
        eve = try account("eve", "globex")
        self.plaintextLogin = plaintextLogin
    }

    /// A generation of that number, with what `change` makes of ana.
    func generation(_ number: Int, _ change: (inout DirectoryAccount) -> Void = { _ in }) throws -> Generation {
        var ana = ana
        change(&ana)
        let tenants = [(ana.tenant, [ana, rui, info]), (eve.tenant, [eve])].map { id, accounts in
            TenantContent(tenant: Tenant(id: id, name: id.text), domains: [], accounts: accounts, routes: [])
        }
        let host = try HostConfiguration.example { $0.plaintextLogin = plaintextLogin }
        return Generation(number: number, content: GenerationContent(host: host, tenants: tenants))
    }
}

/// Knows the example host's accounts, whose passwords are `secret`, and some names with other answers.
struct ExampleAuthenticator: Authenticator {
    let host: ExampleHost

    func authenticate(_ credentials: Credentials) async -> AuthenticationResult {
        var account: DirectoryAccount? = [host.ana, host.rui, host.eve].first { $0.address.description == credentials.name }
        switch credentials.name {
        case "unavailable@acme.example": return .unavailable
        case "throttled@acme.example": return .throttled(retryAfter: .seconds(7))
        case "suspended@acme.example": return .suspended
        case "webonly@acme.example":
            account = host.rui
            account?.features = .web
        default: break
        }
        guard let account, credentials.password == Array("secret".utf8) else { return .rejected }
        return .accepted(account)
    }
}
