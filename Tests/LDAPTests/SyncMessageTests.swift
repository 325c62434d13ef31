import Testing

@testable import LDAP

@Suite("Messages of content synchronisation, RFC 4533") struct SyncMessageTests {
    static let uuid: [UInt8] = Array(0...15)
    static let text = "00010203-0405-0607-0809-0a0b0c0d0e0f"

    @Test func asksForChangesFromNothing() throws {
        #expect(try SyncRequest.value(since: nil) == [0x30, 3, 0x0a, 1, 3])
    }

    @Test func asksForChangesSinceACookie() throws {
        #expect(try SyncRequest.value(since: [0x61, 0x62]) == [0x30, 7, 0x0a, 1, 3, 4, 2, 0x61, 0x62])
    }

    @Test(arguments: [(0, .present), (1, .add), (2, .modify), (3, .delete)] as [(UInt8, SyncState.State)])
    func readsAState(number: UInt8, state: SyncState.State) throws {
        let bare = try SyncState([0x30, 21, 0x0a, 1, number, 4, 16] + Self.uuid)
        #expect(bare.state == state)
        #expect(bare.uuid == Self.text)
        #expect(bare.cookie == nil)
        #expect(try SyncState([0x30, 24, 0x0a, 1, number, 4, 16] + Self.uuid + [4, 1, 0x63]).cookie == [0x63])
    }

    @Test(
        arguments: [
            [], [0x30], [0x30, 0], [0x30, 3, 0x0a, 1, 1], [0x30, 21, 0x0a, 1, 4, 4, 16] + uuid,
            [0x30, 21, 2, 1, 1, 4, 16] + uuid,
            [0x30, 20, 0x0a, 1, 1, 4, 15] + uuid.dropLast(), [0x30, 21, 0x0a, 1, 1, 4, 16] + uuid.dropLast(),
            [0x30, 23, 0x0a, 1, 1, 4, 16] + uuid + [5, 0], [0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
        ] as [[UInt8]])
    func refusesWhatIsNoState(value: [UInt8]) { #expect(throws: (any Error).self) { try SyncState(value) } }

    @Test(
        arguments: [
            ([0x80, 1, 0x63], .newCookie, [0x63]), ([0xa1, 0], .refreshDelete(isDone: true), nil),
            ([0xa1, 3, 1, 1, 0], .refreshDelete(isDone: false), nil),
            ([0xa2, 3, 4, 1, 0x63], .refreshPresent(isDone: true), [0x63]),
            ([0xa2, 6, 4, 1, 0x63, 1, 1, 0xff], .refreshPresent(isDone: true), [0x63]),
            ([0xa3, 20, 0x31, 18, 4, 16] + uuid, .idSet(uuids: [text], areDeleted: false), nil),
            (
                [0xa3, 41, 1, 1, 0xff, 0x31, 36, 4, 16] + uuid + [4, 16] + uuid, .idSet(uuids: [text, text], areDeleted: true),
                nil
            ),
            ([0xa3, 2, 0x31, 0], .idSet(uuids: [], areDeleted: false), nil),
        ] as [([UInt8], SyncInfo.Content, [UInt8]?)])
    func readsWhatIsBetweenEntries(value: [UInt8], content: SyncInfo.Content, cookie: [UInt8]?) throws {
        let info = try SyncInfo(value)
        #expect(info.content == content)
        #expect(info.cookie == cookie)
    }

    @Test(
        arguments: [
            [], [0x80], [0x84, 0], [0x30, 0], [0x04, 0], [0xa0, 0], [0xa3, 0], [0xa3, 5, 0x31, 3, 4, 1, 0],
            [0xa3, 19, 0x31, 18, 4, 16] + uuid, [0xa1, 2, 5, 0],
        ] as [[UInt8]])
    func refusesWhatIsNotBetweenEntries(value: [UInt8]) { #expect(throws: (any Error).self) { try SyncInfo(value) } }
}
