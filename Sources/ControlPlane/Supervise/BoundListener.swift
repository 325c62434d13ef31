internal import Glibc
package import MailConfiguration
internal import Worker

/// A listening socket that this process holds for its workers: they come and go, the port stays.
package struct BoundListener: Sendable {
    package let name: String
    package let service: ListenerService
    /// Closed at exec, and above the descriptors that children are given.
    package let descriptor: Int32

    /// Binds and listens.
    ///
    /// - Throws: `ListenerError` whose sentence says which listener, and what to change.
    package init(_ listener: ListenerConfiguration) throws(ListenerError) {
        name = listener.name
        service = listener.service
        let descriptor = try Self.bind(listener)
        defer { close(descriptor) }
        let kept = fcntl(descriptor, F_DUPFD_CLOEXEC, ChildProcess.firstOwnDescriptor)
        guard kept >= 0 else { throw ListenerError(listener, errno) }
        self.descriptor = kept
    }

    private static func bind(_ listener: ListenerConfiguration) throws(ListenerError) -> Int32 {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE
        unsafe hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(listener.address, String(listener.port), &hints, &found) == 0, let info = unsafe found else {
            throw ListenerError(listener, EADDRNOTAVAIL)
        }
        defer { unsafe freeaddrinfo(info) }
        let descriptor = unsafe socket(info.pointee.ai_family, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw ListenerError(listener, errno) }
        var on: CInt = 1
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
        if unsafe info.pointee.ai_family == AF_INET6 {
            // `::` and `0.0.0.0` on one port are two listeners (RFC 3493 §5.3).
            unsafe setsockopt(descriptor, CInt(IPPROTO_IPV6), IPV6_V6ONLY, &on, socklen_t(MemoryLayout<CInt>.size))
        }
        let bound = unsafe Glibc.bind(descriptor, info.pointee.ai_addr, info.pointee.ai_addrlen) == 0
        guard bound, listen(descriptor, Listeners.backlog) == 0 else {
            let code = errno
            close(descriptor)
            throw ListenerError(listener, code)
        }
        return descriptor
    }
}

/// Why a listener cannot be had.
package struct ListenerError: Error, Sendable, CustomStringConvertible {
    package let description: String

    init(_ listener: ListenerConfiguration, _ code: Int32) {
        let place =
            listener.address.contains(":") ? "[\(listener.address)]:\(listener.port)" : "\(listener.address):\(listener.port)"
        let position = listener.position
        let cure =
            switch code {
            case EADDRINUSE: "another program has this port; stop it, or change the listener's port"
            case EACCES: "ports below 1024 need root; take a higher port, or run under systemd"
            case EADDRNOTAVAIL: "this machine has no such address; change the listener's address"
            default: unsafe "the system says: \(String(cString: strerror(code)))"
            }
        description = "listener \(listener.name) (\(listener.service.rawValue)) cannot listen on \(place): \(cure) in \(position)"
    }
}
