internal import Glibc

/// Sockets on this machine.
package enum LoopbackPort {
    /// A port that nobody has for UDP and TCP just now.
    package static func free() throws -> UInt16 {
        for _ in 0..<100 {
            let port = UInt16.random(in: 20_000...59_999)
            guard let datagram = try? SilentSocket("127.0.0.1", port), isFree(port) else { continue }
            _ = datagram
            return port
        }
        throw ChildProgramError(words: ["find a free port"], code: 0, output: "")
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        return unsafe loopback("127.0.0.1", port) { unsafe bind(descriptor, $0, $1) } == 0
    }

    /// Whether somebody listens for TCP.
    package static func isOpen(_ address: String, _ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        return unsafe loopback(address, port) { unsafe connect(descriptor, $0, $1) } == 0
    }

    fileprivate static func loopback(
        _ address: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = port.bigEndian
        unsafe inet_pton(AF_INET, address, &place.sin_addr)
        return unsafe withUnsafePointer(to: &place) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

/// A name server that takes questions by UDP and never answers.
package final class SilentSocket: Sendable {
    private let descriptor: Int32

    package init(_ address: String, _ port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        guard unsafe LoopbackPort.loopback(address, port, { unsafe bind(descriptor, $0, $1) }) == 0 else {
            let code = errno
            close(descriptor)
            throw ChildProgramError(words: ["bind", address, "\(port)"], code: code, output: "")
        }
    }

    deinit { close(descriptor) }
}
