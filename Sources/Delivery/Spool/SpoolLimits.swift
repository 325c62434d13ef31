internal import Mail
package import MailConfiguration

/// Bounds of the spool, each with its default.
package struct SpoolLimits: Sendable {
    /// Octets of all messages that wait or are being received (`spool.size`); beyond it 452 4.3.1.
    package var size = 10 << 30
    /// Octets that stay free on the disk (`spool.free_disk`); below it 452 4.3.1.
    package var freeDisk = 512 << 20
    /// Messages that wait; beyond it 452 4.3.1.
    package var entries = 1_000_000
    /// How long a message is tried, in seconds (`spool.lifetime`); then its sender is told.
    package var lifetime: Int64 = 5 * 86_400
    /// Octets of a body that stands in the journal; a larger one has a file of its own.
    package var inlineBody = 256 << 10
    /// Octets of one segment of the journal, about.
    package var segment = 64 << 20
    /// Seconds after which an unfinished message leaves the journal for a file of its own.
    package var journalStay: Int64 = 60
    /// Messages that leave the journal between two commits.
    package var movesAtOnce = 16
    /// Octets of bodies kept in memory until they are filed; others are read again.
    package var cache = 64 << 20
    /// Messages that wait for their first delivery while a new one still counts as begun with its acceptance; the others
    /// have the beginning noted apart.
    package var begun = 256
    /// Milliseconds that a record nobody waits for may stay in memory.
    package var lazyCommit = 250
    /// Threads for bodies that have files of their own.
    package var bodyThreads = 4

    package init() {}

    package init(_ configuration: SpoolConfiguration) {
        size = configuration.size.octets
        freeDisk = configuration.freeDisk.octets
        lifetime = configuration.lifetime.components.seconds
    }

    /// The longest record that recovery believes in, in octets.
    static let longestRecord = 32 << 20
}
