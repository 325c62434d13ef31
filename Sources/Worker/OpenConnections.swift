internal import Glibc
internal import Synchronization

/// The open connections of a program, all its services together, and those of each address.
package final class OpenConnections: Sendable {
    private struct State: Sendable {
        var total = 0
        var byNetwork: [String: Int] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    package var count: Int { state.withLock { $0.total } }

    /// Counts one more, until the place that it gets is given back.
    ///
    /// - Parameters:
    ///   - address: the peer's IP address; nil or empty where it has none, and then `perAddress` says nothing.
    ///   - total: connections at once; never more than `FileLimit.connections`.
    ///   - perAddress: connections at once from what counts as one address.
    /// - Throws: which limit is reached, with nothing counted.
    package func enter(_ address: String?, total: Int, perAddress: Int) throws(ConnectionRefusal) -> ConnectionPlace {
        let network = address.map(Self.network) ?? ""
        let refusal = state.withLock { state -> ConnectionRefusal? in
            guard state.total < min(total, FileLimit.connections) else { return .tooMany }
            if !network.isEmpty {
                let here = state.byNetwork[network, default: 0]
                guard here < perAddress else { return .tooManyFromAddress }
                state.byNetwork[network] = here + 1
            }
            state.total += 1
            return nil
        }
        if let refusal { throw refusal }
        return ConnectionPlace(network, in: self)
    }

    fileprivate func leave(_ network: String) {
        state.withLock { state in
            state.total -= 1
            guard let here = state.byNetwork[network] else { return }
            state.byNetwork[network] = here > 1 ? here - 1 : nil
        }
    }

    /// What counts as one address: an IPv4 address, or an IPv6 network of 64 bits, as one customer has at least that.
    static func network(_ address: String) -> String {
        var octets = [UInt8](repeating: 0, count: 16)
        guard address.utf8.contains(UInt8(ascii: ":")), unsafe inet_pton(AF_INET6, address, &octets) == 1 else { return address }
        // An IPv4 peer at a socket for both: `::ffff:192.0.2.1`, RFC 4291 §2.5.5.2.
        if octets[..<12] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff] {
            return octets[12...].map(String.init).joined(separator: ".")
        }
        return octets[..<8].map { String($0, radix: 16) }.joined(separator: ":")
    }
}

/// The limit that another connection would break.
package enum ConnectionRefusal: Error, Hashable, Sendable {
    case tooMany, tooManyFromAddress
}

/// One connection's place among the open ones; it is free again once this is released.
package final class ConnectionPlace: Sendable {
    private let network: String
    private let connections: OpenConnections

    fileprivate init(_ network: String, in connections: OpenConnections) {
        (self.network, self.connections) = (network, connections)
    }

    deinit { connections.leave(network) }
}
