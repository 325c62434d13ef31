package import DNS
internal import Mail
package import MailConfiguration

/// Publishes a domain's records by dynamic updates.
package struct Publisher: Sendable {
    private let server: NamedServer
    private let key: TransactionKey
    private let zone: DNSName

    /// - Parameters:
    ///   - secret: the key in Base64.
    ///   - zone: where the domain's records lie.
    package init(_ configuration: DynamicUpdateConfiguration, secret: String, zone: DNSName) throws(ServerError) {
        guard let address = IPAddress(configuration.server), let name = DNSName(configuration.keyName),
            let algorithm = TransactionKey.Algorithm(rawValue: configuration.keyAlgorithm.rawValue)
        else { throw .badQuestion("the key or the server in the domain's file is wrong") }
        server = NamedServer(ServerAddress(address, port: configuration.port))
        key = TransactionKey(name: name, algorithm: algorithm, secret: secret)
        self.zone = configuration.zone.map { DNSName($0) } ?? zone
    }

    /// What makes the zone hold what is wanted, as far as it is ours to change. Once that is sent, nothing more is to be done.
    ///
    /// - Parameters:
    ///   - wanted: records of the domain's zone.
    ///   - owned: what was published before.
    package func change(to wanted: [WantedRecord], owned: [ZoneUpdate.Record]) async throws(ServerError) -> PublishingChange {
        let records = wanted.filter { $0.place == .domain && $0.name.isWithin(zone) }
        return PublishingChange(wanted: records, owned: owned, shown: try await shown(records))
    }

    /// Changes the zone; durable at the server when it returns. Done again, it changes nothing more.
    ///
    /// Its additions have to be noted as owned before: where the answer is lost, nobody could tell them from another's.
    ///
    /// - Throws: `.refused` with nothing changed; after anything else the zone may have been changed.
    package func send(_ change: PublishingChange) async throws(ServerError) {
        guard !change.isEmpty else { return }
        try await server.update(ZoneUpdate(zone: zone, deletions: change.deletions, additions: change.additions), key: key)
    }

    /// What the server itself has: what resolvers remember is of no matter here.
    private func shown(_ records: [WantedRecord]) async throws(ServerError) -> [PublishingChange.Shown] {
        var shown: [PublishingChange.Shown] = []
        var asked: Set<String> = []
        for record in records {
            for name in [record.type, "CNAME"] where asked.insert("\(record.name) \(name)").inserted {
                guard let type = RecordType(name: name) else { continue }
                let answer = try await server.ask(record.name, type)
                guard answer.code == 0 || answer.code == 3 else { throw .refused(code: answer.code) }
                let data = answer.records(type, at: record.name)
                if !data.isEmpty { shown.append(PublishingChange.Shown(name: record.name, type: name, data: data)) }
            }
        }
        return shown
    }
}
