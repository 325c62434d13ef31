import MIME
import Testing

@testable import Store

@Suite("Address lists as columns") struct AddressColumnTests {
    @Test(arguments: [
        HeaderAddress(address: "ana@a.example"), HeaderAddress(name: "Ana", address: ""),
        HeaderAddress(name: "Ana", address: "ana@a.example", group: "Guides"), HeaderAddress(address: "rui@b.example", group: ""),
        // Marks that would join what stands before them.
        HeaderAddress(name: "\u{301}a", address: "\u{301}@a.example", group: "\u{200d}b"),
    ])
    func comeBackAsTheyWere(one: HeaderAddress) {
        #expect(AddressColumn.read(AddressColumn.write([one])) == [one])
        #expect(AddressColumn.read(AddressColumn.write([one, one])) == [one, one])
    }

    @Test func controlsBecomeSpaces() {
        let list = [HeaderAddress(name: "a\tb\nc\r", address: "x@x.example")]
        #expect(AddressColumn.read(AddressColumn.write(list)) == [HeaderAddress(name: "a b c ", address: "x@x.example")])
    }

    @Test func nothingIsNothing() {
        #expect(AddressColumn.read(nil).isEmpty)
        #expect(AddressColumn.read("").isEmpty)
        #expect(AddressColumn.writeOrNull([]) == nil)
    }
}
