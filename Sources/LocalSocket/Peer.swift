internal import Glibc
package import NIOCore

/// Who is at the other end of a local socket, as the kernel says (unix(7), SO_PEERCRED).
package struct Peer: Sendable {
    package let processID: Int32
    package let userID: UInt32
    package let groupID: UInt32
}

extension Peer {
    /// The peer of a connected unix socket; nil where the kernel does not say.
    package static func of(_ channel: any Channel) async -> Peer? {
        guard let provider = channel as? any SocketOptionProvider else { return nil }
        let option = NIOBSDSocket.Option(rawValue: SO_PEERCRED)
        // The three words of the kernel's `struct ucred` are those of `Peer`, in its order.
        let answer: EventLoopFuture<Peer> = provider.unsafeGetSocketOption(level: .socket, name: option)
        return try? await answer.get()
    }
}

/// Which peers may ask: those of this process's own user, root, and the users that are named.
package struct PeerPolicy: Sendable {
    private let users: Set<UInt32>

    package init(alsoUsers users: Set<UInt32> = []) { self.users = users.union([0, geteuid()]) }

    package func allows(_ peer: Peer) -> Bool { users.contains(peer.userID) }
}
