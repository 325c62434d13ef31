/// Who is responsible for a name: its zone, and the servers that the zone names.
package struct ZoneServers: Hashable, Sendable {
    package var zone: DNSName
    /// In the order of their names; a server without an address has none in the list.
    package var servers: [Server]

    package struct Server: Hashable, Sendable {
        package var name: DNSName
        package var addresses: [IPAddress]
    }

    package init(zone: DNSName, servers: [Server]) {
        self.zone = zone
        self.servers = servers
    }
}

/// Finds and asks the authoritative servers of names.
package struct AuthoritativeServers: Sendable {
    /// Servers of a zone that are asked.
    package static let mostServers = 16

    private let resolver: any Resolver
    private let port: UInt16
    private let asksPrivate: Bool
    private let deadline: Duration

    /// - Parameters:
    ///   - port: 53, but for tests.
    ///   - asksPrivate: whether servers at addresses that are not the world's may be asked, as in closed networks.
    package init(
        _ resolver: any Resolver, port: UInt16 = 53, asksPrivate: Bool = false, deadline: Duration = NamedServer.deadline
    ) {
        self.resolver = resolver
        self.port = port
        self.asksPrivate = asksPrivate
        self.deadline = deadline
    }

    /// The zone of a name: the nearest one upwards that has NS records. Nil where none can be found out.
    package func zone(of name: DNSName) async -> ZoneServers? {
        var place: DNSName? = name
        while let zone = place, !zone.isRoot {
            let answer = await resolver.ask(zone, .ns)
            guard !answer.isTemporary else { return nil }
            // Behind a CNAME lies another zone.
            if case .records(let set) = answer, set.canonicalName == nil { return await servers(of: zone, set.records) }
            place = zone.parent
        }
        return nil
    }

    private func servers(of zone: DNSName, _ records: [RecordData]) async -> ZoneServers {
        let names = records.compactMap { record -> DNSName? in
            if case .name(let name) = record { name } else { nil }
        }
        var servers: [ZoneServers.Server] = []
        for name in names.sorted().prefix(Self.mostServers) {
            let addresses = await resolver.addresses(of: name).addresses.filter { asksPrivate || $0.isGlobal }
            servers.append(ZoneServers.Server(name: name, addresses: addresses))
        }
        return ZoneServers(zone: zone, servers: servers)
    }

    /// What each server of a zone says, side by side: the first of its addresses that answers.
    package func ask(_ zone: ZoneServers, _ name: DNSName, _ type: RecordType) async -> [ServerOpinion] {
        await withTaskGroup(of: ServerOpinion.self) { group in
            for server in zone.servers {
                group.addTask { await ServerOpinion(server: server.name, answer: ask(server, name, type)) }
            }
            var opinions: [ServerOpinion] = []
            for await opinion in group { opinions.append(opinion) }
            return opinions.sorted { $0.server < $1.server }
        }
    }

    private func ask(_ server: ZoneServers.Server, _ name: DNSName, _ type: RecordType) async -> Result<ServerAnswer, ServerError>
    {
        var failure = ServerError.unreachable("it has no address")
        for address in server.addresses {
            do throws(ServerError) {
                return .success(try await NamedServer(ServerAddress(address, port: port), deadline: deadline).ask(name, type))
            } catch { failure = error }
        }
        return .failure(failure)
    }
}

package struct ServerOpinion: Sendable {
    package var server: DNSName
    package var answer: Result<ServerAnswer, ServerError>
}
