internal import CLDAP
internal import Glibc

/// Searches whose answers are taken one by one as they come.
extension Connection {
    enum SearchAnswer {
        /// With the values of its controls by their OID.
        case entry(Entry, controls: [String: [UInt8]])
        /// Elsewhere is more; never followed.
        case reference
        /// RFC 4511 §4.13.
        case intermediate(oid: String, value: [UInt8])
        /// The end of the search.
        case done
    }

    /// Starts a search with one control that the server must know.
    ///
    /// - Returns: the number of its messages.
    borrowing func send(_ search: Search, _ control: String, _ value: [UInt8], _ operation: String) throws(LDAPError) -> Int32 {
        let attributes = CStrings(search.attributes)
        var number: Int32 = 0
        var value = value.map { CChar(bitPattern: $0) }
        let code = unsafe value.withUnsafeMutableBufferPointer { value in
            var octets = unsafe berval(bv_len: ber_len_t(value.count), bv_val: value.baseAddress)
            var made: UnsafeMutablePointer<LDAPControl>?
            let code = unsafe ldap_control_create(control, 1, &octets, 1, &made)
            guard code == LDAP_SUCCESS else { return code }
            defer { unsafe ldap_control_free(made) }
            var controls: [UnsafeMutablePointer<LDAPControl>?] = unsafe [made, nil]
            return unsafe ldap_search_ext(
                handle, search.base, search.scopeCode, search.filter.text, attributes.pointers, 0, &controls, nil, nil,
                LDAP_NO_LIMIT, &number)
        }
        try check(code, operation)
        return number
    }

    /// The next answer; nil where none comes in time.
    ///
    /// - Throws: where the connection broke, or the server refuses or ends the search with an error.
    borrowing func answer(to number: Int32, within time: Duration, _ operation: String) throws(LDAPError) -> SearchAnswer? {
        var time = timeval(time)
        var message: OpaquePointer?
        let type = unsafe ldap_result(handle, number, LDAP_MSG_ONE, &time, &message)
        guard type != 0 else { return nil }
        guard let message = unsafe message else {
            var code = LDAP_SERVER_DOWN
            unsafe ldap_get_option(handle, LDAP_OPT_RESULT_CODE, &code)
            throw unsafe LDAPError(
                operation, code: code == LDAP_SUCCESS ? LDAP_SERVER_DOWN : code, detail: Self.diagnostic(of: handle))
        }
        defer { unsafe ldap_msgfree(message) }
        switch UInt(type) {
        case LDAP_RES_SEARCH_ENTRY: return try unsafe .entry(Entry(handle, message), controls: controls(message, operation))
        case LDAP_RES_INTERMEDIATE: return try unsafe intermediate(message, operation)
        case LDAP_RES_SEARCH_RESULT:
            var code: Int32 = 0
            try check(unsafe ldap_parse_result(handle, message, &code, nil, nil, nil, nil, 0), operation)
            try check(code, operation)
            return .done
        default: return .reference
        }
    }

    private borrowing func controls(_ entry: OpaquePointer, _ operation: String) throws(LDAPError) -> [String: [UInt8]] {
        var list: UnsafeMutablePointer<UnsafeMutablePointer<LDAPControl>?>?
        try check(unsafe ldap_get_entry_controls(handle, entry, &list), operation)
        guard let list = unsafe list else { return [:] }
        defer { unsafe ldap_controls_free(list) }
        var values: [String: [UInt8]] = [:]
        var index = 0
        while let control = unsafe list[index] {
            let control = unsafe control.pointee
            if let oid = unsafe control.ldctl_oid { unsafe values[String(cString: oid)] = octets(control.ldctl_value) }
            index += 1
        }
        return values
    }

    private borrowing func intermediate(_ message: OpaquePointer, _ operation: String) throws(LDAPError) -> SearchAnswer {
        var oid: UnsafeMutablePointer<CChar>?
        var value: UnsafeMutablePointer<berval>?
        try check(unsafe ldap_parse_intermediate(handle, message, &oid, &value, nil, 0), operation)
        defer {
            unsafe ldap_memfree(oid)
            unsafe ber_bvfree(value)
        }
        let name = unsafe oid.map { unsafe String(cString: $0) } ?? ""
        return .intermediate(oid: name, value: unsafe value.map { unsafe octets($0.pointee) } ?? [])
    }
}
