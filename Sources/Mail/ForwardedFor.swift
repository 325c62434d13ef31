/// The client of a request that came through proxies, by its X-Forwarded-For field.
///
/// Each proxy puts whom it heard from behind what stands there already. So the field is read from its end, and only as far as
/// declared proxies have written it: what a client itself made up stands further in front.
package enum ForwardedFor {
    /// Addresses that are looked at; what stands further in front is nobody's word.
    package static let mostHops = 16

    /// - Parameters:
    ///   - peer: whom the connection comes from.
    ///   - fields: the values of all X-Forwarded-For fields, in their order.
    package static func client(peer: String, fields: [String], proxies: [IPNetwork]) -> String {
        func isProxy(_ address: String) -> Bool { proxies.contains { $0.contains(address) } }
        var client = peer
        let hops = fields.flatMap { $0.split(separator: ",") }.suffix(mostHops).reversed()
        for hop in hops {
            guard isProxy(client) else { break }
            let address = plain(hop)
            // Whatever is no address was not written by a proxy that is to be trusted with it.
            guard IPNetwork(address) != nil, !address.contains("/") else { break }
            client = address
        }
        return client
    }

    /// Without spaces, brackets and port: `[2001:db8::1]:4711`, `192.0.2.1:4711`.
    private static func plain(_ hop: Substring) -> String {
        var text = hop.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text = text.dropLast() }
        if text.first == "[" { return String(text.dropFirst().prefix { $0 != "]" }) }
        let colons = text.utf8.count { $0 == 0x3a }
        return String(colons == 1 ? text.prefix { $0 != ":" } : text)
    }
}
