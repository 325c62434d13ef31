internal import Glibc

/// Tells whoever waits for it (sd_notify(3)) how a worker is doing. Without anybody waiting, says nothing.
package struct Readiness: Sendable {
    private let socket: String?

    package init(socket: String?) { self.socket = socket }

    package func ready() { send("READY=1") }

    package func stopping() { send("STOPPING=1") }

    /// A sentence that `systemctl status` shows.
    package func status(_ sentence: String) { send("STATUS=\(sentence)") }

    /// That the worker is alive, for units with WatchdogSec.
    package func alive() { send("WATCHDOG=1") }

    private func send(_ message: String) {
        guard let socket, let address = UnixAddress(socket) else { return }
        let descriptor = Glibc.socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let octets = Array(message.utf8)
        unsafe address.withPointer { pointer, length in
            _ = unsafe sendto(descriptor, octets, octets.count, CInt(MSG_NOSIGNAL), pointer, length)
        }
    }
}

/// The address of a unix socket; a leading `@` is an abstract one, as sd_notify(3) has it.
struct UnixAddress {
    private var address = sockaddr_un()
    private let length: socklen_t

    init?(_ path: String) {
        let octets = Array(path.utf8)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard !octets.isEmpty, octets.count < room else { return nil }
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { field in
            unsafe field.copyBytes(from: octets)
            if octets[0] == UInt8(ascii: "@") { unsafe field[0] = 0 }
        }
        length = socklen_t(MemoryLayout<sa_family_t>.size + octets.count)
    }

    func withPointer(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Void) {
        unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }
}
