import DNS
import Testing

@Suite("Names and addresses of DNS") struct ValueTests {
    @Test(arguments: ["_dmarc.Example.ORG", "a.b.", "x+y.example", String(repeating: "a", count: 63) + ".example"])
    func takes(text: String) throws {
        let name = try #require(DNSName(text))
        #expect(name.text == (text.hasSuffix(".") ? String(text.dropLast()) : text).lowercased())
    }

    @Test(arguments: [
        "", ".", "a..b", ".a", "a b.example", "a\\.b", String(repeating: "a", count: 64) + ".example",
        Array(repeating: "abcdefgh", count: 29).joined(separator: "."), "é.example",
    ])
    func refuses(text: String) { #expect(DNSName(text) == nil) }

    @Test(arguments: [
        ("192.0.2.1", "1.2.0.192.in-addr.arpa"),
        ("2001:db8::1", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"),
        ("::ffff:192.0.2.1", "1.2.0.192.in-addr.arpa"),
    ])
    func reverses(text: String, name: String) throws { #expect(try #require(IPAddress(text)).reverseName.text == name) }

    @Test(arguments: [
        "127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1",
        "::",
        "fe80::1", "fd00::1", "64:ff9b::a00:1", "::ffff:10.0.0.1", "2002:a00:1::", "2001::1", "ff02::1", "198.51.100.1",
    ])
    func isNotTheWorlds(text: String) throws { #expect(try !#require(IPAddress(text)).isGlobal) }

    @Test(arguments: ["8.8.8.8", "1.1.1.1", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"])
    func isTheWorlds(text: String) throws { #expect(try #require(IPAddress(text)).isGlobal) }

    @Test(arguments: [
        ("192.0.2.255", "192.0.2.0", 24, true), ("192.0.3.0", "192.0.2.0", 24, false), ("192.0.2.129", "192.0.2.128", 25, true),
        ("192.0.2.127", "192.0.2.128", 25, false), ("1.2.3.4", "9.9.9.9", 0, true), ("2001:db8::1", "2001:db8::", 32, true),
        ("192.0.2.1", "::", 0, false),
    ])
    func liesWithin(address: String, network: String, length: Int, isWithin: Bool) throws {
        #expect(try #require(IPAddress(address)).isWithin(try #require(IPAddress(network)), length: length) == isWithin)
    }
}
