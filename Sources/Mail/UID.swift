/// A message's number within its folder, never given twice under one UIDVALIDITY (RFC 9051 §2.3.1.1): 1 through 4294967295.
package struct UID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let value: UInt32

    package init(_ value: UInt32) { self.value = value }

    package static func < (left: UID, right: UID) -> Bool { left.value < right.value }

    package var description: String { String(value) }
}

/// What a folder's UIDs are valid under (RFC 9051 §2.3.1.1); another value means that every UID is new.
package struct UIDValidity: Hashable, Sendable, CustomStringConvertible {
    package let value: UInt32

    package init(_ value: UInt32) { self.value = value }

    package var description: String { String(value) }
}

/// A counter that grows with every change in an account (RFC 7162 §3.1): 1 through 2^63 - 1.
package struct ModSequence: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let value: UInt64

    package init(_ value: UInt64) { self.value = value }

    package static let zero = ModSequence(0)

    package static func < (left: ModSequence, right: ModSequence) -> Bool { left.value < right.value }

    package var description: String { String(value) }
}
