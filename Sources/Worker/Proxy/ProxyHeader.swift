internal import Glibc
package import NIOCore

/// The header by which a proxy says whom a connection comes from: the PROXY protocol, version 2 (haproxy's proxy-protocol.txt §2.2).
package struct ProxyHeader: Hashable, Sendable {
    /// Octets behind the fixed part; addresses take 36 at most, the rest is for extensions, which are passed over.
    package static let longest = 1_024
    static let signature: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]
    /// Signature, version and command, family, length.
    static let fixed = 16

    /// What a proxy sends that speaks for itself.
    static let local = signature + [0x20, 0, 0, 0]

    /// The client's IP address; nil where the proxy speaks for itself (LOCAL: its health checks) or does not know.
    package let client: String?

    /// Takes the header off `octets`.
    ///
    /// - Returns: nil while it is not there as a whole; nothing is taken then.
    /// - Throws: `ProxyHeaderError` for what cannot become one.
    package static func read(from octets: inout ByteBuffer) throws(ProxyHeaderError) -> ProxyHeader? {
        let view = octets.readableBytesView
        guard zip(view, signature).allSatisfy({ $0 == $1 }) else { throw .notAHeader }
        guard view.count >= fixed else { return nil }
        let start = octets.readerIndex
        guard let command = octets.getInteger(at: start + 12, as: UInt8.self),
            let family = octets.getInteger(at: start + 13, as: UInt8.self),
            let length = octets.getInteger(at: start + 14, as: UInt16.self)
        else { return nil }
        guard command == 0x20 || command == 0x21 else { throw .unknownVersion(command) }
        guard length <= longest else { throw .tooLong(Int(length)) }
        guard view.count >= fixed + Int(length) else { return nil }
        let client = command == 0x20 ? nil : try address(family, Int(length), octets, at: start + fixed)
        octets.moveReaderIndex(forwardBy: fixed + Int(length))
        return ProxyHeader(client: client)
    }

    /// Source address first; 0x11 is TCP over IPv4, 0x21 TCP over IPv6.
    private static func address(
        _ family: UInt8, _ length: Int, _ octets: ByteBuffer, at index: Int
    ) throws(ProxyHeaderError) -> String? {
        let size: Int
        switch family {
        case 0x11: size = 4
        case 0x21: size = 16
        case 0x00: return nil
        default: throw .unknownFamily(family)
        }
        guard length >= size * 2 + 4, let source = octets.getBytes(at: index, length: size) else { throw .tooShort }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard unsafe inet_ntop(size == 4 ? AF_INET : AF_INET6, source, &text, socklen_t(text.count)) != nil else {
            throw .tooShort
        }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// What a declared proxy sent is no header; the connection ends.
package enum ProxyHeaderError: Error, Hashable, Sendable {
    case notAHeader, tooShort
    case tooLong(Int)
    case unknownVersion(UInt8)
    case unknownFamily(UInt8)
}
