internal import CLDAP

extension Connection {
    /// Binds as a server's settings say.
    package borrowing func bind(_ identity: Server.Identity) throws(LDAPError) {
        switch identity {
        case .anonymous: return
        case .simple(let name, let password): try bind(as: name, password: password)
        case .external: try bindExternal()
        }
    }

    /// A simple bind (RFC 4513 §5.1.3).
    ///
    /// - Throws: `.invalidCredentials` where name or password are wrong, and before anything is sent where one of them is
    ///   empty or has NUL: such a bind succeeds as nobody (RFC 4513 §5.1.2), or is cut short by C.
    package borrowing func bind(as name: String, password: [UInt8]) throws(LDAPError) {
        guard !name.isEmpty, !name.utf8.contains(0), !password.isEmpty, !password.contains(0) else {
            throw LDAPError("bind", kind: .invalidCredentials, reason: "an empty name or password, or one with NUL")
        }
        var octets = password.map { CChar(bitPattern: $0) }
        defer { for index in octets.indices { octets[index] = 0 } }
        let code = unsafe octets.withUnsafeMutableBufferPointer { buffer in
            var credentials = unsafe berval(bv_len: ber_len_t(buffer.count), bv_val: buffer.baseAddress)
            return unsafe ldap_sasl_bind_s(handle, name, nil, &credentials, nil, nil, nil)
        }
        try check(code, "bind as \(name)")
    }

    private borrowing func bindExternal() throws(LDAPError) {
        var empty: CChar = 0
        let code = unsafe withUnsafeMutablePointer(to: &empty) { pointer in
            // An empty authorisation identity: whoever the connection shows us to be.
            var credentials = unsafe berval(bv_len: 0, bv_val: pointer)
            return unsafe ldap_sasl_bind_s(handle, "", "EXTERNAL", &credentials, nil, nil, nil)
        }
        try check(code, "bind with SASL EXTERNAL")
    }
}
