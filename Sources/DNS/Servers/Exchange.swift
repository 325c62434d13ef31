internal import Glibc

/// One question and its answer over a socket, with a deadline. Blocks its thread.
struct Exchange {
    let server: ServerAddress
    let end: ContinuousClock.Instant

    /// The largest message that a length of two octets can tell (RFC 1035 §4.2.2).
    private static let largest = 65_535

    /// By UDP; what is no answer to the question is passed over (RFC 5452 §9.1), the socket takes from the server alone.
    func datagram(_ question: [UInt8], isAnswer: ([UInt8]) -> Bool) throws(ServerError) -> [UInt8] {
        let socket = try connected(SOCK_DGRAM)
        defer { close(socket) }
        guard unsafe send(socket, question, question.count, Int32(MSG_NOSIGNAL)) == question.count else { throw Self.failed() }
        while true {
            try wait(socket, POLLIN)
            var octets = [UInt8](repeating: 0, count: Self.largest)
            let count = unsafe recv(socket, &octets, octets.count, 0)
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            guard count >= 0 else { throw Self.failed() }
            octets.removeLast(octets.count - count)
            if isAnswer(octets) { return octets }
        }
    }

    /// By TCP, each message behind its length.
    func stream(_ question: [UInt8]) throws(ServerError) -> [UInt8] {
        let socket = try connected(SOCK_STREAM)
        defer { close(socket) }
        try sendAll([UInt8(question.count >> 8), UInt8(question.count & 255)] + question, socket)
        let length = try receive(2, socket)
        return try receive(Int(length[0]) << 8 | Int(length[1]), socket)
    }

    // MARK: Sockets

    private func connected(_ kind: __socket_type) throws(ServerError) -> Int32 {
        let family = server.address.isIPv6 ? AF_INET6 : AF_INET
        let socket = Glibc.socket(family, Int32(kind.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard socket >= 0 else { throw Self.failed() }
        do throws(ServerError) {
            guard connect(socket) != 0 else { return socket }
            guard errno == EINPROGRESS else { throw Self.failed() }
            try wait(socket, POLLOUT)
            var code: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            unsafe getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &size)
            guard code == 0 else { throw Self.failed(code) }
            return socket
        } catch {
            close(socket)
            throw error
        }
    }

    private func connect(_ socket: Int32) -> Int32 {
        if server.address.isIPv6 {
            var place = sockaddr_in6()
            place.sin6_family = sa_family_t(AF_INET6)
            place.sin6_port = server.port.bigEndian
            unsafe withUnsafeMutableBytes(of: &place.sin6_addr) { unsafe $0.copyBytes(from: server.address.octets) }
            return unsafe withUnsafePointer(to: &place) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        }
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = server.port.bigEndian
        unsafe withUnsafeMutableBytes(of: &place.sin_addr) { unsafe $0.copyBytes(from: server.address.octets) }
        return unsafe withUnsafePointer(to: &place) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private func sendAll(_ octets: [UInt8], _ socket: Int32) throws(ServerError) {
        var rest = octets[...]
        while !rest.isEmpty {
            try wait(socket, POLLOUT)
            let count = unsafe send(socket, Array(rest), rest.count, Int32(MSG_NOSIGNAL))
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            guard count > 0 else { throw Self.failed() }
            rest = rest.dropFirst(count)
        }
    }

    private func receive(_ wanted: Int, _ socket: Int32) throws(ServerError) -> [UInt8] {
        var octets: [UInt8] = []
        while octets.count < wanted {
            try wait(socket, POLLIN)
            var piece = [UInt8](repeating: 0, count: wanted - octets.count)
            let count = unsafe recv(socket, &piece, piece.count, 0)
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            guard count >= 0 else { throw Self.failed() }
            guard count > 0 else { throw .unreachable("it ended the connection") }
            octets += piece.prefix(count)
        }
        return octets
    }

    private func wait(_ socket: Int32, _ events: Int32) throws(ServerError) {
        while true {
            let left = (end - .now).components
            let milliseconds = left.seconds * 1_000 + left.attoseconds / 1_000_000_000_000_000
            guard milliseconds > 0 else { throw .timeout }
            var descriptor = pollfd(fd: socket, events: Int16(events), revents: 0)
            let count = unsafe poll(&descriptor, 1, Int32(clamping: milliseconds))
            if count > 0 { return }
            guard count == 0 || errno == EINTR else { throw Self.failed() }
        }
    }

    private static func failed(_ code: Int32 = errno) -> ServerError {
        .unreachable(unsafe String(cString: strerror(code)))
    }
}
