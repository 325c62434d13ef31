package import MailConfiguration
internal import Wire

/// A DKIM key of a domain (RFC 6376 §3.1).
package struct DomainKey: Hashable, Sendable, Codable {
    /// How far a key has come.
    package enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// Made; not used before every server of the zone shows it.
        case pending
        /// Signs.
        case active
        /// Signs no more; published, as mail that it signed is still under way and may be looked at later.
        case retiring
        /// Its record may go.
        case retired

        package var isPublished: Bool { self != .retired }
    }

    /// `s=`
    package var selector: String
    package var algorithm: DKIMAlgorithm
    package var state: State
    /// As DKIM publishes it.
    package var publicKey: [UInt8]
    /// Seconds since 1970.
    package var made: Int64
    /// Since when it is in its state; seconds since 1970.
    package var changed: Int64

    package init(
        selector: String, algorithm: DKIMAlgorithm, state: State, publicKey: [UInt8], made: Int64, changed: Int64
    ) {
        self.selector = selector
        self.algorithm = algorithm
        self.state = state
        self.publicKey = publicKey
        self.made = made
        self.changed = changed
    }

    /// The TXT record (RFC 6376 §3.6.1, RFC 8463 §4).
    package var recordValue: String { "v=DKIM1; k=\(algorithm.rawValue); p=\(Base64.encode(publicKey))" }
}
