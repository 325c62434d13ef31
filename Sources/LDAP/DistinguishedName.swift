/// The string form of an entry's name (RFC 4514), as the directory gave it.
package struct DistinguishedName: RawRepresentable, Hashable, Sendable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }
}
