package import Mail

extension Account {
    private func later() -> StoreError { .unavailable(cause: "not there yet") }

    // MARK: folders
    /// In the order of the tree: the fixed ones first, then by name, those below a folder behind it.
    package func folders() throws(StoreError) -> [Folder] { throw later() }
    package func folder(at path: FolderPath) throws(StoreError) -> Folder? { throw later() }
    package func folder(_ use: SpecialUse) throws(StoreError) -> Folder { throw later() }
    package func folder(_ id: FolderID) throws(StoreError) -> Folder? { throw later() }
    /// Makes a folder, and those above it where they are missing.
    @discardableResult
    package func createFolder(at path: FolderPath) throws(StoreError) -> Folder { throw later() }
    /// Missing folders above the new path are made. INBOX: its messages go to the new folder (RFC 9051 §6.3.6).
    package func renameFolder(_ id: FolderID, to path: FolderPath) throws(StoreError) { throw later() }
    package func moveFolder(_ id: FolderID, under parent: FolderID?) throws(StoreError) { throw later() }
    /// IMAP's DELETE: the folder and its messages are gone. Refused where folders are below it.
    package func deleteFolder(_ id: FolderID) throws(StoreError) { throw later() }
    /// Moves a folder with all it holds into the trash (F68).
    package func trashFolder(_ id: FolderID) throws(StoreError) { throw later() }
    package func subscribe(_ path: FolderPath, _ isSubscribed: Bool) throws(StoreError) { throw later() }
    package func subscriptions() throws(StoreError) -> [FolderPath] { throw later() }

    // MARK: sessions
    /// The folder with its counters, and what is recent: UIDs from `recentFrom` on were not given to any session before. O(1).
    package func select(_ folder: FolderID, claimRecent: Bool) throws(StoreError) -> (folder: Folder, recentFrom: UID) { throw later() }
    package func uids(in folder: FolderID) throws(StoreError) -> UIDList { throw later() }
    /// The lowest UID without \Seen.
    package func firstUnseen(in folder: FolderID) throws(StoreError) -> UID? { throw later() }
    package func flags(in folder: FolderID, uids: UIDSet, limit: Int = .max) throws(StoreError) -> [MessageFlags] { throw later() }
    package func metadata(
        in folder: FolderID, uids: UIDSet, fields: MetadataFields = [], changedSince: ModSequence? = nil, limit: Int = 500
    ) throws(StoreError) -> [MessageMetadata] { throw later() }
    package func changes(in folder: FolderID, since: ModSequence) throws(StoreError) -> FolderChanges { throw later() }
    package func content(in folder: FolderID, uid: UID) throws(StoreError) -> MessageContent { throw later() }
    package func content(of message: MessageID) throws(StoreError) -> MessageContent { throw later() }

    // MARK: changes
    package func append(_ message: NewMessage, to folder: FolderID, quota: ByteCount? = nil) throws(StoreError) -> Filed { throw later() }
    package func append(_ messages: [NewMessage], to folder: FolderID, quota: ByteCount? = nil) throws(StoreError) -> [Filed] { throw later() }
    package func setFlags(_ change: FlagChange, in folder: FolderID, uids: UIDSet, unchangedSince: ModSequence? = nil) throws(StoreError) -> FlagChangeResult { throw later() }
    package func copy(_ uids: UIDSet, from source: FolderID, to destination: FolderID, quota: ByteCount? = nil) throws(StoreError) -> CopyResult { throw later() }
    package func move(_ uids: UIDSet, from source: FolderID, to destination: FolderID) throws(StoreError) -> CopyResult { throw later() }
    /// Only messages with \Deleted; nil for all of them.
    package func expunge(_ folder: FolderID, uids: UIDSet? = nil) throws(StoreError) -> [UID] { throw later() }
    package func replaceDraft(_ old: MessageID?, with message: NewMessage, in use: SpecialUse = .drafts, quota: ByteCount? = nil) throws(StoreError) -> Filed { throw later() }
    package func setFlags(_ change: FlagChange, of messages: [MessageID]) throws(StoreError) { throw later() }
    package func move(_ messages: [MessageID], to folder: FolderID) throws(StoreError) { throw later() }
    /// What is in the trash already is deleted for good.
    package func moveToTrash(_ messages: [MessageID]) throws(StoreError) { throw later() }
    package func delete(_ messages: [MessageID]) throws(StoreError) { throw later() }
    /// Trash or spam, with the folders below. Returns how many messages went.
    @discardableResult
    package func emptyFolder(_ use: SpecialUse) throws(StoreError) -> Int { throw later() }
    /// Deletes what has been in the trash for more than `seconds` (F72: 7 days at each login).
    @discardableResult
    package func purgeTrash(olderThan seconds: Int64 = 7 * 86_400) throws(StoreError) -> Int { throw later() }

    // MARK: delivery
    /// One transaction for all; each has its own result. Not on disk before `MailStore.flush`.
    package func file(_ filings: [Filing]) throws(StoreError) -> [Result<FilingResult, StoreError>] { throw later() }

    // MARK: lists
    package func list(_ folder: FolderID, _ request: ListRequest = ListRequest()) throws(StoreError) -> ListPage { throw later() }
    package func threads(in folder: FolderID, unreadOnly: Bool = false, cursor: ListCursor? = nil, limit: Int = 50) throws(StoreError) -> ThreadPage { throw later() }
    /// All folders but trash and spam, the oldest first; at most 1,000. `in` keeps to one folder.
    package func thread(_ id: ThreadID, in folder: FolderID? = nil) throws(StoreError) -> [ThreadedMessage] { throw later() }
    package func message(_ id: MessageID) throws(StoreError) -> MessageDetail? { throw later() }
    package func listings(_ ids: [MessageID]) throws(StoreError) -> [MessageListing] { throw later() }
    package func tags() throws(StoreError) -> [TagDefinition] { throw later() }
    /// Makes a tag known, or gives it another title or color.
    package func define(_ tag: TagDefinition) throws(StoreError) { throw later() }
    /// Also takes it off all messages.
    package func deleteTag(_ tag: Tag) throws(StoreError) { throw later() }
    package func comment(on message: MessageID) throws(StoreError) -> String? { throw later() }
    /// Nil or empty takes it away.
    package func setComment(_ text: String?, on message: MessageID) throws(StoreError) { throw later() }
    package func setting(_ key: String) throws(StoreError) -> String? { throw later() }
    package func settings() throws(StoreError) -> [String: String] { throw later() }
    /// Nil takes it away.
    package func setSetting(_ key: String, _ value: String?) throws(StoreError) { throw later() }
    package func usage() throws(StoreError) -> Usage { throw later() }

    // MARK: search
    /// In ascending order.
    package func search(_ query: MessageQuery, in folder: FolderID) throws(StoreError) -> [UID] { throw later() }
    package func find(_ text: String, in scope: FindScope = .everywhere, order: FindOrder = .date, limit: Int = 200) throws(StoreError) -> [MessageListing] { throw later() }
}
