internal import CLDAP
internal import Glibc

/// A change that a server tells (RFC 4533 §3).
package enum ContentChange: Sendable {
    /// Added or modified; whole.
    case entry(Entry, uuid: String)
    /// No longer among what is looked for.
    case deleted(uuid: String)
    /// As it was at the time of the cookie.
    case unchanged(uuid: String)
}

/// One search whose content is kept up to date by the server: refreshAndPersist of RFC 4533 §3.4.
///
/// It begins with the whole content, or with what has changed since a cookie. The library's own ldap_sync(3) is not used: where
/// several messages of a search have come at once, it takes the first of them again and again, and loses the others.
///
/// Used by the thread that has the connection, and gone before it.
package final class ContentSync {
    /// Changes that are taken at once after the start, so that a flood of them is in memory in parts.
    package static let changesAtOnce = 1_000

    private let message: Int32
    private let operation: String

    /// Whether everything that was not named while it started is deleted: without a cookie, and where the server chose to name
    /// what is unchanged. Else what was not named is as it was at the time of the cookie.
    package private(set) var namesEverything: Bool

    /// Where the content now stands, for a later start; nil where the server told none. Belongs to all changes that were taken
    /// so far.
    package private(set) var cookie: [UInt8]?

    /// Starts, and gives the whole content, or what has changed since `cookie`, to `each` before it returns.
    ///
    /// - Throws: `.refused` where the server does not do it, does not know the cookie any more, or does not give everything, and
    ///   what `each` throws.
    package init(
        _ search: Search, since cookie: [UInt8]? = nil, on connection: borrowing Connection,
        _ each: (ContentChange) throws -> Void
    ) throws {
        operation = "listen below \(search.base)"
        self.cookie = cookie
        namesEverything = cookie == nil
        message = try connection.send(search, SyncRequest.control, SyncRequest.value(since: cookie), operation)
        var isRefreshed = false
        while !isRefreshed {
            guard let answer = try connection.answer(to: message, within: connection.answerTime, operation) else {
                throw LDAPError(operation, code: LDAP_TIMEOUT)
            }
            if case .done = answer {
                throw LDAPError(operation, kind: .refused, reason: "the server ends the search and tells no changes")
            }
            isRefreshed = try take(answer, each)
        }
    }

    /// What has come since, at most `changesAtOnce`; does not wait.
    ///
    /// - Throws: where the connection broke or the server ended the search.
    package func changes(on connection: borrowing Connection) throws -> [ContentChange] {
        var changes: [ContentChange] = []
        while changes.count < Self.changesAtOnce, let answer = try connection.answer(to: message, within: .zero, operation) {
            _ = try take(answer) { changes.append($0) }
        }
        return changes
    }

    // MARK: Messages

    /// - Returns: whether everything until now was told with it.
    private func take(_ answer: Connection.SearchAnswer, _ each: (ContentChange) throws -> Void) throws -> Bool {
        switch answer {
        case .entry(let entry, let controls):
            try take(read { try SyncState(controls[SyncState.control] ?? []) }, entry, each)
            return false
        case .intermediate(SyncInfo.response, let value): return try take(read { try SyncInfo(value) }, each)
        case .intermediate, .reference: return false
        case .done: throw LDAPError(operation, kind: .unreachable, reason: "the server ended the search")
        }
    }

    private func read<Message>(_ message: () throws -> Message) throws(LDAPError) -> Message {
        do { return try message() } catch {
            throw LDAPError(operation, kind: .refused, reason: "the server's answer is not as RFC 4533 says")
        }
    }

    private func take(_ state: SyncState, _ entry: Entry, _ each: (ContentChange) throws -> Void) throws {
        cookie = state.cookie ?? cookie
        switch state.state {
        case .add, .modify: try each(.entry(entry, uuid: state.uuid))
        case .delete: try each(.deleted(uuid: state.uuid))
        case .present:
            namesEverything = true
            try each(.unchanged(uuid: state.uuid))
        }
    }

    private func take(_ info: SyncInfo, _ each: (ContentChange) throws -> Void) throws -> Bool {
        cookie = info.cookie ?? cookie
        switch info.content {
        case .newCookie: return false
        case .refreshDelete(let isDone): return isDone
        case .refreshPresent(let isDone):
            namesEverything = true
            return isDone
        case .idSet(let uuids, let areDeleted):
            if !areDeleted { namesEverything = true }
            for uuid in uuids { try each(areDeleted ? .deleted(uuid: uuid) : .unchanged(uuid: uuid)) }
            return false
        }
    }
}

extension Connection {
    /// Waits until the server says something, but no longer than `time`.
    package borrowing func wait(atMost time: Duration) {
        guard let descriptor = descriptor() else { return }
        WaitingForOctets.wait(descriptor, atMost: time)
    }
}
