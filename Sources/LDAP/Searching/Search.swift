internal import CLDAP
internal import Glibc

/// What is looked for.
package struct Search: Sendable, Hashable {
    package enum Scope: Sendable, Hashable {
        case base, oneLevel, subtree
    }

    package var base: String
    package var scope: Scope
    package var filter: Filter
    /// Descriptions of what is wanted; `1.1` alone is nothing (RFC 4511 §4.5.1.8).
    package var attributes: [String]

    package init(base: String, scope: Scope = .subtree, filter: Filter, attributes: [String]) {
        self.base = base
        self.scope = scope
        self.filter = filter
        self.attributes = attributes
    }

    var scopeCode: Int32 {
        switch scope {
        case .base: LDAP_SCOPE_BASE
        case .oneLevel: LDAP_SCOPE_ONELEVEL
        case .subtree: LDAP_SCOPE_SUBTREE
        }
    }
}

extension Connection {
    /// Pages of one search, so that a server which never ends is left.
    package static let mostPages = 100_000

    /// Runs a search by paged results (RFC 2696); one page is in memory at a time. A server that knows no pages sends all.
    ///
    /// - Throws: where not everything could be read, and what `each` throws.
    package borrowing func search(_ search: Search, page: Int, _ each: (Entry) throws -> Void) throws {
        var cookie: [UInt8] = []
        for _ in 0..<Self.mostPages {
            cookie = try self.page(search, size: page, cookie, each)
            if cookie.isEmpty { return }
        }
        throw LDAPError("search below \(search.base)", kind: .refused, reason: "there is no end of pages")
    }

    /// At most so many entries, without pages; more are left out.
    ///
    /// - Throws: also where the server ends it before so many.
    package borrowing func first(_ most: Int, of search: Search) throws(LDAPError) -> [Entry] {
        let (code, result) = unsafe send(search, limit: Int32(most), control: nil)
        defer { if let result = unsafe result { unsafe ldap_msgfree(result) } }
        let found = unsafe entries(result)
        if code != LDAP_SIZELIMIT_EXCEEDED || found.count < most { try check(code, "search below \(search.base)") }
        return Array(found.prefix(most))
    }

    // MARK: One page

    private borrowing func page(
        _ search: Search, size: Int, _ cookie: [UInt8], _ each: (Entry) throws -> Void
    ) throws -> [UInt8] {
        var control: UnsafeMutablePointer<LDAPControl>?
        var octets = cookie.map { CChar(bitPattern: $0) }
        let made = unsafe octets.withUnsafeMutableBufferPointer { buffer in
            var value = unsafe berval(bv_len: ber_len_t(buffer.count), bv_val: buffer.baseAddress)
            guard !cookie.isEmpty else { return unsafe ldap_create_page_control(handle, ber_int_t(size), nil, 0, &control) }
            return unsafe ldap_create_page_control(handle, ber_int_t(size), &value, 0, &control)
        }
        try check(made, "search below \(search.base)")
        defer { unsafe ldap_control_free(control) }
        let (code, result) = unsafe send(search, limit: LDAP_NO_LIMIT, control: control)
        defer { if let result = unsafe result { unsafe ldap_msgfree(result) } }
        try check(code, "search below \(search.base)")
        var message = unsafe ldap_first_entry(handle, result)
        while let entry = unsafe message {
            try unsafe each(Entry(handle, entry))
            unsafe message = ldap_next_entry(handle, entry)
        }
        return try unsafe nextPage(result)
    }

    private borrowing func send(
        _ search: Search, limit: Int32, control: UnsafeMutablePointer<LDAPControl>?
    ) -> (Int32, OpaquePointer?) {
        let attributes = CStrings(search.attributes)
        var result: OpaquePointer?
        var time = timeval(answerTime)
        var controls: [UnsafeMutablePointer<LDAPControl>?] = unsafe [control, nil]
        let code = unsafe controls.withUnsafeMutableBufferPointer { controls in
            unsafe ldap_search_ext_s(
                handle, search.base, search.scopeCode, search.filter.text, attributes.pointers, 0,
                control == nil ? nil : controls.baseAddress, nil, &time, limit, &result)
        }
        return unsafe (code, result)
    }

    private borrowing func entries(_ result: OpaquePointer?) -> [Entry] {
        guard let result = unsafe result else { return [] }
        var entries: [Entry] = []
        var message = unsafe ldap_first_entry(handle, result)
        while let entry = unsafe message {
            unsafe entries.append(Entry(handle, entry))
            unsafe message = ldap_next_entry(handle, entry)
        }
        return entries
    }

    /// The cookie for the next page; empty after the last.
    private borrowing func nextPage(_ result: OpaquePointer?) throws(LDAPError) -> [UInt8] {
        var code: Int32 = 0
        var controls: UnsafeMutablePointer<UnsafeMutablePointer<LDAPControl>?>?
        try check(unsafe ldap_parse_result(handle, result, &code, nil, nil, nil, &controls, 0), "read a page")
        try check(code, "search")
        guard let controls = unsafe controls else { return [] }
        defer { unsafe ldap_controls_free(controls) }
        guard let found = unsafe ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, nil) else { return [] }
        var count: ber_int_t = 0
        var cookie = unsafe berval()
        try check(unsafe ldap_parse_pageresponse_control(handle, found, &count, &cookie), "read a page")
        defer { unsafe ber_memfree(cookie.bv_val) }
        return unsafe octets(cookie)
    }
}

/// Strings as the library wants a list of them, freed together.
@safe final class CStrings {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ strings: [String]) {
        count = strings.count
        unsafe pointers = .allocate(capacity: count + 1)
        for (index, string) in strings.enumerated() { unsafe pointers[index] = ber_strdup(string) }
        unsafe pointers[count] = nil
    }

    deinit {
        for index in 0..<count { unsafe ber_memfree(pointers[index]) }
        unsafe pointers.deallocate()
    }
}
