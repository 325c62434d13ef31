import Mail
import Testing

@Suite("Networks in CIDR form, and who comes through proxies") struct IPNetworkTests {
    @Test(arguments: [
        ("192.0.2.10", "192.0.2.10", true), ("192.0.2.10", "192.0.2.11", false), ("10.0.0.0/8", "10.255.1.2", true),
        ("10.0.0.0/8", "11.0.0.1", false), ("192.0.2.128/25", "192.0.2.127", false), ("0.0.0.0/0", "203.0.113.9", true),
        ("0.0.0.0/0", "2001:db8::1", false), ("2001:db8::/32", "2001:db8:1::1", true), ("2001:db8::/32", "2001:db9::1", false),
        ("127.0.0.0/8", "::ffff:127.0.0.1", true), ("10.0.0.0/8", "no address", false),
    ])
    func contains(network: String, address: String, isIn: Bool) throws {
        #expect(try #require(IPNetwork(network)).contains(address) == isIn)
    }

    @Test(arguments: ["", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8", "example", "2001:db8::1/32"])
    func refuses(text: String) { #expect(IPNetwork(text) == nil) }

    @Test(arguments: ["10.0.0.0/8", "192.0.2.1", "2001:db8::/32"])
    func writesWhatItReads(text: String) { #expect(IPNetwork(text)?.description == text) }

    @Test(arguments: [
        // Nobody declared: the peer is the client, whatever the field says.
        ("203.0.113.1", ["198.51.100.1"], "203.0.113.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        // What the client made up stands in front, and is not looked at.
        ("10.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"), ("10.0.0.1", [], "10.0.0.1"), ("10.0.0.1", ["[2001:db8::7]:4711"], "2001:db8::7"),
        ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"), ("10.0.0.1", ["10.0.0.3"], "10.0.0.3"),
    ])
    func findsTheClient(peer: String, fields: [String], client: String) throws {
        let proxies = [try #require(IPNetwork("10.0.0.0/8"))]
        #expect(ForwardedFor.client(peer: peer, fields: fields, proxies: proxies) == client)
    }
}
