package import Mail
internal import NIOCore
internal import Wire

/// `Path`, RFC 5321 §4.1.2: what stands between angle brackets.
package enum Path: Hashable, Sendable {
    /// `<>`, a reverse-path alone.
    case null
    /// `<Postmaster>`, a forward-path alone: the host's own.
    case postmaster
    case mailbox(Address)
    /// A mailbox at an address literal, which names no domain.
    case literal(localPart: String, AddressLiteral)
}

extension CommandReader {
    /// The longest path, RFC 5321 §4.5.3.1.3, with room for letters beyond ASCII in the domain (RFC 6531 §3.7.1).
    package static let longestPath = 320
    private static let dotText = ByteClass(".").union(.atomText).union(.eightBit)
    private static let domainText = ByteClass("-._", 0x80...0xff).union(.letter).union(.digit)
    private static let routeText = ByteClass("@,-.").union(.letter).union(.digit)

    /// `Reverse-path`.
    package mutating func reversePath() throws(SMTPSyntaxError) -> Path {
        if take("<>") { return .null }
        return try path()
    }

    /// `Forward-path`, and `"<Postmaster>"` in any case.
    package mutating func forwardPath() throws(SMTPSyntaxError) -> Path {
        if take("<postmaster>") { return .postmaster }
        return try path()
    }

    private mutating func path() throws(SMTPSyntaxError) -> Path {
        var ahead = self
        guard ahead.take(UInt8(ascii: "<")) else { throw failure(.path) }
        try ahead.sourceRoute()
        let local = try ahead.localPart()
        guard ahead.take(UInt8(ascii: "@")) else { throw ahead.failure(.mailbox) }
        let path = try ahead.mailbox(local)
        guard ahead.take(UInt8(ascii: ">")) else { throw ahead.failure(.path) }
        guard ahead.offset - offset <= Self.longestPath else { throw failure(.mailbox) }
        self = ahead
        return path
    }

    private mutating func mailbox(_ local: String) throws(SMTPSyntaxError) -> Path {
        if next == UInt8(ascii: "[") { return .literal(localPart: local, try addressLiteral()) }
        let start = self
        let domain = run(of: Self.domainText)
        guard let name = try? DomainName(String(buffer: domain)) else { throw start.failure(.domain) }
        guard let address = try? Address(localPart: local, domain: name) else { throw start.failure(.mailbox) }
        return .mailbox(address)
    }

    /// `A-d-l ":"`, accepted and ignored (RFC 5321 §4.1.1.3).
    private mutating func sourceRoute() throws(SMTPSyntaxError) {
        guard next == UInt8(ascii: "@") else { return }
        _ = run(of: Self.routeText)
        guard take(UInt8(ascii: ":")) else { throw failure(.path) }
    }

    /// `Local-part`, without quotes and backslashes.
    private mutating func localPart() throws(SMTPSyntaxError) -> String {
        if next == UInt8(ascii: "\"") { return try quotedString() }
        let start = self
        let octets = run(of: Self.dotText)
        let parts = octets.readableBytesView.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty }) else { throw start.failure(.mailbox) }
        return try start.text(octets.readableBytesView)
    }

    /// `Quoted-string`, RFC 5321 §4.1.2: printable ASCII, and letters beyond it by RFC 6531.
    private mutating func quotedString() throws(SMTPSyntaxError) -> String {
        let start = self
        _ = takeAny()
        var octets: [UInt8] = []
        while let octet = takeAny() {
            if octet == .quote { return try start.text(octets) }
            guard octet >= .space, octet != 0x7f else { break }
            guard octet == .backslash else {
                octets.append(octet)
                continue
            }
            guard let escaped = takeAny(), (0x20...0x7e).contains(escaped) else { break }
            octets.append(escaped)
        }
        throw start.failure(.mailbox)
    }

    private func text(_ octets: some Collection<UInt8>) throws(SMTPSyntaxError) -> String {
        guard !octets.isEmpty, let text = String(validating: octets, as: UTF8.self) else { throw failure(.mailbox) }
        return text
    }
}

extension Path {
    package var address: Address? {
        if case .mailbox(let address) = self { address } else { nil }
    }
}
