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
    package static func of(_ channel: any Channel) async -> Peer? { try? await asked(channel)?.get() }

    private static func asked(_ channel: any Channel) -> EventLoopFuture<Peer>? {
        guard let provider = channel as? any SocketOptionProvider else { return nil }
        let option = NIOBSDSocket.Option(rawValue: SO_PEERCRED)
        // The three words of the kernel's `struct ucred` are those of `Peer`, in its order.
        return provider.unsafeGetSocketOption(level: .socket, name: option)
    }

    /// A connection as it is where `servers` allows whoever listens there; else it is closed before anything was said.
    ///
    /// The kernel tells who called listen(2): for a socket that systemd holds that is root.
    package static func checked(
        _ channel: any Channel, _ servers: PeerPolicy, at path: String
    ) -> EventLoopFuture<any Channel> {
        let stranger = LocalSocketError.stranger(path: path)
        guard let asked = asked(channel) else { return channel.eventLoop.makeFailedFuture(stranger) }
        return asked.flatMapThrowing { peer in
            guard servers.allows(peer) else { throw stranger }
            return channel
        }.flatMapError { error in
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(error)
        }
    }
}

/// Which peers may ask, or answer: those of this process's own user, root, and the users that are named.
package struct PeerPolicy: Sendable {
    /// Who may answer at a socket of the host's, by its name: the user of the program whose socket it is.
    ///
    /// Also where systemd made the socket: a program that takes it over calls listen(2) again, and is its peer from then on.
    package static func answering(at path: String, _ users: HostUsers = .installed) -> PeerPolicy {
        let name = path.split(separator: "/").last ?? ""
        if name == "auth.sock" || name.hasPrefix("control") { return users.policy([.control]) }
        if ["submission.sock", "malaposta-sendmail.sock"].contains(name) || name.hasPrefix("mail-") {
            return users.policy([.mail])
        }
        return users.policy(name.hasPrefix("web-") ? [.web] : [])
    }

    private let users: Set<UInt32>

    package init(alsoUsers users: Set<UInt32> = []) { self.init(exactly: users.union([0, geteuid()])) }

    init(exactly users: Set<UInt32>) { self.users = users }

    package func allows(_ peer: Peer) -> Bool { users.contains(peer.userID) }
}
