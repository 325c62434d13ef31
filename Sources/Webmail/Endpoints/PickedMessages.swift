internal import Mail
internal import Store

/// The messages that a form means: those it names, and where it says so (`threads=1`) all messages of their conversations in its
/// folder.
struct PickedMessages {
    let ids: [MessageID]
    /// The folder of the list that they were picked in.
    let folder: FolderID?

    /// - Parameter limit: messages at once.
    /// - Throws: `WebRefusal.tooLarge`.
    init(_ form: FormFields, in account: Account, limit: Int) async throws {
        folder = form["folder"].flatMap { Int64($0) }.map { FolderID($0) }
        let named = form.all("message").compactMap { Int64($0) }.map { MessageID($0) }
        guard named.count <= limit else { throw WebRefusal.tooLarge }
        guard form["threads"] == "1", let folder else {
            ids = named
            return
        }
        var (all, threads) = ([MessageID](), Set<ThreadID>())
        for message in try await account.listings(named) where threads.insert(message.thread).inserted {
            all += try await account.thread(message.thread, in: folder, limit: limit + 1).map(\.message.id)
            guard all.count <= limit else { throw WebRefusal.tooLarge }
        }
        // What left the folder meanwhile is still what was picked.
        let found = Set(all)
        ids = all + named.filter { !found.contains($0) }
    }
}
