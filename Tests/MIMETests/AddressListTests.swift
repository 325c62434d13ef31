import Mail
import NIOCore
import Testing

@testable import MIME

@Suite("Addresses, RFC 5322 §3.4 and §4.4") struct AddressListTests {
    private func read(_ text: String) -> [String] {
        AddressList(ByteBuffer(string: text)).addresses.map { address in
            (address.group.map { "\($0)/" } ?? "") + (address.name.isEmpty ? "" : "\(address.name) ") + "<\(address.address)>"
        }
    }

    @Test(arguments: [
        ("a@b.example", ["<a@b.example>"]),
        ("<a@b.example>", ["<a@b.example>"]),
        ("Ana Silva <a@b.example>", ["Ana Silva <a@b.example>"]),
        ("\"Silva, Ana\" <a@b.example>, c@d.example", ["Silva, Ana <a@b.example>", "<c@d.example>"]),
        ("\"A \\\"B\\\" C\" <a@b.example>", ["A \"B\" C <a@b.example>"]),
        ("a@b.example (Ana Silva)", ["Ana Silva <a@b.example>"]),
        ("a (x) @ (y) b . example (Ana (S.))", ["Ana (S.) <a@b.example>"]),
        ("john . doe @ example.com", ["<john.doe@example.com>"]),
        ("\"john doe\"@example.com", ["<john doe@example.com>"]),
        ("Ana <@r1.example,@r2.example:a@b.example>", ["Ana <a@b.example>"]),
        (
            "Friends: a@b.example, Bo <c@d.example>; e@f.example",
            ["Friends/<a@b.example>", "Friends/Bo <c@d.example>", "<e@f.example>"]
        ),
        ("undisclosed-recipients:;", []),
        ("a@[192.0.2.1]", ["<a@[192.0.2.1]>"]),
        ("=?utf-8?Q?Jos=C3=A9?= <a@b.example>", ["José <a@b.example>"]),
        ("\"=?utf-8?Q?Jos=C3=A9?=\" <a@b.example>", ["José <a@b.example>"]),
        ("José <josé@b.example>", ["José <josé@b.example>"]),
        ("a@b.example <a@b.example>", ["a@b.example <a@b.example>"]),
        ("Ana Silva a@b.example", ["Ana Silva <a@b.example>"]),
        ("root", ["<root>"]),
        ("a@b.example,,c@d.example,", ["<a@b.example>", "<c@d.example>"]),
        ("Ana <a@b.example", ["Ana <a@b.example>"]),
        ("Ana <a@b@c.example>", ["Ana <a@b@c.example>"]),
        ("Ana <>", ["Ana <>"]),
        ("<>", []),
        ("\"unended", ["<unended>"]),
        ("(unended", []),
        (";;::,,<<>>@@", ["<@@>"]),
        ("", []),
        ("Dr. Ana M. Silva <a@b.example>", ["Dr. Ana M. Silva <a@b.example>"]),
        ("a@b.example; c@d.example", ["<a@b.example>", "<c@d.example>"]),
    ])
    func reads(text: String, expected: [String]) { #expect(read(text) == expected) }

    @Test func manyAddressesAreBounded() {
        let text = String(repeating: "a@b,", count: 20_000)
        #expect(AddressList(ByteBuffer(string: text)).entries.count == AddressList.limit)
    }

    @Test func deepCommentsCostNoStack() {
        let text = String(repeating: "(", count: 500_000) + "a@b"
        #expect(read(text) == [])
    }

    @Test func sendableAddresses() {
        #expect(HeaderAddress(address: "a@b.example").mailbox?.description == "a@b.example")
        #expect(HeaderAddress(address: "root").mailbox == nil)
        #expect(HeaderAddress(address: "a b@c.example").mailbox?.description == "\"a b\"@c.example")
    }
}
