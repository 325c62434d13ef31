import DirectoryTestSupport
import Glibc
import Logging
import Mail
import SQL
import Testing

@testable import Directory

@Suite("A generation's folder") struct GenerationFileTests {
    private let temporary: TemporaryFolder
    private let folder: GenerationFolder
    private let example: ExampleTenants

    init() throws {
        temporary = try TemporaryFolder()
        folder = GenerationFolder("\(temporary.path)/generations")
        example = try ExampleTenants()
    }

    private func apply(_ content: GenerationContent, _ number: Int, previous: Int? = nil) throws -> Set<TenantID> {
        let writer = GenerationWriter(folder)
        let written = try writer.write(difference(content, from: previous), number: number)
        try writer.publish(number)
        return written
    }

    private func difference(_ content: GenerationContent, from number: Int?) throws -> GenerationDifference {
        try GenerationDifference(of: GenerationDraft(content), from: number.map { GenerationReader(folder, number: $0) })
    }

    @Test func isReadAsItWasWritten() throws {
        _ = try apply(example.content, 1)
        var expected = try example.content
        for index in expected.tenants.indices {
            expected.tenants[index].accounts.sort { $0.id < $1.id }
            expected.tenants[index].domains.sort { $0.name < $1.name }
            expected.tenants[index].routes.sort { $0.address < $1.address }
        }
        #expect(try GenerationReader(folder, number: 1).content() == expected)
    }

    @Test func aDraftIsAsItsContent() throws {
        _ = try apply(example.content, 1)
        let content = try GenerationReader(folder, number: 1).content()
        #expect(try GenerationDraft(content).content() == content)
    }

    @Test func draftsAreComparedWithEachOther() async throws {
        let before = try large { _, _ in }
        let after = try large { accounts, routes in
            accounts.removeAll { $0.address.localPart == "user7" }
            routes.removeAll { $0.address.localPart == "user7" }
        }
        let draft = try GenerationDraft(after)
        let earlier = try GenerationDraft(host: before.host, comparedWith: draft)
        try earlier.fill {
            for tenant in before.tenants {
                earlier.add(TenantOutline(tenant: tenant.tenant, domains: tenant.domains))
                for account in tenant.accounts { try earlier.put(account) }
                for route in tenant.routes { try earlier.put(route, of: tenant.tenant.id) }
            }
        }
        let difference = try GenerationDifference(of: draft, from: earlier)
        #expect(difference.changes(of: example.ana.tenant) == 2 && difference.changes(of: example.eve.tenant) == 0)
        #expect(difference.isSame(example.eve.tenant) && !difference.isEmpty)
        // As nothing on disk is known to be like it, all of it is written.
        #expect(try GenerationWriter(folder).write(difference, number: 1).count == 2)
        #expect(try GenerationReader(folder, number: 1).content() == after)
        #expect(try await Generation.open(folder, number: 1).account(example.eve.id) == example.eve)
    }

    @Test func whoIsRetiredKeepsNobodyOut() throws {
        let draft = try GenerationDraft(example.content)
        var twin = example.old
        twin.aliases = [example.ana.address, try address("older@acme.example")]
        var stranger = twin
        stranger.tenant = try TenantID("nobody")
        try draft.fill {
            try draft.put(retired: example.ana)
            try draft.put(retired: twin, replacing: true)
            try draft.put(retired: stranger)
        }
        let acme = try draft.content().tenants[0]
        #expect(acme.accounts.count == 4 && acme.accounts.contains(example.ana))
        #expect(acme.routes.contains(AddressRoute(example.ana.address, .account(example.ana.id))))
        #expect(try acme.routes.contains(AddressRoute(address("older@acme.example"), .account(twin.id))))
        #expect(try draft.isLiving(example.ana.id) && !draft.isLiving(twin.id))
    }

    @Test func answersAsInMemory() async throws {
        _ = try apply(example.content, 1)
        let memory = Generation(number: 1, content: try example.content)
        let file = try await Generation.open(folder, number: 1)
        let texts = [
            "ana@acme.example", "ana+x@acme.example", "ana@acme-old.example", "who@all.acme.example", "rui@acme.example",
            "old@acme.example", "team@acme.example", "sales@acme.example", "spy@globex.example", "no@acme.example",
            "a@else.example",
        ]
        for text in texts + texts {
            #expect(try await file.resolve(address(text)) == memory.resolve(address(text)))
            #expect(try await file.account(named: text) == memory.account(named: text))
        }
        for tenant in [example.ana.tenant, example.eve.tenant] {
            #expect(try await file.accounts(of: tenant) == memory.accounts(of: tenant))
            #expect(try await file.domains(of: tenant) == memory.domains(of: tenant))
            for prefix in ["a", "ana", "eve", "t", "%", "_", "'", "\u{10FFFF}"] {
                #expect(
                    try await file.people(of: tenant, prefix: prefix, limit: 3)
                        == memory.people(of: tenant, prefix: prefix, limit: 3))
            }
        }
        #expect(try await file.accounts(of: TenantID("nobody")).isEmpty)
        #expect(try await file.account(AccountID(1)) == nil)
    }

    @Test func unchangedTenantsShareTheirFile() throws {
        #expect(try apply(example.content, 1).count == 2)
        var content = try example.content
        content.tenants[1].tenant.name = "Globex SA"
        #expect(try apply(content, 2, previous: 1) == [example.eve.tenant])
        #expect(try inode(folder.tenant(example.ana.tenant, 1)) == inode(folder.tenant(example.ana.tenant, 2)))
        #expect(try inode(folder.tenant(example.eve.tenant, 1)) != inode(folder.tenant(example.eve.tenant, 2)))
        try Disk.remove(folder.generation(1))
        #expect(try GenerationReader(folder, number: 2).content().tenants[0].accounts.count == 4)
    }

    private func inode(_ path: String) throws -> UInt64 {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw DiskError("look at", path, errno) }
        return UInt64(status.st_ino)
    }

    /// A tenant of many accounts, as its directory had it, and then with what a sync brings.
    private func large(_ change: (inout [DirectoryAccount], inout [AddressRoute]) throws -> Void) throws -> GenerationContent {
        var content = try example.content
        let acme = example.ana.tenant
        var (accounts, routes) = (content.tenants[0].accounts, content.tenants[0].routes)
        for number in 0..<100 {
            let account = DirectoryAccount(
                id: AccountIdentity(tenant: acme, source: "corp", stableID: "\(number)").accountID, tenant: acme,
                tenantName: "Acme", address: try address("user\(number)@acme.example"), displayName: "User Number \(number)")
            accounts.append(account)
            routes.append(AddressRoute(account.address, .account(account.id)))
        }
        try change(&accounts, &routes)
        content.tenants[0].accounts = accounts.sorted { $0.id < $1.id }
        content.tenants[0].routes = routes.sorted { $0.address < $1.address }
        content.tenants[0].domains.sort { $0.name < $1.name }
        return content
    }

    private func rows(_ path: String, _ table: String) throws -> [[String]] {
        let columns = ["account": 3, "route": 2, "person": 4, "tenant": 3, "domain": 3][table] ?? 0
        let rows = try Connection(path: path, mode: .immutable).all("SELECT * FROM \(table)") { row in
            (0..<columns).map { "\(row.octets($0))" }
        }
        return rows.sorted { $0.lexicographicallyPrecedes($1) }
    }

    @Test func whatChangesLittleIsWrittenAsWhatIsNew() throws {
        let before = try large { _, _ in }
        let after = try large { accounts, routes in
            accounts.removeAll { $0.address.localPart == "user7" }
            routes.removeAll { $0.address.localPart == "user7" }
            for index in accounts.indices {
                if accounts[index].address.localPart == "user8" { accounts[index].displayName = "Somebody Else" }
                if accounts[index].address.localPart == "user9" { accounts[index].state = .retired }
            }
            let new = DirectoryAccount(
                id: AccountID(7), tenant: example.ana.tenant, tenantName: "Acme", address: try address("new@acme.example"),
                displayName: "New One")
            accounts.append(new)
            routes.append(AddressRoute(new.address, .account(new.id)))
            for index in routes.indices {
                guard case .group(var group) = routes[index].route, group.id == "staff" else { continue }
                group.name = "All of us"
                group.members.append(new.address)
                routes[index].route = .group(group)
            }
        }
        #expect(try apply(before, 1).count == 2)
        try difference(after, from: 1).of(example.ana.tenant) { acme in
            var accounts: [String] = []
            try acme.forEachAccount { was, becomes in
                let local = (becomes ?? was)?.address.localPart ?? ""
                accounts.append("\(was == nil ? "+" : becomes == nil ? "-" : "~")\(local)")
            }
            #expect(accounts.sorted() == ["+new", "-user7", "~user8", "~user9"])
            var routes: [String] = []
            try acme.forEachRoute { address, was, becomes in
                routes.append("\(was == nil ? "+" : becomes == nil ? "-" : "~")\(address.localPart)")
            }
            #expect(routes.sorted() == ["+new", "-user7", "~staff"])
            #expect(try acme.route(of: address("ana@acme.example")).before == .account(example.ana.id))
            var inactive: [String] = []
            try acme.forEachAccount(.known) { was, _ in
                guard let was else { return }
                #expect(try acme.isChanged(was.id))
                if case (false, true) = try acme.isInactive(was.id) { inactive.append(was.address.localPart) }
            }
            #expect(inactive == ["user9"])
            #expect(try !acme.isChanged(example.ana.id))
        }
        #expect(try difference(before, from: 1).isEmpty)
        #expect(try !difference(after, from: 1).isEmpty)
        #expect(try apply(after, 2, previous: 1) == [example.ana.tenant])
        #expect(try apply(after, 3).count == 2)
        for table in ["account", "route", "person"] {
            #expect(try rows(folder.tenant(example.ana.tenant, 2), table) == rows(folder.tenant(example.ana.tenant, 3), table))
        }
        for table in ["account", "tenant", "domain"] {
            #expect(try rows(folder.host(2), table) == rows(folder.host(3), table))
        }
        #expect(try GenerationReader(folder, number: 2).content() == after)
        // The one before is as it was.
        #expect(try GenerationReader(folder, number: 1).content() == before)
    }

    @Test func aTenantThatGoesLeavesNoAccountBehind() async throws {
        _ = try apply(example.content, 1)
        var content = try example.content
        content.tenants.removeLast()
        _ = try apply(content, 2, previous: 1)
        let generation = try await Generation.open(folder, number: 2)
        #expect(try await generation.account(example.eve.id) == nil)
        #expect(try await generation.account(example.ana.id) == example.ana)
        _ = try apply(example.content, 3, previous: 2)
        #expect(try await Generation.open(folder, number: 3).account(example.eve.id) == example.eve)
    }

    @Test func whereverItStopsTheLastOneStays() async throws {
        _ = try apply(example.content, 1)
        struct Stopped: Error {}
        var content = try example.content
        content.tenants[1].tenant.name = "Globex SA"
        var steps = 0
        while true {
            var left = steps
            var writer = GenerationWriter(folder)
            writer.before = { _ in
                guard left > 0 else { throw Stopped() }
                left -= 1
            }
            do {
                try writer.write(difference(content, from: 1), number: 2)
                try writer.publish(2)
                break
            } catch is Stopped {
                #expect(folder.currentNumber == 1)
                let current = try await CurrentGeneration(folder: folder, logger: Logger(label: "test"))
                #expect(try await current.value.tenant(example.eve.tenant)?.name == "Globex")
            }
            steps += 1
        }
        #expect(steps == 9)
        #expect(folder.currentNumber == 2)
        #expect(Disk.names(in: folder.path) == ["1", "2", "current"])
    }

    @Test func aNewOneIsTakenAndABadOneIsNot() async throws {
        _ = try apply(example.content, 1)
        let current = try await CurrentGeneration(folder: folder, logger: Logger(label: "test"))
        var changes = current.changes.makeAsyncIterator()
        var content = try example.content
        content.tenants.removeLast()
        _ = try apply(content, 2, previous: 1)
        #expect(current.value.number == 1)
        await current.refresh()
        #expect(current.value.number == 2)
        #expect(await changes.next()?.number == 2)
        #expect(try await current.value.resolve(example.eve.address) == .notHosted)
        try GenerationWriter(folder).publish(7)
        await current.refresh()
        #expect(current.value.number == 2)
    }

    @Test func oldOnesAreTakenAwayButNotTheCurrent() throws {
        for number in 1...5 { _ = try apply(example.content, number, previous: number > 1 ? number - 1 : nil) }
        let writer = GenerationWriter(folder)
        try writer.publish(1)
        try writer.keepNewest(2)
        #expect(folder.numbers == [1, 4, 5])
    }

    @Test func beforeTheFirstThereIsNone() async throws {
        await #expect(throws: GenerationError.self) {
            try await CurrentGeneration(folder: folder, logger: Logger(label: "test"))
        }
    }
}

@Suite("A table with a bound") struct BoundedTableTests {
    @Test func theOldestMakeRoom() {
        var table = BoundedTable<Int, Int>(limit: 3)
        for number in 1...3 { table[number] = number }
        table[1] = 10
        table[2] = nil
        table[4] = 4
        #expect([table[1], table[2], table[3], table[4]] == [10, nil, 3, 4])
        table[5] = 5
        #expect([table[1], table[3], table[4], table[5]] == [nil, 3, 4, 5])
        for number in 0..<10_000 { table[number] = number }
        #expect(table.count == 3)
        #expect([table[9_997], table[9_998], table[9_999]] == [9_997, 9_998, 9_999])
    }
}
