internal import Glibc

/// A client of a port of 127.0.0.1 that reads when it is told to, and has room for little before; its socket's calls do not wait.
package final class UnreadingClient {
    private struct Failure: Error {}

    private let descriptor: Int32
    private let (server, client): (UInt16, UInt16)

    package init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var room: Int32 = 4_096
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, socklen_t(MemoryLayout<Int32>.size))
        // A sockaddr_in in octets (ip(7)): which module owns that type depends on what else is compiled beside this file.
        var place: [UInt8] = [UInt8(AF_INET), 0, UInt8(port >> 8), UInt8(port & 0xff), 127, 0, 0, 1] + [0, 0, 0, 0, 0, 0, 0, 0]
        var length = socklen_t(place.count)
        let descriptor = descriptor
        let isConnected = unsafe place.withUnsafeMutableBytes { octets in
            guard let address = unsafe octets.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return false }
            // A listening socket of this machine takes a connection at once; from then on the kernel lists its other end.
            return unsafe connect(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
                && fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0
        }
        (server, client) = (UInt16(port), UInt16(place[2]) << 8 | UInt16(place[3]))
        guard isConnected else { throw Failure() }
    }

    deinit { close(descriptor) }

    /// Sends as much of it as the kernel takes.
    package func send(_ text: String) {
        var octets = Array(text.utf8)
        while !octets.isEmpty {
            let count = unsafe Glibc.send(descriptor, octets, octets.count, Int32(MSG_NOSIGNAL))
            guard count > 0 else { return }
            octets.removeFirst(count)
        }
    }

    /// The server's end of the connection, as the kernel lists it (proc(5), /proc/net/tcp).
    package struct ServerEnd: Sendable {
        /// Whether the server's program has it still.
        package let isOpen: Bool
        /// Octets that are sent and have not got here.
        package let unread: Int
    }

    /// Nil where the kernel has it no more.
    package var serverEnd: ServerEnd? {
        let names = [server, client].map { port in
            let digits = String(port, radix: 16, uppercase: true)
            return "0100007F:" + String(repeating: "0", count: 4 - digits.count) + digits
        }
        // Lines of `sl local_address rem_address st tx_queue:rx_queue ...`; an open connection's state is 01,
        // or 03 where it has only just come.
        for line in TestFile.text("/proc/net/tcp").split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 5)
            guard fields.count > 5, fields[1] == names[0], fields[2] == names[1] else { continue }
            return ServerEnd(
                isOpen: fields[3] == "01" || fields[3] == "03", unread: Int(fields[4].prefix { $0 != ":" }, radix: 16) ?? 0)
        }
        return nil
    }

    /// Waits until it is so; false after a minute, in which the kernel forgets nothing by itself.
    package func waits(until isSo: (ServerEnd?) -> Bool) async -> Bool {
        let patience = ContinuousClock.now + .seconds(60)
        while !isSo(serverEnd) {
            guard ContinuousClock.now < patience else { return false }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return true
    }

    /// Waits until the kernel has the server's end no more, as ``waits(until:)`` does, and reads what got here by then; whether it
    /// is less than was sent.
    package func isForgotten() async -> Bool {
        guard await waits(until: { $0 == nil }) else { return false }
        return await !readAll().endsInOrder
    }

    /// Reads what there is, to the end of the connection or for a minute; whether it ended in order.
    package func readAll() async -> (text: String, endsInOrder: Bool) {
        var octets: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        let patience = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < patience {
            let count = unsafe recv(descriptor, &piece, piece.count, 0)
            if count > 0 {
                octets += piece.prefix(count)
            } else if count < 0, errno == EAGAIN {
                try? await Task.sleep(for: .milliseconds(5))
            } else {
                return (String(decoding: octets, as: UTF8.self), count == 0)
            }
        }
        return (String(decoding: octets, as: UTF8.self), false)
    }
}
