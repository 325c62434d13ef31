internal import Logging
internal import Store

extension Session {
    static let noSuchMailbox = Reply.no("There is no such mailbox", .nonexistent)
    /// Of COPY, MOVE and APPEND: CREATE may help (RFC 9051 §6.3.12).
    static let noDestination = Reply.no("There is no such mailbox", .tryCreate)
    static let noSuchNumber = Reply.bad("There is no message of that number")
    static let readOnly = Reply.no("The mailbox is selected for reading only", .noPermission)

    /// What the client reads of a failure of the store; the cause goes to the log.
    func refusal(of error: StoreError) -> Reply {
        switch error {
        case .noSuchFolder: return Self.noSuchMailbox
        case .folderExists: return .no("There is a mailbox of that name already", .alreadyExists)
        case .folderNotAllowed(let refusal): return .no(Self.sentence(refusal), .cannot)
        case .noSuchMessage: return .no("Some of the messages are gone", .expungeIssued)
        case .overQuota(let used, let limit): return .no("The mailbox is full: \(used) of \(limit) octets are used", .overQuota)
        case .tooMany(let name): return .no("A limit is reached: \(name)", .limit)
        case .busy: return .no("The mailbox is in use, please try again", .inUse)
        case .unavailable(let cause), .damaged(let cause):
            logger.error("mailbox cannot be used", metadata: ["cause": "\(cause)"])
            return .no("The mailbox cannot be used now, please try again later", .unavailable)
        case .newerSchema: return .no("The mailbox is being upgraded, please try again later", .unavailable)
        }
    }

    private static func sentence(_ refusal: FolderRefusal) -> String {
        switch refusal {
        case .fixed: "This mailbox stays as it is"
        case .noFoldersHere: "This mailbox has no mailboxes below it"
        case .badName: "No mailbox can have that name"
        case .tooDeep: "Mailboxes are at most \(StoreLimits.folderDepth) levels deep"
        case .insideItself: "A mailbox cannot lie below itself"
        }
    }
}
