internal import Glibc

/// What counts as one client: an IPv4 address, or the /64 of an IPv6 address, as a whole /64 is one customer's.
struct NetworkPrefix: Hashable, Sendable {
    /// 4 or 8.
    let octets: [UInt8]

    /// Nil where the text is no IP address, as of a client on a local socket.
    init?(_ text: String) {
        let plain = text.split(separator: "%", maxSplits: 1).first.map(String.init) ?? text
        if let four = Self.parse(plain, AF_INET, count: 4) {
            octets = four
        } else if let sixteen = Self.parse(plain, AF_INET6, count: 16) {
            // `::ffff:192.0.2.1` is an IPv4 client on an IPv6 socket.
            let isMapped = sixteen.prefix(10).allSatisfy { $0 == 0 } && sixteen[10] == 0xff && sixteen[11] == 0xff
            octets = Array(isMapped ? sixteen.suffix(4) : sixteen.prefix(8))
        } else {
            return nil
        }
    }

    /// The octets as they were written down.
    init?(octets: [UInt8]) {
        guard octets.count == 4 || octets.count == 8 else { return nil }
        self.octets = octets
    }

    private static func parse(_ text: String, _ family: CInt, count: Int) -> [UInt8]? {
        var octets = [UInt8](repeating: 0, count: count)
        return unsafe inet_pton(family, text, &octets) == 1 ? octets : nil
    }
}
