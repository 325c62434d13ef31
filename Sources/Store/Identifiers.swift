/// A folder of an account, for as long as it lives.
package struct FolderID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let value: Int64

    package init(_ value: Int64) { self.value = value }

    package static func < (left: FolderID, right: FolderID) -> Bool { left.value < right.value }

    package var description: String { String(value) }
}

/// A message of an account. It stays the same when the message moves; a copy has another.
package struct MessageID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let value: Int64

    package init(_ value: Int64) { self.value = value }

    package static func < (left: MessageID, right: MessageID) -> Bool { left.value < right.value }

    package var description: String { String(value) }
}

/// A conversation of an account.
package struct ThreadID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let value: Int64

    package init(_ value: Int64) { self.value = value }

    package static func < (left: ThreadID, right: ThreadID) -> Bool { left.value < right.value }

    package var description: String { String(value) }
}
