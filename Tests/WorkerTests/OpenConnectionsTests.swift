import Testing

@testable import Worker

@Suite("Open connections") struct OpenConnectionsTests {
    @Test func allOfAProgramAreBounded() throws {
        let connections = OpenConnections()
        var places = try ["192.0.2.1", "192.0.2.2"].map { try connections.enter($0, total: 2, perAddress: 9) }
        #expect(throws: ConnectionRefusal.tooMany) { try connections.enter("192.0.2.3", total: 2, perAddress: 9) }
        #expect(connections.count == 2)
        places.removeFirst()
        #expect(connections.count == 1)
        places.append(try connections.enter("192.0.2.3", total: 2, perAddress: 9))
        places = []
        #expect(connections.count == 0)
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false), ("2001:db8::1", "2001:db8:0:0:ffff::2", true),
        ("2001:db8::1", "2001:db8:0:1::1", false), ("::ffff:192.0.2.1", "192.0.2.1", true),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", false),
    ])
    func thoseOfOneAddressAreBounded(first: String, second: String, isSame: Bool) throws {
        let connections = OpenConnections()
        let place = try connections.enter(first, total: 9, perAddress: 1)
        if isSame {
            #expect(throws: ConnectionRefusal.tooManyFromAddress) { try connections.enter(second, total: 9, perAddress: 1) }
            #expect(connections.count == 1)
        } else {
            _ = try connections.enter(second, total: 9, perAddress: 1)
        }
        withExtendedLifetime(place) {}
    }

    @Test func peersWithoutAnAddressAreBoundedTogether() throws {
        let connections = OpenConnections()
        let places = try [nil, ""].map { try connections.enter($0, total: 2, perAddress: 0) }
        #expect(throws: ConnectionRefusal.tooMany) { try connections.enter(nil, total: 2, perAddress: 0) }
        withExtendedLifetime(places) {}
    }
}
