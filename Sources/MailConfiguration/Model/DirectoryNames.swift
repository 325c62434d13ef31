package import Mail

/// Whom the directories of tenants have, as last synced: so that files can name them by their addresses.
package struct DirectoryNames {
    package enum Kind: String, Sendable, Codable, CaseIterable, CodingKeyRepresentable {
        case user, shared, group, alias
    }

    package struct Name: Sendable, Hashable {
        package var kind: Kind
        package var id: LocalID

        package init(kind: Kind, id: LocalID) {
            self.kind = kind
            self.id = id
        }
    }

    private let find: (TenantID, Address) -> Name?

    /// - Parameter find: asked with a folded address, where files name somebody whom they do not have.
    package init(find: @escaping (TenantID, Address) -> Name?) { self.find = find }

    /// - Parameter names: by folded address.
    package init(_ names: [TenantID: [Address: Name]] = [:]) { self.init { names[$0]?[$1] } }

    subscript(tenant: String, address: Address) -> Name? {
        guard let id = try? TenantID(tenant) else { return nil }
        return find(id, address)
    }
}

extension LocalID {
    /// Whom a directory of the tenant has: `corp/5f2c…`. No id in files has a slash, so none is taken for it.
    package init(directory: String, stableID: String) { self.init(unchecked: "\(directory)/\(stableID)") }

    /// Directory and stable id; nil of an id of the files.
    package var directoryParts: (directory: String, stableID: String)? {
        guard let slash = text.firstIndex(of: "/") else { return nil }
        return (String(text[..<slash]), String(text[text.index(after: slash)...]))
    }
}
