package import Directory
package import Mail
internal import MailConfiguration

/// Values for tests; what is wrong in them ends the test.
package func address(_ text: String) throws -> Address { try Address(text) }
package func domain(_ text: String) throws -> DomainName { try DomainName(text) }

/// Two tenants: acme with everything, globex beside it.
package struct ExampleTenants {
    package let ana: DirectoryAccount
    package let rui: DirectoryAccount
    package let info: DirectoryAccount
    package let old: DirectoryAccount
    package let eve: DirectoryAccount

    package init() throws {
        let acme = try TenantID("acme")
        let globex = try TenantID("globex")
        func account(_ id: String, _ tenant: TenantID, _ at: String, _ name: String) throws -> DirectoryAccount {
            DirectoryAccount(
                id: AccountIdentity(tenant: tenant, stableID: id).accountID, tenant: tenant, tenantName: tenant.text,
                address: try address(at), displayName: name)
        }
        var ana = try account("ana", acme, "ana@acme.example", "Ana Conceição")
        ana.aliases = [try address("a.conceicao@acme.example")]
        var info = try account("info", acme, "info@acme.example", "Information")
        info.kind = .shared
        ana.shared = [SharedAccess(account: info.id, address: info.address, name: info.displayName, rights: [.read, .send])]
        ana.senders =
            [ana.address, ana.aliases[0]].map { SenderAddress(address: $0, displayName: ana.displayName, account: ana.id) }
            + [SenderAddress(address: info.address, displayName: info.displayName, account: info.id)]
        self.ana = ana
        self.info = info
        var rui = try account("rui", acme, "rui@acme.example", "Rui Santos")
        rui.state = .suspended(by: .account)
        self.rui = rui
        var old = try account("old", acme, "old@acme.example", "Gone")
        old.state = .retired
        self.old = old
        eve = try account("eve", globex, "eve@globex.example", "Ana Eve")
    }

    package var content: GenerationContent {
        get throws {
            GenerationContent(host: try .example(), tenants: [try acme, try globex])
        }
    }

    package var acme: TenantContent {
        get throws {
            let id = ana.tenant
            let main = try domain("acme.example")
            return TenantContent(
                tenant: Tenant(id: id, name: "Acme"),
                domains: [
                    HostedDomain(name: main, tenant: id),
                    HostedDomain(name: try domain("acme-old.example"), tenant: id, aliasOf: main),
                    HostedDomain(
                        name: try domain("all.acme.example"), tenant: id, catchAll: ana.address, detailSeparator: nil),
                ],
                accounts: [ana, rui, info, old],
                routes: [
                    AddressRoute(ana.address, .account(ana.id)), AddressRoute(ana.aliases[0], .account(ana.id)),
                    AddressRoute(rui.address, .account(rui.id)), AddressRoute(info.address, .account(info.id)),
                    AddressRoute(old.address, .account(old.id)),
                    try route("sales", .alias([ana.address, address("partner@else.example"), address("eve@globex.example")])),
                    try route("team", .group(group("team", ["ana", "rui", "inner", "old"], .anyone))),
                    try route("inner", .group(group("inner", ["team", "info", "ana"], .members))),
                    try route("staff", .group(group("staff", ["ana"], .tenant))),
                    try route("gone", .alias([old.address])),
                ].sorted { $0.address < $1.address })
        }
    }

    package var globex: TenantContent {
        get throws {
            TenantContent(
                tenant: Tenant(id: eve.tenant, name: "Globex", suspended: false),
                domains: [HostedDomain(name: try domain("globex.example"), tenant: eve.tenant)], accounts: [eve],
                routes: [
                    AddressRoute(eve.address, .account(eve.id)),
                    AddressRoute(try address("spy@globex.example"), .alias([ana.address, try address("team@acme.example")])),
                ])
        }
    }

    private func route(_ local: String, _ route: Route) throws -> AddressRoute {
        AddressRoute(try address("\(local)@acme.example"), route)
    }

    private func group(_ id: String, _ members: [String], _ maySend: GroupSenders) throws -> GroupRoute {
        GroupRoute(
            id: id, name: id.capitalizedFirst, members: try members.map { try address("\($0)@acme.example") }, maySend: maySend)
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
