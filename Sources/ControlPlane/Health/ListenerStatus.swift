internal import Glibc
internal import MailConfiguration

/// Whether somebody listens where malaposta.yaml wants it.
package struct ListenerStatus: Codable, Sendable, Hashable {
    package var name: String
    package var service: String
    package var address: String
    package var port: UInt16
    package var isOpen: Bool

    /// `127.0.0.1:2525`, `[::1]:25`.
    package var place: String { address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)" }
}

/// The TCP sockets of this network namespace that are listened at, as the kernel lists them (proc(5), /proc/net/tcp): nobody is
/// connected to for the question.
struct ListeningSockets {
    private let places: Set<Place>

    private struct Place: Hashable {
        /// As inet_ntop(3) writes it.
        var address: String
        var port: UInt16
    }

    init() { self.init(Self.contents("/proc/net/tcp"), Self.contents("/proc/net/tcp6")) }

    init(_ four: String, _ six: String) {
        places = Set(Self.read(four, AF_INET) + Self.read(six, AF_INET6))
    }

    func has(_ address: String, _ port: UInt16) -> Bool {
        // A socket for all addresses serves each of them; one for all of IPv6 is never IPv4's here.
        let all = address.contains(":") ? "::" : "0.0.0.0"
        return places.contains(Place(address: address, port: port)) || places.contains(Place(address: all, port: port))
    }

    /// Lines of `sl local_address rem_address st ...`; the state of a listener is 0A.
    private static func read(_ text: String, _ family: Int32) -> [Place] {
        text.split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: " ", maxSplits: 4)
            guard fields.count > 3, fields[3] == "0A" else { return nil }
            let parts = fields[1].split(separator: ":")
            guard parts.count == 2, let port = UInt16(parts[1], radix: 16), let address = address(parts[0], family) else {
                return nil
            }
            return Place(address: address, port: port)
        }
    }

    /// The kernel writes each word of four octets as a number of this machine.
    private static func address(_ digits: Substring, _ family: Int32) -> String? {
        guard digits.utf8.count == (family == AF_INET ? 8 : 32) else { return nil }
        var octets: [UInt8] = []
        var rest = digits
        while !rest.isEmpty {
            guard let word = UInt32(rest.prefix(8), radix: 16) else { return nil }
            unsafe withUnsafeBytes(of: word) { octets += unsafe Array($0) }
            rest = rest.dropFirst(8)
        }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard unsafe inet_ntop(family, octets, &text, socklen_t(text.count)) != nil else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func contents(_ path: String) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var all: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe Glibc.read(descriptor, &piece, piece.count)
            guard count > 0 else { break }
            all += piece.prefix(count)
        }
        return String(decoding: all, as: UTF8.self)
    }
}

extension ListenerStatus {
    static func all(_ host: HostConfiguration, _ sockets: ListeningSockets = ListeningSockets()) -> [ListenerStatus] {
        host.listeners.map { listener in
            ListenerStatus(
                name: listener.name, service: listener.service.rawValue, address: listener.address, port: listener.port,
                isOpen: sockets.has(listener.address, listener.port))
        }
    }
}
