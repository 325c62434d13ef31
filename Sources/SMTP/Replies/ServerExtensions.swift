package import Wire

/// What a server offers in its answer to EHLO, RFC 5321 §4.1.1.1.
package struct ServerExtensions: Sendable {
    /// Keyword and what stands behind it, in upper case.
    private let offers: [Keyword: [String]]
    /// The server's own name, as it says (RFC 5321 §4.1.1.1); empty where it says none.
    package let serverName: String

    /// - Parameter greeting: the answer to EHLO; its first line is the server's name.
    package init(_ greeting: Reply) {
        var offers: [Keyword: [String]] = [:]
        for line in greeting.lines.dropFirst() {
            let words = line.split(separator: " ").map { $0.uppercased() }
            guard let first = words.first, let keyword = Keyword(first) else { continue }
            offers[keyword] = Array(words.dropFirst())
        }
        self.offers = offers
        serverName = greeting.lines.first?.split(separator: " ").first.map(String.init) ?? ""
    }

    /// What a server without EHLO offers.
    package static let none = ServerExtensions(Reply(250, nil, ""))

    package func offers(_ keyword: Keyword) -> Bool { offers[keyword] != nil }

    package func parameters(of keyword: Keyword) -> [String] { offers[keyword] ?? [] }

    /// The largest message that is taken, in octets; nil where nothing is said (RFC 1870 §4).
    package var largestMessage: Int? { parameters(of: "SIZE").first.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } }

    /// Recipients of one message; nil where nothing is said (RFC 9422 §4).
    package var mostRecipients: Int? {
        parameters(of: "LIMITS").first { $0.hasPrefix("RCPTMAX=") }.flatMap { Int($0.dropFirst(8)) }
    }
}
