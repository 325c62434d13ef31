/// Something that `store check` found.
package struct Finding: Sendable, Hashable, Codable {
    package enum Kind: String, Sendable, Hashable, Codable {
        case databaseMissing
        case databaseDamaged
        /// A row whose file is not there.
        case fileMissing
        /// A file of another size than its row says.
        case fileSize
        /// A file that no row names.
        case fileUnknown
        /// A counter that differs from what it counts.
        case counter
        /// The search index is damaged.
        case indexDamaged
    }

    package let kind: Kind
    /// What and where, in one sentence.
    package let detail: String
    /// Whether mail may be lost or wrong, not merely derived data.
    package let isSerious: Bool
}

/// What `store rebuild` did.
package struct RebuildReport: Sendable, Hashable, Codable {
    /// Seconds since 1970 of the snapshot that was taken; nil where the database was whole, or no snapshot was good.
    package var snapshot: Int64?
    /// Whether the database was made anew or taken from a snapshot.
    package var databaseReplaced = false
    /// Messages whose summaries were made anew.
    package var summaries = 0
    /// Files without a row that were filed into the inbox.
    package var recovered = 0
    /// Rows without a file that were removed.
    package var lost = 0
    /// For the operator, in sentences.
    package var notes: [String] = []
}
