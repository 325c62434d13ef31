/// Changes to one zone that happen together or not at all (RFC 2136).
package struct ZoneUpdate: Hashable, Sendable {
    package var zone: DNSName
    /// Records taken away, each by its whole data, so that a neighbour of the same name and type stays.
    package var deletions: [Record]
    package var additions: [Record]

    package init(zone: DNSName, deletions: [Record] = [], additions: [Record] = []) {
        self.zone = zone
        self.deletions = deletions
        self.additions = additions
    }

    package var isEmpty: Bool { deletions.isEmpty && additions.isEmpty }

    /// A record as a zone file writes it.
    package struct Record: Hashable, Sendable, Codable, Comparable {
        package var name: DNSName
        /// Seconds.
        package var timeToLive: Int
        /// `TXT`
        package var type: String
        /// In presentation form (RFC 1035 §5.1), names in it absolute.
        package var data: String

        package init(name: DNSName, timeToLive: Int, type: String, data: String) {
            self.name = name
            self.timeToLive = timeToLive
            self.type = type
            self.data = data
        }

        package static func < (left: Record, right: Record) -> Bool {
            (left.name, left.type, left.data) < (right.name, right.type, right.data)
        }

        var line: String { "\(name.absolute) \(timeToLive) IN \(type) \(data)" }
    }
}
