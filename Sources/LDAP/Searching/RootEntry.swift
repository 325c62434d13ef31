/// What a server says of itself (RFC 4512 §5.1).
package struct RootEntry: Sendable, Hashable {
    /// OIDs of the controls that it knows.
    package var controls: Set<String>
    package var vendor: String?

    /// RFC 4533.
    package var offersContentSynchronisation: Bool { controls.contains("1.3.6.1.4.1.4203.1.9.1.1") }
    /// RFC 2696.
    package var offersPages: Bool { controls.contains("1.2.840.113556.1.4.319") }
}

extension Connection {
    /// What the server offers; nothing where it does not say.
    package borrowing func root() throws(LDAPError) -> RootEntry {
        let search = Search(
            base: "", scope: .base, filter: .written("(objectClass=*)"),
            attributes: ["supportedControl", "vendorName", "vendorVersion"])
        guard let entry = try first(1, of: search).first else { return RootEntry(controls: []) }
        return RootEntry(
            controls: Set(entry.texts("supportedControl")),
            vendor: entry.texts("vendorName").first ?? entry.texts("vendorVersion").first)
    }
}
