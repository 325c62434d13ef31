internal import Glibc

/// Where a listening descriptor that was passed is bound.
package struct LocalAddress: Hashable, Sendable {
    /// In its usual text form.
    package let address: String
    package let port: Int

    /// Nil where the descriptor is no internet socket.
    package init?(_ descriptor: Int32) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let name = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> (String, String)? in
                guard unsafe getsockname(descriptor, address, &length) == 0,
                    [AF_INET, AF_INET6].contains(unsafe CInt(address.pointee.sa_family))
                else { return nil }
                return unsafe Self.numbers(address, length)
            }
        }
        guard let name, let port = Int(name.1) else { return nil }
        (address, self.port) = (name.0, port)
    }

    private static func numbers(_ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> (String, String)? {
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        var service = [CChar](repeating: 0, count: 32)
        let code = unsafe getnameinfo(
            address, length, &host, socklen_t(host.count), &service, socklen_t(service.count), NI_NUMERICHOST | NI_NUMERICSERV)
        guard code == 0 else { return nil }
        func text(_ octets: [CChar]) -> String {
            String(decoding: octets.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
        return (text(host), text(service))
    }

    /// Whether only this machine itself reaches it.
    package var isLoopback: Bool { address.hasPrefix("127.") || address == "::1" }

    /// Where this machine reaches it: the loopback's address for all addresses.
    package var reachable: String {
        switch address {
        case "0.0.0.0": "127.0.0.1"
        case "::": "::1"
        default: address
        }
    }
}
