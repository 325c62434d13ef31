internal import NIOCore
internal import Wire

/// `address-literal`, RFC 5321 §4.1.3, with its brackets: `[192.0.2.1]`, `[IPv6:2001:db8::1]`.
package struct AddressLiteral: Hashable, Sendable {
    /// The IP address in its usual text form.
    package let address: String
    package let isIPv6: Bool

    package var description: String { isIPv6 ? "[IPv6:\(address)]" : "[\(address)]" }
}

extension CommandReader {
    private static let addressText = ByteClass("0123456789abcdefABCDEF.:")

    package mutating func addressLiteral() throws(SMTPSyntaxError) -> AddressLiteral {
        var ahead = self
        guard ahead.take(UInt8(ascii: "[")) else { throw failure(.addressLiteral) }
        let isIPv6 = ahead.take("IPv6:")
        let text = String(buffer: ahead.run(of: Self.addressText))
        guard ahead.take(UInt8(ascii: "]")), let parsed = try? SocketAddress(ipAddress: text, port: 0) else {
            throw failure(.addressLiteral)
        }
        guard (parsed.protocol == .inet6) == isIPv6 else { throw failure(.addressLiteral) }
        self = ahead
        return AddressLiteral(address: text.lowercased(), isIPv6: isIPv6)
    }
}
