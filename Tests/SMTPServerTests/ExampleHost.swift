import Directory
import DirectoryTestSupport
import Mail
import TLS

@testable import MailConfiguration

/// A host with the tenant acme (ana, who may also send as info@; rui, suspended; old, retired; full, whose mailbox is full), which
/// has declared declared.example too and not proven it.
struct ExampleHost {
    let ana: DirectoryAccount
    let content: GenerationContent

    init(_ settings: [String: String] = [:]) throws {
        let tenant = try TenantID("acme")
        let domain = try DomainName("acme.example")
        func account(_ number: UInt128, _ name: String, _ state: AccountState = .active) throws -> DirectoryAccount {
            DirectoryAccount(
                id: AccountID(number), tenant: tenant, tenantName: "Acme", address: try Address("\(name)@acme.example"),
                displayName: name, state: state)
        }
        var ana = try account(1, "ana")
        ana.aliases = [try Address("a.conceicao@acme.example")]
        ana.senders = ([ana.address] + ana.aliases + [try Address("info@acme.example")]).map {
            SenderAddress(address: $0, displayName: "Ana", account: ana.id)
        }
        ana.limits.maxRecipients = settings["recipients"].flatMap { Int($0) } ?? 500
        self.ana = ana
        let accounts = [
            ana, try account(2, "rui", .suspended(by: .account)), try account(3, "old", .retired), try account(4, "full"),
            try account(5, "postmaster"), try account(6, "josé"),
        ]
        let routes = accounts.map { AddressRoute($0.address.folded, .account($0.id)) }
        let acme = TenantContent(
            tenant: Tenant(id: tenant, name: "Acme"),
            domains: [
                HostedDomain(name: domain, tenant: tenant),
                HostedDomain(name: try DomainName("declared.example"), tenant: tenant, isActive: false),
            ], accounts: accounts,
            routes: routes)
        content = GenerationContent(host: try Self.host(settings), tenants: [acme])
    }

    private static func host(_ settings: [String: String]) throws -> HostConfiguration {
        func number(_ name: String, _ usual: Int) -> Int { settings[name].flatMap { Int($0) } ?? usual }
        return try .example { host in
            if settings["plaintext"] == "loopback" { host.plaintextLogin = .loopback }
            host.limits.connections = number("connections", 1_000)
            host.limits.connectionsPerAddress = number("perAddress", 50)
            host.limits.connectionsPerUser = number("perUser", 50)
            host.limits.messagesPerSession = number("messages", 100)
            host.limits.recipientsPerMessage = number("recipients", 100)
            host.limits.messageSize = ByteCount(number("size", 50 << 20))
        }
    }
}

/// Knows one password, and what else an authenticator can say.
struct ExampleAuthenticator: Authenticator {
    let ana: DirectoryAccount

    func authenticate(_ credentials: Credentials) async -> AuthenticationResult {
        switch credentials.name {
        case "ana@acme.example" where credentials.password == Array("secret".utf8): .accepted(ana)
        case "rui@acme.example": .suspended
        case "slow@acme.example": .throttled(retryAfter: .seconds(60))
        case "away@acme.example": .unavailable
        default: .rejected
        }
    }
}
