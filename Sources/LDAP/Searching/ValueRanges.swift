/// Values of an attribute that come in ranges (MS-ADTS §3.1.1.3.1.3.3): `member;range=0-1499`, the last `member;range=1500-*`.
extension Entry {
    /// Whether an attribute came in a part.
    package var hasRanges: Bool {
        attributes.keys.contains { $0.utf8.contains(UInt8(ascii: ";")) && $0.contains(";range=") }
    }

    /// The entry with the values of these attributes put together.
    ///
    /// - Parameters:
    ///   - most: values that are wanted at most; beyond them reading stops.
    ///   - next: the entry with a further part, which it is given the description of; nil where it is gone.
    /// - Throws: where not all that is wanted can be read: a part of the values is never taken for all.
    func whole(
        ranged wanted: [String], most: Int, next: (String) throws(LDAPError) -> Entry?
    ) throws(LDAPError) -> Entry {
        var entry = self
        for attribute in wanted.map({ $0.lowercased() }) {
            while let (key, last) = entry.range(of: attribute) {
                let values = entry.attributes.removeValue(forKey: key) ?? []
                entry.attributes[attribute, default: []] += values
                guard let last, entry.values(attribute).count < most else { break }
                guard !values.isEmpty, let more = try next("\(attribute);range=\(last + 1)-*"), more.range(of: attribute) != nil
                else {
                    throw LDAPError(
                        "read \(name.rawValue)", kind: .refused, reason: "the values of \(attribute) do not come to their end")
                }
                entry.attributes.merge(more.attributes) { $0 + $1 }
            }
        }
        return entry
    }

    /// The description of a part, and its last index; nil where the part is the last.
    private func range(of attribute: String) -> (key: String, last: Int?)? {
        guard let key = attributes.keys.first(where: { $0.hasPrefix("\(attribute);range=") }) else { return nil }
        return (key, key.split(separator: "-").last.flatMap { Int($0) })
    }
}

extension Connection {
    /// An entry with the values put together that came in ranges.
    ///
    /// - Parameter most: values of an attribute that are wanted at most; beyond them reading stops.
    package borrowing func whole(_ entry: Entry, ranged attributes: [String], most: Int) throws(LDAPError) -> Entry {
        guard entry.hasRanges else { return entry }
        return try entry.whole(ranged: attributes, most: most) { part throws(LDAPError) in
            let search = Search(
                base: entry.name.rawValue, scope: .base, filter: .written("(objectClass=*)"), attributes: [part])
            do throws(LDAPError) { return try first(1, of: search).first } catch {
                guard error.kind == .noSuchObject else { throw error }
                return nil
            }
        }
    }
}
