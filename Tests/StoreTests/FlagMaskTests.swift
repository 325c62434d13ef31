import Mail
import Testing

@testable import Store

@Suite("Flags of many messages at once, RFC 9051 §6.4.6") struct FlagMaskTests {
    private static let flags: [SystemFlags] = [
        [], .seen, .flagged, [.seen, .flagged], .deleted, [.seen, .deleted, .answered], [.draft, .flagged], .all,
    ]
    private static let changes: [FlagChange] = [
        FlagChange(.add, .seen), FlagChange(.remove, .seen), FlagChange(.add, [.deleted, .flagged]), FlagChange(.remove, .all),
        FlagChange(.add, []), FlagChange(.add, .flagged, tags: ["work", "new"].compactMap { Tag($0) }),
        FlagChange(.remove, .seen, tags: ["work"].compactMap { Tag($0) }), FlagChange(.replace, [.seen, .answered]),
        FlagChange(.replace, [], tags: ["work"].compactMap { Tag($0) }),
    ]

    private struct Filled {
        let test: TestStore
        let account: Account
        let inbox: FolderID
    }

    /// A message for each of `flags`, every other one with a tag, three in one thread.
    private func filled() async throws -> Filled {
        let test = try TestStore()
        let account = try await test.account()
        let inbox = try await account.folder(.inbox).id
        let messages = Self.flags.enumerated().map { index, flags in
            Sample.message(
                subject: index < 3 ? "Thread" : "\(index)", id: "\(index)@a.example", references: index < 3 ? "t@a.example" : nil,
                flags: flags, tags: index % 2 == 0 ? [] : ["work"])
        }
        _ = try await account.append(messages, to: inbox)
        return Filled(test: test, account: account, inbox: inbox)
    }

    private func expected(_ change: FlagChange, of index: Int) -> (SystemFlags, Set<Mail.Tag>) {
        let tags = Set(index % 2 == 0 ? [] : ["work"].compactMap { Tag($0) })
        return change.applied(to: Self.flags[index], tags)
    }

    @Test(arguments: changes) func changeAsOneByOne(change: FlagChange) async throws {
        let filled = try await filled()
        let (account, inbox) = (filled.account, filled.inbox)
        let before = try await account.flags(in: inbox, uids: .all)
        let result = try await account.setFlags(change, in: inbox, uids: .all)
        let after = try await account.flags(in: inbox, uids: .all)
        #expect(result.messages == after)
        #expect(after.count == Self.flags.count)
        for (index, message) in after.enumerated() {
            let (flags, tags) = expected(change, of: index)
            #expect(message.flags == flags && Set(message.tags) == tags)
            let isSame = before[index].flags == flags && Set(before[index].tags) == tags
            #expect(message.modSequence == (isSame ? before[index].modSequence : result.after))
        }
        let folder = try await account.folder(.inbox)
        #expect(folder.unseen == after.count { !$0.flags.contains(.seen) })
        #expect(folder.deleted == after.count { $0.flags.contains(.deleted) })
        let unread = try await account.threads(in: inbox).rows.map(\.unread).reduce(0, +)
        #expect(unread == folder.unseen)
        try await account.expectSound()
    }

    @Test(arguments: changes) func changeThoseThatAreNamedAndNotChangedSince(change: FlagChange) async throws {
        let filled = try await filled()
        let (account, inbox) = (filled.account, filled.inbox)
        let mark = try await account.folder(.inbox).highest
        // The third and the sixth have changed since.
        _ = try await account.setFlags(FlagChange(.replace, .draft), in: inbox, uids: [UID(3), UID(6)])
        let before = try await account.flags(in: inbox, uids: .all)
        let result = try await account.setFlags(
            change, in: inbox, uids: UIDSet(ranges: [2...3, 5...7]), unchangedSince: mark)
        #expect(result.modified == [UID(3), UID(6)])
        #expect(result.messages.map(\.uid) == [UID(2), UID(5), UID(7)])
        let after = try await account.flags(in: inbox, uids: .all)
        for (index, message) in after.enumerated() {
            let isNamed = [1, 4, 6].contains(index)
            let (flags, tags) = isNamed ? expected(change, of: index) : (before[index].flags, Set(before[index].tags))
            #expect(message.flags == flags && Set(message.tags) == tags)
        }
        try await account.expectSound()
    }
}
