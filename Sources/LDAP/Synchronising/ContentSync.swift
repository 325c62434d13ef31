internal import CLDAP

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
/// It begins with the whole content, or with what has changed since a cookie.
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
        /// Whether the server said what is unchanged (RFC 4533 §3.3.2): what was not named then is deleted.
        var toldPresent = false

        init(_ handle: OpaquePointer) { unsafe self.handle = handle }
    }

    private let state: UnsafeMutablePointer<ldap_sync_t>
    fileprivate let receiver: Receiver
    private let base: String

    /// Whether everything that was not named while it started is deleted: without a cookie, and where the server chose to name
    /// what is unchanged. Else what was not named is as it was at the time of the cookie.
    package let namesEverything: Bool

    /// Where the content now stands, for a later start; nil where the server told none. Belongs to all changes that were taken
    /// so far.
    package var cookie: [UInt8]? {
        guard unsafe state.pointee.ls_cookie.bv_val != nil else { return nil }
        return unsafe octets(state.pointee.ls_cookie)
    }

    /// Starts, and gives the whole content, or what has changed since `cookie`, to `each` before it returns.
    ///
    /// - Throws: where the server does not do it, does not know the cookie any more, or not everything could be read, and what
    ///   `each` throws.
    package init(
        _ search: Search, since cookie: [UInt8]? = nil, on connection: borrowing Connection,
        _ each: @escaping (ContentChange) throws -> Void
    ) throws {
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
        // Freed with the rest of it.
        if let cookie { unsafe state.pointee.ls_cookie = ContentSync.copied(cookie) }
        unsafe Self.setCallbacks(state)
        receiver.taker = each
        let code = unsafe ldap_sync_init(state, LDAP_SYNC_REFRESH_AND_PERSIST)
        namesEverything = cookie == nil || receiver.toldPresent
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

    private static func setCallbacks(_ state: UnsafeMutablePointer<ldap_sync_t>) {
        unsafe state.pointee.ls_search_entry = { state, message, uuid, phase in
            guard let receiver = unsafe Receiver.of(state), let message = unsafe message, let uuid = unsafe uuid else { return 0 }
            let id = unsafe ContentSync.text(octets(uuid.pointee))
            switch phase {
            case LDAP_SYNC_CAPI_ADD, LDAP_SYNC_CAPI_MODIFY:
                unsafe receiver.take(.entry(Entry(receiver.handle, message), uuid: id))
            case LDAP_SYNC_CAPI_DELETE: receiver.take(.deleted(uuid: id))
            case LDAP_SYNC_CAPI_PRESENT:
                receiver.toldPresent = true
                receiver.take(.unchanged(uuid: id))
            default: break
            }
            return 0
        }
        unsafe state.pointee.ls_intermediate = { state, message, uuids, phase in
            guard let receiver = unsafe Receiver.of(state) else { return 0 }
            guard let uuids = unsafe uuids else {
                if let message = unsafe message, unsafe ContentSync.endsPresentPhase(receiver.handle, message) {
                    receiver.toldPresent = true
                }
                return 0
            }
            let isPresent = phase == LDAP_SYNC_CAPI_PRESENTS_IDSET
            guard isPresent || phase == LDAP_SYNC_CAPI_DELETES_IDSET else { return 0 }
            if isPresent { receiver.toldPresent = true }
            var index = 0
            while unsafe uuids[index].bv_val != nil {
                let id = unsafe ContentSync.text(octets(uuids[index]))
                receiver.take(isPresent ? .unchanged(uuid: id) : .deleted(uuid: id))
                index += 1
            }
            return 0
        }
        unsafe state.pointee.ls_search_result = { state, _, _ in
            unsafe Receiver.of(state)?.ended = true
            return 0
        }
    }

    /// Whether a message is refreshPresent (RFC 4533 §2.5). The library tells only that the refresh is done, and not how.
    private static func endsPresentPhase(_ handle: OpaquePointer, _ message: OpaquePointer) -> Bool {
        var value: UnsafeMutablePointer<berval>?
        guard unsafe ldap_parse_intermediate(handle, message, nil, &value, nil, 0) == LDAP_SUCCESS, let value = unsafe value
        else { return false }
        defer { unsafe ber_bvfree(value) }
        return unsafe octets(value.pointee).first == refreshPresent
    }

    /// [2], constructed: the tag of refreshPresent.
    private static let refreshPresent: UInt8 = 0xa2

    private static func copied(_ octets: [UInt8]) -> berval {
        guard let memory = unsafe ber_memalloc(ber_len_t(octets.count + 1)) else { return unsafe berval() }
        for (index, octet) in octets.enumerated() { unsafe memory.storeBytes(of: octet, toByteOffset: index, as: UInt8.self) }
        unsafe memory.storeBytes(of: 0, toByteOffset: octets.count, as: UInt8.self)
        return unsafe berval(
            bv_len: ber_len_t(octets.count), bv_val: memory.bindMemory(to: CChar.self, capacity: octets.count + 1))
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
