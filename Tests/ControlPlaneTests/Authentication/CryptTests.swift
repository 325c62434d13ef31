import Testing

@testable import ControlPlane

@Suite("Password hashes, crypt(5)") struct CryptTests {
    @Test func ownHashesAreYescryptWithTheirOwnSalt() throws {
        let first = try #require(Crypt.hash(Array("secret".utf8)))
        let second = try #require(Crypt.hash(Array("secret".utf8)))
        #expect(first.hasPrefix("$y$"))
        #expect(first != second)
        #expect(Crypt.verify(Array("secret".utf8), against: first))
        #expect(!Crypt.verify(Array("Secret".utf8), against: first))
    }

    @Test(arguments: [
        // openssl passwd -6 -salt saltstring 'Hello world!'
        (
            "Hello world!",
            "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1"
        )
    ])
    func othersHashesWork(password: String, hash: String) {
        #expect(Crypt.verify(Array(password.utf8), against: hash))
        #expect(!Crypt.verify(Array((password + " ").utf8), against: hash))
    }

    @Test func noPasswordMeetsNoHash() {
        for hash in ["", "*", "!", "x", "$y$", "$y$j9T$", "$9$nothing", "*0", "*1"] {
            #expect(!Crypt.verify(Array("secret".utf8), against: hash))
            #expect(!Crypt.verify([], against: hash))
        }
    }

    @Test(arguments: [
        ([UInt8](), false), ([0], false), ([65, 0, 66], false), (Array(repeating: 65, count: 511), true),
        (Array(repeating: 65, count: 512), false), ([255, 254], true),
    ])
    func whatCanBeAPassword(octets: [UInt8], usable: Bool) { #expect(Crypt.isUsable(octets) == usable) }
}
