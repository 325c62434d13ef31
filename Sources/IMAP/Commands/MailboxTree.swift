internal import Directory
internal import Mail
internal import NIOCore
internal import Store

/// A name that LIST may answer with.
struct ListedMailbox {
    let name: MailboxName
    let octets: ByteBuffer
    /// Nil for what is only a name: the root of a shared mailbox, or a subscription without a folder.
    let folder: Folder?
    let hasChildren: Bool
    let isSubscribed: Bool
    let isShared: Bool
}

extension Session {
    /// Every mailbox of the user that one of `patterns` may mean, in the order of the tree; shared mailboxes are not opened
    /// where none is meant.
    func tree(for patterns: [ListPattern]) async throws -> [ListedMailbox] {
        guard let user else { return [] }
        var tree: [ListedMailbox] = []
        for folder in try await user.mail.folders() { tree.append(ListedMailbox(folder, below: nil)) }
        guard patterns.contains(where: \.mayMeanShared) else { return tree }
        for access in user.account.shared where access.rights.contains(.read) {
            let root = MailboxName.sharedPrefix + user.sharedName(access)
            let name = MailboxName([root])
            tree.append(
                ListedMailbox(name: name, octets: name.octets, folder: nil, hasChildren: true, isSubscribed: true, isShared: true)
            )
            do {
                let account = try await services.store.account(access.account)
                for folder in try await account.folders() { tree.append(ListedMailbox(folder, below: root)) }
            } catch {
                // One mailbox that cannot be read hides none of the others.
                _ = refusal(of: error)
            }
        }
        return tree
    }
}

extension ListedMailbox {
    /// - Parameter root: of the shared mailbox that the folder is in.
    init(_ folder: Folder, below root: String?) {
        name = MailboxName((root.map { [$0] } ?? []) + folder.path.components)
        octets = name.octets
        self.folder = folder
        hasChildren = folder.children
        isSubscribed = root != nil || folder.subscribed
        isShared = root != nil
    }

    /// A subscription whose folder is gone (RFC 5258 §3.4).
    init(subscription path: FolderPath) {
        name = MailboxName(path.components)
        octets = name.octets
        folder = nil
        hasChildren = false
        isSubscribed = true
        isShared = false
    }
}

extension ListPattern {
    /// Whether a name that begins with `~` can be meant.
    fileprivate var mayMeanShared: Bool {
        guard let first = octets.getInteger(at: octets.readerIndex, as: UInt8.self) else { return false }
        return first == UInt8(ascii: "~") || first == UInt8(ascii: "*") || first == UInt8(ascii: "%")
    }
}
