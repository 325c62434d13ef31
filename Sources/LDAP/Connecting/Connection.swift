internal import CLDAP
internal import Glibc

/// A connection to a server, closed when it goes.
///
/// Every call blocks, at most as long as the times of its `Server` say: only for threads that may wait (`WaitingThreads`).
/// Used by one thread at a time. Referrals are never followed.
@safe package struct Connection: ~Copyable {
    let handle: OpaquePointer
    /// The URL that answered.
    package let url: String
    let answerTime: Duration

    /// Octets of the largest answer that is read: an entry with 100,000 members has some ten million.
    package static let largestAnswer = 64 << 20

    /// Connects to the first URL that answers, with TLS where the server's settings want it; nobody is bound yet.
    ///
    /// - Throws: what the last URL failed with.
    package init(_ server: Server) throws(LDAPError) {
        _ = Self.library
        var last = LDAPError("connect", kind: .unreachable, reason: "no URL is named")
        for url in server.urls {
            do throws(LDAPError) {
                unsafe handle = try Self.open(url, server)
                self.url = url
                answerTime = server.answerTime
                return
            } catch { last = error }
        }
        throw last
    }

    deinit { unsafe ldap_unbind_ext_s(handle, nil, nil) }

    /// Without LDAPNOINIT the library would read /etc/ldap/ldap.conf and the environment, and so do what nobody wrote down.
    private static let library: Void = {
        unsafe setenv("LDAPNOINIT", "1", 1)
        var version: Int32 = LDAP_VERSION3
        _ = unsafe ldap_set_option(nil, LDAP_OPT_PROTOCOL_VERSION, &version)
    }()

    // MARK: Opening

    private static func open(_ url: String, _ server: Server) throws(LDAPError) -> OpaquePointer {
        var made: OpaquePointer?
        let code = unsafe ldap_initialize(&made, url)
        guard code == LDAP_SUCCESS, let handle = unsafe made else { throw LDAPError("connect to \(url)", code: code) }
        do throws(LDAPError) {
            unsafe setOptions(handle, server)
            try unsafe setTLS(handle, server, url)
            try unsafe connect(handle, url, server)
        } catch {
            unsafe ldap_unbind_ext_s(handle, nil, nil)
            throw error
        }
        return unsafe handle
    }

    private static func setOptions(_ handle: OpaquePointer, _ server: Server) {
        var version: Int32 = LDAP_VERSION3
        unsafe ldap_set_option(handle, LDAP_OPT_PROTOCOL_VERSION, &version)
        // LDAP_OPT_OFF is the null pointer.
        unsafe ldap_set_option(handle, LDAP_OPT_REFERRALS, nil)
        var never = LDAP_DEREF_NEVER
        unsafe ldap_set_option(handle, LDAP_OPT_DEREF, &never)
        var connect = timeval(server.connectTime)
        unsafe ldap_set_option(handle, LDAP_OPT_NETWORK_TIMEOUT, &connect)
        var answer = timeval(server.answerTime)
        unsafe ldap_set_option(handle, LDAP_OPT_TIMEOUT, &answer)
        // A connection that only listens must notice that the other side is gone.
        var (idle, probes, interval): (Int32, Int32, Int32) = (60, 3, 20)
        unsafe ldap_set_option(handle, LDAP_OPT_X_KEEPALIVE_IDLE, &idle)
        unsafe ldap_set_option(handle, LDAP_OPT_X_KEEPALIVE_PROBES, &probes)
        unsafe ldap_set_option(handle, LDAP_OPT_X_KEEPALIVE_INTERVAL, &interval)
    }

    private static func setTLS(_ handle: OpaquePointer, _ server: Server, _ url: String) throws(LDAPError) {
        var demand = LDAP_OPT_X_TLS_DEMAND
        unsafe ldap_set_option(handle, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand)
        var atLeast: Int32 = (3 << 8) + 3  // LDAP_OPT_X_TLS_PROTOCOL_TLS1_2
        unsafe ldap_set_option(handle, LDAP_OPT_X_TLS_PROTOCOL_MIN, &atLeast)
        unsafe ldap_set_option(handle, LDAP_OPT_X_TLS_CACERTFILE, server.authorityFile ?? Server.systemAuthorities)
        if let certificate = server.certificateFile { unsafe ldap_set_option(handle, LDAP_OPT_X_TLS_CERTFILE, certificate) }
        if let key = server.keyFile { unsafe ldap_set_option(handle, LDAP_OPT_X_TLS_KEYFILE, key) }
        guard url.hasPrefix("ldaps:") || server.startTLS && url.hasPrefix("ldap:") else { return }
        var client: Int32 = 0
        let code = unsafe ldap_set_option(handle, LDAP_OPT_X_TLS_NEWCTX, &client)
        guard code == LDAP_OPT_SUCCESS else {
            throw LDAPError("connect to \(url)", kind: .tls, reason: "the authorities, certificate or key cannot be read")
        }
    }

    private static func connect(_ handle: OpaquePointer, _ url: String, _ server: Server) throws(LDAPError) {
        if server.startTLS, url.hasPrefix("ldap:") {
            let code = unsafe ldap_start_tls_s(handle, nil, nil)
            guard code == LDAP_SUCCESS else { throw unsafe failure(handle, "start TLS with \(url)", code, isTLS: true) }
            return try unsafe setLargestAnswer(handle)
        }
        let code = unsafe ldap_connect(handle)
        guard code == LDAP_SUCCESS else {
            throw unsafe failure(handle, "connect to \(url)", code, isTLS: url.hasPrefix("ldaps:"))
        }
        try unsafe setLargestAnswer(handle)
    }

    private static func setLargestAnswer(_ handle: OpaquePointer) throws(LDAPError) {
        var socket: OpaquePointer?
        guard unsafe ldap_get_option(handle, LDAP_OPT_SOCKBUF, &socket) == LDAP_OPT_SUCCESS, let socket = unsafe socket else {
            return
        }
        var largest = ber_len_t(largestAnswer)
        unsafe ber_sockbuf_ctrl(socket, LBER_SB_OPT_SET_MAX_INCOMING, &largest)
    }

    // MARK: Failures

    /// - Parameter isTLS: a lost connection may be TLS's doing, which the detail then tells.
    private static func failure(
        _ handle: OpaquePointer, _ operation: String, _ code: Int32, isTLS: Bool
    ) -> LDAPError {
        let detail = unsafe diagnostic(of: handle)
        let words = (detail ?? "").lowercased()
        let isCertificate = ["certificate", "handshake", "tls", "hostname", "host name"].contains { words.contains($0) }
        // GnuTLS often tells no more than that connecting failed, after somebody has answered.
        let looksTLS = isTLS && (isCertificate || [LDAP_CONNECT_ERROR, LDAP_PROTOCOL_ERROR, LDAP_UNAVAILABLE].contains(code))
        let told = detail == "(unknown error code)" ? nil : detail
        return LDAPError(operation, code: code, detail: told, kind: looksTLS ? .tls : nil)
    }

    static func diagnostic(of handle: OpaquePointer) -> String? {
        var message: UnsafeMutablePointer<CChar>?
        guard unsafe ldap_get_option(handle, LDAP_OPT_DIAGNOSTIC_MESSAGE, &message) == LDAP_OPT_SUCCESS,
            let text = unsafe message
        else { return nil }
        defer { unsafe ldap_memfree(text) }
        return unsafe String(cString: text)
    }

    borrowing func check(_ code: Int32, _ operation: String) throws(LDAPError) {
        guard code != LDAP_SUCCESS else { return }
        throw unsafe LDAPError(operation, code: code, detail: Self.diagnostic(of: handle))
    }

    /// What to wait at for something to read.
    borrowing func descriptor() -> Int32? {
        var descriptor: Int32 = -1
        guard unsafe ldap_get_option(handle, LDAP_OPT_DESC, &descriptor) == LDAP_OPT_SUCCESS, descriptor >= 0 else { return nil }
        return descriptor
    }
}

extension timeval {
    init(_ duration: Duration) {
        let parts = duration.components
        self.init(tv_sec: Int(parts.seconds), tv_usec: Int(parts.attoseconds / 1_000_000_000_000))
    }
}
