import Mail
import Testing

@testable import Store

@Suite("Folders") struct FolderTests {
    let test: TestStore
    let account: Account

    init() async throws {
        test = try TestStore()
        account = try await test.account()
    }

    @Test func aNewAccountHasItsFixedFolders() async throws {
        let folders = try await account.folders()
        #expect(folders.map(\.path.description) == ["INBOX", "Drafts", "Sent", "Templates", "Spam", "Trash"])
        #expect(folders.allSatisfy { $0.subscribed && $0.use != nil && !$0.children })
        #expect(Set(folders.map(\.uidValidity)).count == 6)
    }

    @Test func theOverviewIsWhatEachAloneSays() async throws {
        let folder = try await account.createFolder(at: FolderPath(["Clients", "Évora"]))
        let tag = try #require(Tag("contract"))
        try await account.define(TagDefinition(tag: tag, title: "Contract", color: "2f5aa0"))
        _ = try await account.append(Sample.message(subject: "one", date: 1), to: folder.id)
        let overview = try await account.overview()
        #expect(overview.folders == (try await account.folders()))
        #expect(overview.tags == (try await account.tags()))
        #expect(overview.usage == (try await account.usage()))
        #expect(overview.usage.messages == 1 && overview.folders.count == 8 && overview.tags.map(\.tag) == [tag])
    }

    @Test func missingFoldersAboveAreMade() async throws {
        let folder = try await account.createFolder(at: FolderPath(["Clients", "Évora", "2026"]))
        #expect(folder.path.components == ["Clients", "Évora", "2026"])
        #expect(try await account.folder(at: FolderPath(["Clients"]))?.children == true)
        await #expect(throws: StoreError.folderExists) { try await account.createFolder(at: FolderPath(["Clients", "Évora"])) }
    }

    @Test func inboxIsOneInAnyCase() async throws {
        #expect(try await account.folder(at: FolderPath(["inbox"]))?.use == .inbox)
        let below = try await account.createFolder(at: FolderPath(["Inbox", "a"]))
        #expect(below.path.components == ["INBOX", "a"])
    }

    @Test(arguments: [
        (["Sent", "a"], FolderRefusal.noFoldersHere), (["Spam", "a"], .noFoldersHere), ([""], .badName), (["a\u{1}b"], .badName),
        ([], .badName), (Array(repeating: "d", count: 21), .tooDeep), ([String(repeating: "é", count: 128)], .badName),
    ])
    func refusesAtCreation(path: [String], refusal: FolderRefusal) async throws {
        await #expect(throws: StoreError.folderNotAllowed(refusal)) { try await account.createFolder(at: FolderPath(path)) }
    }

    @Test func fixedFoldersStay() async throws {
        let sent = try await account.folder(.sent)
        await #expect(throws: StoreError.folderNotAllowed(.fixed)) { try await account.deleteFolder(sent.id) }
        await #expect(throws: StoreError.folderNotAllowed(.fixed)) { try await account.trashFolder(sent.id) }
        await #expect(throws: StoreError.folderNotAllowed(.fixed)) { try await account.moveFolder(sent.id, under: nil) }
        await #expect(throws: StoreError.folderNotAllowed(.fixed)) {
            try await account.renameFolder(sent.id, to: FolderPath(["Other"]))
        }
    }

    @Test func aRenamedFolderTakesAllBelowAndItsSubscriptionsAlong() async throws {
        let inner = try await account.createFolder(at: FolderPath(["a", "b"]))
        let outer = try #require(try await account.folder(at: FolderPath(["a"])))
        try await account.renameFolder(outer.id, to: FolderPath(["x", "y"]))
        #expect(try await account.folder(inner.id)?.path.components == ["x", "y", "b"])
        #expect(try await account.folder(inner.id)?.subscribed == true)
        #expect(try await account.subscriptions().contains(FolderPath(["a"])) == false)
        await #expect(throws: StoreError.folderNotAllowed(.insideItself)) {
            try await account.moveFolder(outer.id, under: inner.id)
        }
    }

    @Test func renamingTheInboxMovesItsMessages() async throws {
        let inbox = try await account.folder(.inbox)
        _ = try await account.append(Sample.message(), to: inbox.id)
        try await account.renameFolder(inbox.id, to: FolderPath(["Old"]))
        #expect(try await account.folder(.inbox).messages == 0)
        #expect(try await account.folder(at: FolderPath(["Old"]))?.messages == 1)
        try await account.expectSound()
    }

    @Test func aTrashedFolderIsBelowTheTrashUntilItIsEmptied() async throws {
        for _ in 0..<2 {
            let folder = try await account.createFolder(at: FolderPath(["p", "q"]))
            _ = try await account.append(Sample.message(), to: folder.id)
            try await account.trashFolder(folder.id)
        }
        #expect(try await account.folder(at: FolderPath(["Trash", "q"]))?.messages == 1)
        #expect(try await account.folder(at: FolderPath(["Trash", "q 2"]))?.messages == 1)
        #expect(try await account.emptyFolder(.trash) == 2)
        #expect(try await account.folder(at: FolderPath(["Trash", "q"])) == nil)
        #expect(try await account.usage() == Usage(octets: 0, messages: 0))
        try await account.expectSound()
    }

    @Test func aDeletedAndRemadeFolderHasAnotherValidity() async throws {
        let first = try await account.createFolder(at: FolderPath(["a"]))
        try await account.deleteFolder(first.id)
        let second = try await account.createFolder(at: FolderPath(["a"]))
        #expect(second.uidValidity.value > first.uidValidity.value)
    }

    @Test func subscriptionsNeedNoFolder() async throws {
        try await account.subscribe(FolderPath(["not", "there"]), true)
        #expect(try await account.subscriptions().contains(FolderPath(["not", "there"])))
        try await account.subscribe(FolderPath(["not", "there"]), false)
        #expect(try await account.subscriptions().count == 6)
    }
}
