/// Where a folder is: the names from the root on. No delimiter and no encoding: protocols map them.
package struct FolderPath: Hashable, Sendable, CustomStringConvertible {
    package var components: [String]

    package init(_ components: [String]) { self.components = components }

    package var parent: FolderPath? { components.count > 1 ? FolderPath(Array(components.dropLast())) : nil }

    package var name: String { components.last ?? "" }

    package func appending(_ name: String) -> FolderPath { FolderPath(components + [name]) }

    package var description: String { components.joined(separator: "/") }

    /// Why no folder can have this path; nil where one can. `INBOX` is the same in any case (RFC 9051 §5.1).
    package var refusal: FolderRefusal? {
        guard !components.isEmpty else { return .badName }
        guard components.count <= StoreLimits.folderDepth else { return .tooDeep }
        return components.allSatisfy(Self.isName) ? nil : .badName
    }

    private static func isName(_ name: String) -> Bool {
        (1...StoreLimits.folderName).contains(name.utf8.count)
            && name.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) }
    }

    /// With the first component written `INBOX` where it is that word in any case.
    package var normalized: FolderPath {
        guard let first = components.first, first.utf8.count == 5, first.uppercased() == "INBOX" else { return self }
        return FolderPath(["INBOX"] + components.dropFirst())
    }
}
