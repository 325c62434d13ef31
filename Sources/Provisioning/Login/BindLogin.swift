package import LDAP
internal import MailConfiguration

/// Checks a password by binding with it: as the entry that a search by its stable id finds, never as a name put together.
package struct BindLogin: Sendable {
    package enum Verdict: Sendable, Hashable {
        case right
        /// The password is wrong, or the directory lets the entry not in: it is locked, expired, or gone.
        case wrong
    }

    /// For one connection; a worker waits ten seconds for an answer, and there are two of them.
    package static let connectTime: Duration = .seconds(3)
    package static let answerTime: Duration = .seconds(4)

    private let source: DirectorySource

    package init(_ source: DirectorySource) { self.source = source }

    /// Blocks: for threads that may wait.
    ///
    /// - Parameter password: not empty and without NUL, else it is wrong.
    /// - Throws: where the directory cannot be asked, or fails for reasons of its own.
    package func check(_ password: [UInt8], of stableID: String) throws(LDAPError) -> Verdict {
        guard !password.isEmpty, !password.contains(0), var search = source.map.search(.user, stableID: stableID) else {
            return .wrong
        }
        search.attributes = ["1.1"]
        var server = source.server
        server.connectTime = min(server.connectTime, Self.connectTime)
        server.answerTime = min(server.answerTime, Self.answerTime)
        let reader = try Connection(server)
        try reader.bind(server.identity)
        // A directory without its part of people is a mistake, as for a reading, and no word about a password.
        let found = try reader.first(2, of: search)
        guard found.count == 1, let entry = found.first else { return .wrong }
        // On a connection of its own, and to the server that has just answered.
        server.urls = [reader.url]
        return try bind(entry.name.rawValue, password, server)
    }

    private func bind(_ name: String, _ password: [UInt8], _ server: Server) throws(LDAPError) -> Verdict {
        let connection = try Connection(server)
        do throws(LDAPError) {
            try connection.bind(as: name, password: password)
            return .right
        } catch {
            guard error.isRefusedLogin else { throw error }
            return .wrong
        }
    }
}
