package import Mail

/// What STORE does (RFC 9051 §6.4.6): flags and tags are changed together.
package struct FlagChange: Sendable, Hashable {
    package enum Mode: Sendable, Hashable {
        case add, remove, replace
    }

    package var mode: Mode
    package var flags: SystemFlags
    package var tags: [Tag]

    package init(_ mode: Mode, _ flags: SystemFlags = [], tags: [Tag] = []) {
        (self.mode, self.flags, self.tags) = (mode, flags, tags)
    }
}

/// What came of a flag change.
package struct FlagChangeResult: Sendable {
    /// Every message that was named and is there, as it is now; those that had the flags already keep their mod-sequence.
    package let messages: [MessageFlags]
    /// Left alone as they have changed since `unchangedSince` (RFC 7162 §3.1.3).
    package let modified: UIDSet
    /// The account's highest mod-sequence before the change, and after it: who knew the one knows the other.
    package let before: ModSequence
    package let after: ModSequence
}

/// What COPYUID says (RFC 4315 §3): source and destination, pair by pair.
package struct CopyResult: Sendable {
    package let uidValidity: UIDValidity
    package let pairs: [(source: UID, destination: UID)]
}
