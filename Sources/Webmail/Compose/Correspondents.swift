internal import Foundation
internal import MIME
internal import Mail
internal import Store

/// Whom a person has written to lately: the recipients of the newest messages in Sent.
struct Correspondents {
    /// Each once, those written to most often first.
    let people: [HeaderAddress]

    /// - Parameter limit: messages that are looked at.
    static func of(_ account: Account, limit: Int) async throws -> Correspondents {
        let sent = try await account.folder(.sent)
        let page = try await account.list(sent.id, ListRequest(limit: limit))
        return Correspondents(page.rows.flatMap(\.to))
    }

    /// - Parameter recipients: the latest first.
    init(_ recipients: [HeaderAddress]) {
        var (counts, order): ([String: Int], [HeaderAddress]) = ([:], [])
        for person in recipients {
            let key = person.address.lowercased()
            if counts.updateValue((counts[key] ?? 0) + 1, forKey: key) == nil { order.append(person) }
        }
        people = order.enumerated().sorted { left, right in
            let (first, second) = (
                counts[left.element.address.lowercased()] ?? 0, counts[right.element.address.lowercased()] ?? 0
            )
            return (first, -left.offset) > (second, -right.offset)
        }.map(\.element)
    }

    /// Those with a word of the name, or the address or its domain, that begins so; without case and marks.
    func matching(_ prefix: String) -> [HeaderAddress] {
        let wanted = Self.folded(prefix)
        return people.filter { person in
            let words = Self.folded(person.name).split { !$0.isLetter && !$0.isNumber }
            let address = Self.folded(person.address)
            return address.hasPrefix(wanted) || words.contains { $0.hasPrefix(wanted) }
                || Self.folded(person.name).hasPrefix(wanted)
                || address.split(separator: "@").last?.hasPrefix(wanted) == true
        }
    }

    private static func folded(_ text: String) -> String {
        var folded = String.UnicodeScalarView()
        for scalar in text.lowercased().decomposedStringWithCanonicalMapping.unicodeScalars
        where !(0x300...0x36f).contains(scalar.value) { folded.append(scalar) }
        return String(folded)
    }
}
