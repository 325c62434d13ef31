internal import CLDAP

/// An entry as a search found it, copied out.
package struct Entry: Sendable, Hashable {
    package var name: DistinguishedName
    /// By attribute description in lower case, options included: `mail`, `cn;lang-pt`.
    package var attributes: [String: [[UInt8]]]

    package init(name: DistinguishedName, attributes: [String: [[UInt8]]]) {
        self.name = name
        self.attributes = attributes
    }

    /// Values of an attribute, in the server's order; none where it has none.
    package func values(_ attribute: String) -> [[UInt8]] { attributes[attribute.lowercased()] ?? [] }

    /// The same as text; what is no UTF-8 is left out.
    package func texts(_ attribute: String) -> [String] { values(attribute).compactMap { String(validating: $0, as: UTF8.self) } }
}

extension Entry {
    /// - Parameter message: an entry that belongs to a result of this connection.
    init(_ handle: OpaquePointer, _ message: OpaquePointer) {
        name = unsafe DistinguishedName(rawValue: Self.name(handle, message))
        attributes = [:]
        var cursor: OpaquePointer?
        var next = unsafe ldap_first_attribute(handle, message, &cursor)
        while let attribute = unsafe next {
            let key = unsafe String(cString: attribute).lowercased()
            unsafe attributes[key, default: []] += Self.values(handle, message, attribute)
            unsafe ldap_memfree(attribute)
            unsafe next = ldap_next_attribute(handle, message, cursor)
        }
        if let cursor = unsafe cursor { unsafe ber_free(cursor, 0) }
    }

    private static func name(_ handle: OpaquePointer, _ message: OpaquePointer) -> String {
        guard let text = unsafe ldap_get_dn(handle, message) else { return "" }
        defer { unsafe ldap_memfree(text) }
        return unsafe String(cString: text)
    }

    private static func values(
        _ handle: OpaquePointer, _ message: OpaquePointer, _ attribute: UnsafeMutablePointer<CChar>
    ) -> [[UInt8]] {
        guard let list = unsafe ldap_get_values_len(handle, message, attribute) else { return [] }
        defer { unsafe ldap_value_free_len(list) }
        var values: [[UInt8]] = []
        var index = 0
        while let value = unsafe list[index] {
            unsafe values.append(octets(value.pointee))
            index += 1
        }
        return values
    }
}

/// A copy of what a library's value points to.
func octets(_ value: berval) -> [UInt8] {
    guard let start = unsafe value.bv_val, unsafe value.bv_len > 0 else { return [] }
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: Int(value.bv_len)))
}
