internal import Glibc

/// A unix datagram socket bound to a path; sends and receives without waiting.
struct DatagramSocket: ~Copyable {
    let path: String
    private let descriptor: Int32

    /// - Parameter path: replaced where a socket of an ended process is there.
    init(path: String) throws(FileError) {
        self.path = path
        let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let made = socket(AF_UNIX, kind, 0)
        guard made >= 0 else { throw FileError(call: "socket", path: path, code: errno) }
        unsafe unlink(path)
        let code = unsafe Self.withAddress(of: path) { address, length in unsafe bind(made, address, length) }
        guard code == 0 else {
            let reason = code == nil ? ENAMETOOLONG : errno
            close(made)
            throw FileError(call: "bind", path: path, code: reason)
        }
        unsafe chmod(path, 0o660)
        descriptor = made
    }

    deinit {
        unsafe unlink(path)
        close(descriptor)
    }

    /// Whether it was taken; a full queue or an ended receiver takes nothing.
    borrowing func send(_ octets: [UInt8], to path: String) -> Bool {
        let descriptor = descriptor
        let sent = unsafe Self.withAddress(of: path) { address, length in
            unsafe Int32(truncatingIfNeeded: sendto(descriptor, octets, octets.count, Int32(MSG_NOSIGNAL), address, length))
        }
        if sent == -1, errno == ECONNREFUSED { unsafe unlink(path) }
        return sent.map { $0 >= 0 } ?? false
    }

    /// The next datagram, or nil.
    borrowing func receive(longest: Int) -> [UInt8]? {
        var octets = [UInt8](repeating: 0, count: longest + 1)
        let count = unsafe recv(descriptor, &octets, octets.count, 0)
        return count >= 0 ? Array(octets.prefix(count)) : nil
    }

    /// Waits until a datagram is there or the bell rings, and silences it.
    borrowing func wait(_ time: Duration, or bell: Bell) {
        var questions = [descriptor, bell.descriptor].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let milliseconds = max(0, (time / .milliseconds(1)).rounded(.up))
        unsafe poll(&questions, nfds_t(questions.count), Int32(clamping: Int(milliseconds)))
        if questions[1].revents != 0 { bell.silence() }
    }

    /// Nil where the path is too long for an address.
    private static func withAddress(of path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let octets = Array(path.utf8)
        guard octets.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { place in unsafe place.copyBytes(from: octets) }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { rebound in
                unsafe body(rebound, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
