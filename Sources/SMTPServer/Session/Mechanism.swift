internal import NIOCore
internal import SMTP
internal import Wire

/// How a client logs in.
enum Mechanism: String, Sendable {
    /// RFC 4616.
    case plain = "PLAIN"
    /// As draft-murchison-sasl-login has it; many clients know nothing else.
    case login = "LOGIN"
    /// RFC 4422 appendix A: a program of this host, known by its socket, names the account it acts for.
    case external = "EXTERNAL"
}

/// Where an exchange stands, RFC 4954 §4.
enum LoginExchange: Sendable {
    case plain
    case loginName
    case loginPassword(name: String)
    case external

    /// Bounds on what is passed on, in octets.
    static let longestName = 320
    static let longestPassword = 1024
}

/// What came of one line of an exchange.
enum LoginStep: Sendable {
    case challenge(Reply, LoginExchange)
    case credentials(name: String, password: [UInt8])
    /// The account's id as 32 hexadecimal digits.
    case account(String)
    case refused(Reply)
}

extension LoginExchange {
    init(_ mechanism: Mechanism) {
        switch mechanism {
        case .plain: self = .plain
        case .login: self = .loginName
        case .external: self = .external
        }
    }

    /// What the server says first where the client gave nothing with AUTH.
    var prompt: Reply {
        switch self {
        case .plain, .external: .challenge("")
        case .loginName: .challenge("VXNlcm5hbWU6")
        case .loginPassword: .challenge("UGFzc3dvcmQ6")
        }
    }

    /// Takes the client's answer; `*` cancels.
    func take(_ line: ByteBuffer) -> LoginStep {
        if line.readableBytesView.elementsEqual([UInt8(ascii: "*")]) { return .refused(.loginCancelled) }
        // RFC 4954 §4: `=` is an initial response of no octets.
        let isEmpty = line.readableBytesView.elementsEqual([UInt8(ascii: "=")])
        guard let octets = isEmpty ? ByteBuffer() : try? Base64.decode(line) else { return .refused(.notBase64) }
        return take(octets: Array(octets.readableBytesView))
    }

    private func take(octets: [UInt8]) -> LoginStep {
        switch self {
        case .plain: return Self.plain(octets)
        case .loginName:
            guard octets.count <= Self.longestName else { return .refused(.credentialsTooLong) }
            guard let name = String(validating: octets, as: UTF8.self), !octets.contains(0) else { return .refused(.rejected) }
            let next = LoginExchange.loginPassword(name: name)
            return .challenge(next.prompt, next)
        case .loginPassword(let name): return Self.checked(name, octets)
        case .external:
            guard let id = String(validating: octets, as: UTF8.self), id.utf8.count == 32 else { return .refused(.rejected) }
            return .account(id)
        }
    }

    /// `[authzid] NUL authcid NUL passwd`, RFC 4616 §2. Nobody acts for somebody else.
    private static func plain(_ octets: [UInt8]) -> LoginStep {
        let parts = octets.split(separator: 0, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].isEmpty || parts[0] == parts[1] else { return .refused(.rejected) }
        guard let name = String(validating: parts[1], as: UTF8.self) else { return .refused(.rejected) }
        return checked(name, Array(parts[2]))
    }

    private static func checked(_ name: String, _ password: [UInt8]) -> LoginStep {
        guard name.utf8.count <= longestName, password.count <= longestPassword else { return .refused(.credentialsTooLong) }
        guard !name.isEmpty, !password.isEmpty, !password.contains(0) else { return .refused(.rejected) }
        return .credentials(name: name, password: password)
    }
}
