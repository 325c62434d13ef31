internal import CLDAP

/// A change that a server tells (RFC 4533 §3).
package enum ContentChange: Sendable {
    /// Added or modified; whole.
    case entry(Entry, uuid: String)
    /// No longer among what is looked for.
    case deleted(uuid: String)
}

/// One search whose content is kept up to date by the server: refreshAndPersist of RFC 4533 §3.4.
///
/// It begins with the whole content and without a cookie: the library does not tell a refresh by presence from one by
/// deletion once it is done, and who takes the one for the other removes people.
///
/// Used by the thread that has the connection, and gone before it.
@safe package final class ContentSync {
    @safe fileprivate final class Receiver {
        let handle: OpaquePointer
        /// What has come and is not taken yet.
        var changes: [ContentChange] = []
        /// Takes each change at once while the whole content comes, so that it is never in memory as a whole.
        var taker: ((ContentChange) throws -> Void)?
        var failure: (any Error)?
        var ended = false

        init(_ handle: OpaquePointer) { unsafe self.handle = handle }
    }

    private let state: UnsafeMutablePointer<ldap_sync_t>
    fileprivate let receiver: Receiver
    private let base: String

    /// Starts, and gives the whole content to `each` before it returns.
    ///
    /// - Throws: where the server does not do it or not everything could be read, and what `each` throws.
    package init(_ search: Search, on connection: borrowing Connection, _ each: @escaping (ContentChange) throws -> Void) throws {
        guard let state = unsafe ldap_sync_initialize(nil) else {
            throw LDAPError("listen below \(search.base)", kind: .refused, reason: "no memory")
        }
        unsafe self.state = state
        base = search.base
        receiver = unsafe Receiver(connection.handle)
        unsafe state.pointee.ls_ld = connection.handle
        unsafe state.pointee.ls_base = ber_strdup(search.base)
        unsafe state.pointee.ls_filter = ber_strdup(search.filter.text)
        unsafe state.pointee.ls_scope = search.scopeCode
        unsafe state.pointee.ls_attrs = Self.list(search.attributes)
        unsafe state.pointee.ls_timeout = Int32(clamping: max(1, connection.answerTime.components.seconds))
        unsafe state.pointee.ls_private = Unmanaged.passUnretained(receiver).toOpaque()
        setCallbacks()
        receiver.taker = each
        let code = unsafe ldap_sync_init(state, LDAP_SYNC_REFRESH_AND_PERSIST)
        try connection.check(code, "listen below \(base)")
        guard !receiver.ended else {
            throw LDAPError("listen below \(base)", kind: .refused, reason: "the server ended the search")
        }
        receiver.taker = nil
        if let failure = receiver.failure { throw failure }
        unsafe state.pointee.ls_timeout = 0
    }

    deinit {
        // The connection has its own owner.
        unsafe state.pointee.ls_ld = nil
        unsafe ldap_sync_destroy(state, 1)
    }

    /// What has come since; does not wait.
    ///
    /// - Throws: where the connection broke or the server ended the search.
    package func changes(on connection: borrowing Connection) throws(LDAPError) -> [ContentChange] {
        try connection.check(unsafe ldap_sync_poll(state), "listen below \(base)")
        guard !receiver.ended else {
            throw LDAPError("listen below \(base)", kind: .unreachable, reason: "the server ended the search")
        }
        defer { receiver.changes = [] }
        return receiver.changes
    }

    // MARK: What the library calls

    private func setCallbacks() {
        unsafe state.pointee.ls_search_entry = { state, message, uuid, phase in
            guard let receiver = unsafe Receiver.of(state), let message = unsafe message, let uuid = unsafe uuid else { return 0 }
            let id = unsafe ContentSync.text(octets(uuid.pointee))
            switch phase {
            case LDAP_SYNC_CAPI_ADD, LDAP_SYNC_CAPI_MODIFY:
                unsafe receiver.take(.entry(Entry(receiver.handle, message), uuid: id))
            case LDAP_SYNC_CAPI_DELETE: receiver.take(.deleted(uuid: id))
            default: break
            }
            return 0
        }
        unsafe state.pointee.ls_intermediate = { state, _, uuids, phase in
            guard let receiver = unsafe Receiver.of(state), phase == LDAP_SYNC_CAPI_DELETES_IDSET, let uuids = unsafe uuids else {
                return 0
            }
            var index = 0
            while unsafe uuids[index].bv_val != nil {
                receiver.take(.deleted(uuid: unsafe ContentSync.text(octets(uuids[index]))))
                index += 1
            }
            return 0
        }
        unsafe state.pointee.ls_search_result = { state, _, _ in
            unsafe Receiver.of(state)?.ended = true
            return 0
        }
    }

    private static func list(_ strings: [String]) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        let size = ber_len_t((strings.count + 1) * MemoryLayout<Int>.stride)  // pointers are as wide
        guard let memory = unsafe ber_memalloc(size) else { return nil }
        let list = unsafe memory.bindMemory(to: UnsafeMutablePointer<CChar>?.self, capacity: strings.count + 1)
        for (index, string) in strings.enumerated() { unsafe list[index] = ber_strdup(string) }
        unsafe list[strings.count] = nil
        return unsafe list
    }

    /// Sixteen octets as RFC 4122 writes them, which is how entryUUID reads.
    package static func text(_ octets: [UInt8]) -> String {
        let digits = octets.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        guard octets.count == 16 else { return digits }
        let parts = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)]
        return parts.map { String(digits.dropFirst($0.0).prefix($0.1 - $0.0)) }.joined(separator: "-")
    }
}

extension ContentSync.Receiver {
    fileprivate func take(_ change: ContentChange) {
        guard let taker else { return changes.append(change) }
        guard failure == nil else { return }
        do { try taker(change) } catch { failure = error }
    }

    fileprivate static func of(_ state: UnsafeMutablePointer<ldap_sync_t>?) -> ContentSync.Receiver? {
        guard let pointer = unsafe state?.pointee.ls_private else { return nil }
        return unsafe Unmanaged<ContentSync.Receiver>.fromOpaque(pointer).takeUnretainedValue()
    }
}

extension Connection {
    /// Waits until the server says something, but no longer than `time`.
    package borrowing func wait(atMost time: Duration) {
        guard let descriptor = descriptor() else { return }
        WaitingForOctets.wait(descriptor, atMost: time)
    }
}
