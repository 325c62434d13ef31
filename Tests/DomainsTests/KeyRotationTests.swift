import Domains
import MailConfiguration
import Testing

@Suite("The life of DKIM keys") struct KeyRotationTests {
    private let day: Int64 = 86_400
    private let configuration = DKIMConfiguration.example

    private func key(_ selector: String, _ state: DomainKey.State, changed: Int64 = 0) -> DomainKey {
        DomainKey(selector: selector, algorithm: .ed25519, state: state, publicKey: [1], made: 0, changed: changed)
    }

    private func changes(_ keys: [DomainKey], visible: Set<String> = [], now: Int64) -> [KeyRotation.Change] {
        KeyRotation(configuration, now: now).changes(of: keys, visible: visible)
    }

    @Test func beginsWithAPendingKey() { #expect(changes([], now: 0) == [.make(.ed25519)]) }

    @Test func doesNotUseAKeyThatIsNotSeen() {
        #expect(changes([key("a", .pending)], now: 0) == [])
        #expect(changes([key("a", .active), key("b", .pending)], now: 200 * day) == [])
    }

    @Test func usesASeenKeyAndRetiresTheOld() {
        #expect(
            changes([key("a", .active), key("b", .pending)], visible: ["b"], now: day) == [
                .move(selector: "b", .active), .move(selector: "a", .retiring),
            ])
    }

    @Test func rotatesWhenItIsTime() {
        #expect(changes([key("a", .active)], now: 180 * day - 1) == [])
        #expect(changes([key("a", .active)], now: 180 * day) == [.make(.ed25519)])
    }

    @Test func keepsAnOldKeyPublishedUntilItsMailIsOld() {
        let keys = [key("a", .retiring), key("b", .active, changed: 0)]
        #expect(changes(keys, now: 30 * day - 1) == [])
        #expect(changes(keys, now: 30 * day) == [.move(selector: "a", .retired)])
    }

    @Test func stopsWhenSigningIsSwitchedOff() {
        var off = configuration
        off.isEnabled = false
        #expect(
            KeyRotation(off, now: 0).changes(of: [key("a", .active), key("b", .pending)], visible: ["b"]) == [
                .move(selector: "a", .retiring), .forget(selector: "b"),
            ])
    }

    @Test func rotatesOnDemandOnce() {
        #expect(KeyRotation(configuration, now: 0).rotation(of: [key("a", .active)]) == [.make(.ed25519)])
        #expect(KeyRotation(configuration, now: 0).rotation(of: [key("a", .active), key("b", .pending)]) == [])
    }

    @Test func namesSelectorsApart() {
        #expect(KeyRotation.selector(.rsa, day: "20261125", besides: []) == "mp20261125r")
        #expect(KeyRotation.selector(.rsa, day: "20261125", besides: ["mp20261125r", "mp20261125r2"]) == "mp20261125r3")
    }
}

extension DKIMConfiguration {
    /// Ed25519 alone, rotated every 180 days.
    fileprivate static var example: DKIMConfiguration {
        guard var configuration = try? Examples.site("acme.example").domain.dkim else { fatalError("a bad example") }
        configuration.algorithms = [.ed25519]
        configuration.rotateEvery = .seconds(180 * 86_400)
        return configuration
    }
}
