import Mail
import NIOCore
import Testing

@testable import Store

@Suite("Messages") struct MessageTests {
    let test: TestStore
    let account: Account
    let inbox: FolderID

    init() async throws {
        test = try TestStore()
        account = try await test.account()
        inbox = try await account.folder(.inbox).id
    }

    private func fill(_ count: Int, flags: SystemFlags = []) async throws -> [Filed] {
        try await account.append((1...count).map { Sample.message(subject: "n\($0)", flags: flags) }, to: inbox)
    }

    private var firstUnseen: Int? {
        get async throws { try await account.openFolder(at: FolderPath(["INBOX"]), claimRecent: false)?.firstUnseen }
    }

    @Test func anAppendedMessageComesBackOctetByOctet() async throws {
        let octets = Sample.octets(body: String(repeating: "x", count: 100_000))
        let filed = try await account.append(NewMessage(MessageSource(octets), flags: .seen, tags: [Tag("Work")!]), to: inbox)
        #expect(filed.uid == UID(1))
        let content = try await account.content(in: inbox, uid: filed.uid)
        #expect(content.size == octets.readableBytes)
        #expect(try await content.whole() == octets)
        #expect(try await content.read(offset: 5, length: 4) == octets.getSlice(at: 5, length: 4))
        #expect(try await content.read(offset: content.size, length: 4).readableBytes == 0)
        let metadata = try #require(try await account.metadata(in: inbox, uids: .all, fields: [.envelope, .bodyStructure]).first)
        #expect(metadata.flags == .seen && metadata.tags == [Tag("work")!])
        #expect(metadata.size == octets.readableBytes)
        #expect(String(buffer: try #require(metadata.envelope)).contains("\"Hello\""))
        #expect(String(buffer: try #require(metadata.bodyStructure)).hasPrefix("(\"text\" \"plain\""))
        #expect(metadata.body == nil)
    }

    @Test func countersFollowEveryChange() async throws {
        _ = try await fill(4)
        _ = try await account.setFlags(FlagChange(.add, [.seen, .deleted]), in: inbox, uids: [UID(1), UID(3)])
        var folder = try await account.folder(.inbox)
        #expect(folder.messages == 4 && folder.unseen == 2 && folder.deleted == 2)
        #expect(try await account.expunge(inbox, uids: [UID(1), UID(2)]) == [UID(1)])
        folder = try await account.folder(.inbox)
        #expect(folder.messages == 3 && folder.unseen == 2 && folder.deleted == 1)
        #expect(folder.uidNext == UID(5))
        #expect(try await account.expunge(inbox) == [UID(3)])
        #expect(Array(try await account.uids(in: inbox)) == [UID(2), UID(4)])
        try await account.expectSound()
    }

    @Test func theFirstUnseenIsCountedFromTheNearerEnd() async throws {
        let seen = (0..<1_005).map { number in Sample.message(subject: "\(number)", flags: number == 1 ? [] : .seen) }
        _ = try await account.append(seen, to: inbox)
        #expect(try await firstUnseen == 2)
        _ = try await account.setFlags(FlagChange(.add, .seen), in: inbox, uids: [UID(2)])
        #expect(try await firstUnseen == nil)
        _ = try await account.expunge(inbox, uids: nil)
        _ = try await account.append([Sample.message(), Sample.message()], to: inbox)
        #expect(try await firstUnseen == 1_006)
    }

    @Test func unchangedSinceLeavesOthersAlone() async throws {
        _ = try await fill(3)
        let before = try await account.folder(.inbox).highest
        _ = try await account.setFlags(FlagChange(.add, .flagged), in: inbox, uids: [UID(2)])
        let result = try await account.setFlags(FlagChange(.add, .seen), in: inbox, uids: .all, unchangedSince: before)
        #expect(result.modified == [UID(2)])
        #expect(result.messages.map(\.uid) == [UID(1), UID(3)])
    }

    @Test func aChangeThatChangesNothingKeepsTheModSequence() async throws {
        _ = try await fill(1, flags: .seen)
        let before = try await account.folder(.inbox).highest
        let result = try await account.setFlags(FlagChange(.add, .seen), in: inbox, uids: .all)
        #expect(result.messages.map(\.modSequence) == [before])
        #expect(try await account.folder(.inbox).highest == before)
    }

    @Test func changesTellWhatCameWentAndChanged() async throws {
        _ = try await fill(3)
        let before = try await account.folder(.inbox).highest
        _ = try await account.setFlags(FlagChange(.replace, .deleted, tags: [Tag("a")!]), in: inbox, uids: [UID(1)])
        _ = try await account.expunge(inbox)
        _ = try await account.setFlags(FlagChange(.add, .seen), in: inbox, uids: [UID(3)])
        _ = try await fill(1)
        let changes = try await account.changes(in: inbox, since: before)
        #expect(changes.expunged == [UID(1)])
        #expect(changes.changed.map(\.uid) == [UID(3), UID(4)])
        #expect(changes.changed.first?.flags == .seen)
        #expect(!changes.expungesForgotten)
        #expect(try await account.changes(in: inbox, since: changes.highest).changed.isEmpty)
    }

    @Test func copiesShareTheFileAndMovesKeepTheMessage() async throws {
        let filed = try await account.append(Sample.message(tags: ["work"]), to: inbox)
        try await account.setComment("call back", on: filed.message)
        let target = try await account.createFolder(at: FolderPath(["a"])).id
        let copied = try await account.copy([UID(1)], from: inbox, to: target)
        #expect(copied.pairs.map(\.destination) == [UID(1)])
        let moved = try await account.move([UID(1)], from: inbox, to: target)
        #expect(moved.pairs.map(\.destination) == [UID(2)])
        #expect(try await account.message(filed.message)?.listing.uid == UID(2))
        let copy = try #require(try await account.metadata(in: target, uids: [UID(1)]).first)
        #expect(copy.message != filed.message && copy.tags == [Tag("work")!])
        #expect(try await account.comment(on: copy.message) == "call back")
        #expect(try await account.usage().messages == 2)
        try await account.delete([filed.message])
        #expect(try await account.content(of: copy.message).whole() == Sample.octets())
        try await account.delete([copy.message])
        #expect(try await account.usage() == Usage(octets: 0, messages: 0))
        try await account.expectSound()
    }

    @Test func deletingInTheTrashIsForGood() async throws {
        let filed = try await fill(2)
        try await account.moveToTrash([filed[0].message])
        #expect(try await account.folder(.trash).messages == 1)
        try await account.moveToTrash(filed.map(\.message))
        #expect(try await account.folder(.trash).messages == 1)
        #expect(try await account.usage().messages == 1)
        try await account.expectSound()
    }

    @Test func aDraftReplacesTheOneBefore() async throws {
        let first = try await account.replaceDraft(nil, with: Sample.message(subject: "one", flags: .draft))
        let second = try await account.replaceDraft(first.message, with: Sample.message(subject: "two", flags: .draft))
        #expect(second.uid > first.uid)
        #expect(try await account.folder(.drafts).messages == 1)
        try await account.expectSound()
    }

    @Test func quotasHold() async throws {
        let size = Sample.octets().readableBytes
        _ = try await account.append(Sample.message(), to: inbox, quota: ByteCount(size))
        await #expect(throws: StoreError.overQuota(used: size, limit: size)) {
            try await account.append(Sample.message(), to: inbox, quota: ByteCount(size))
        }
        await #expect(throws: StoreError.overQuota(used: size, limit: size)) {
            try await account.copy(.all, from: inbox, to: inbox, quota: ByteCount(size))
        }
        try await account.expectSound()
    }

    @Test func recentMessagesAreClaimedOnce() async throws {
        _ = try await fill(2)
        #expect(try await account.select(inbox, claimRecent: false).recentFrom == UID(1))
        #expect(try await account.select(inbox, claimRecent: true).recentFrom == UID(1))
        #expect(try await account.select(inbox, claimRecent: true).recentFrom == UID(3))
    }

    @Test func rowsAreWrittenUntilTheBufferIsFull() async throws {
        _ = try await fill(20)
        let written = try await account.write(inbox, uids: .all, into: ByteBuffer(), octets: 10) { row, buffer in
            buffer.writeString("\(row.uid) ")
            return true
        }
        #expect(String(buffer: written.buffer) == "1 2 3 4 5 ")
        #expect(written.last == UID(5) && written.refused == nil)
    }

    @Test(arguments: [[], [7], [1, 2, 3, 4], [5, 6, 9, 10, 20], [1, 4_294_967_295]] as [[UInt32]])
    func whereAUIDStands(values: [UInt32]) {
        let list = UIDList(sorted: ContiguousArray(values))
        for uid in Set(values.flatMap { [max(1, $0) - 1, $0, $0 &+ 1] } + [0, 1, 100, .max]) {
            #expect(list.firstIndex(notBelow: UID(uid)) == values.firstIndex { $0 >= uid } ?? values.count)
            #expect(list.index(of: UID(uid)) == values.firstIndex(of: uid))
        }
    }

    @Test func aFileIsFoundInItsFolder() throws {
        let name = BlobName(milliseconds: 1_795_000_123_456, suffix: [0, 1, 0x2f, 0xff, 0xa0, 9, 8, 7, 6, 5])
        let path = name.path
        let letters = path.indices.map { UInt8(bitPattern: path[$0]) }
        #expect(letters.last == 0)
        let paths = MailboxPaths(root: test.root, account: account.id)
        #expect("\(paths.messages)/\(String(decoding: letters.dropLast(), as: UTF8.self))" == paths.file(name))
    }

    @Test func blocksOfNumbersAreRefilled() async throws {
        _ = try await fill(300)
        for _ in 0..<20 {
            for change in [FlagChange(.add, .seen), FlagChange(.remove, .seen)] {
                for uid in stride(from: 1, through: 300, by: 3) {
                    _ = try await account.setFlags(change, in: inbox, uids: [UID(UInt32(uid))])
                }
            }
        }
        let folder = try await account.folder(.inbox)
        #expect(folder.unseen == 300 && folder.uidNext == UID(301))
        try await account.expectSound()
    }
}
