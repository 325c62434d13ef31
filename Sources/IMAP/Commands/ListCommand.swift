internal import Mail
internal import NIOCore
internal import Store

/// LIST and LSUB.
extension Session {
    /// RFC 9051 §6.3.9, RFC 5258, RFC 6154, RFC 5819.
    func list(_ request: ListRequest) async throws -> Reply {
        let patterns = request.patterns.map { $0.appended(to: request.reference) }
        if request.isBasic, request.patterns.first?.octets.readableBytes == 0 {
            // RFC 9051 §6.3.9: an empty name asks for the delimiter.
            replies.write("* LIST (\\Noselect) \"/\" \"\"\r\n")
            return .ok("Done")
        }
        var tree = try await tree(for: patterns)
        if request.selection.contains(.subscribed) { tree += try await lostSubscriptions(tree) }
        for mailbox in tree where patterns.contains(where: { $0.matches(mailbox.octets) }) {
            let below = request.selection.contains(.recursiveMatch) ? tree.filter { mailbox.isAbove($0) } : []
            guard mailbox.isWanted(request.selection) || below.contains(where: { $0.isWanted(request.selection) }) else {
                continue
            }
            write(mailbox, request, hasSubscribedBelow: below.contains { $0.isSubscribed && $0.isWanted(request.selection) })
            if !request.status.isEmpty, let folder = mailbox.folder {
                try await writeStatus(of: folder, name: mailbox.name, request.status)
            }
            try await flushIfLarge()
        }
        return .ok("Done")
    }

    private func lostSubscriptions(_ tree: [ListedMailbox]) async throws -> [ListedMailbox] {
        guard let user else { return [] }
        let known = Set(tree.map(\.name))
        return try await user.mail.subscriptions().map(ListedMailbox.init(subscription:)).filter { !known.contains($0.name) }
    }

    private func write(_ mailbox: ListedMailbox, _ request: ListRequest, hasSubscribedBelow: Bool) {
        replies.write("* LIST (")
        var attributes: [StaticString] = []
        if mailbox.folder == nil { attributes.append(mailbox.isShared ? "\\Noselect" : "\\NonExistent") }
        attributes.append(mailbox.hasChildren ? "\\HasChildren" : "\\HasNoChildren")
        if mailbox.folder?.use == .sent || mailbox.folder?.use == .spam { attributes.append("\\Noinferiors") }
        let asksForSubscribed = request.returns.contains(.subscribed) || request.selection.contains(.subscribed)
        if asksForSubscribed, mailbox.isSubscribed { attributes.append("\\Subscribed") }
        // The folders of a shared mailbox are not where this user's own sent mail belongs.
        if !mailbox.isShared, let use = mailbox.folder?.use?.attribute { attributes.append(use) }
        for (index, attribute) in attributes.enumerated() {
            if index > 0 { replies.write(" ") }
            replies.write(attribute)
        }
        replies.write(") \"/\" ")
        replies.write(mailbox: mailbox.name)
        if hasSubscribedBelow { replies.write(" (CHILDINFO (\"SUBSCRIBED\"))") }
        replies.writeLineEnd()
    }

    /// LSUB, RFC 3501 §6.3.9. A `%` also finds a name above a subscribed one.
    func subscriptions(_ reference: ByteBuffer, _ pattern: ListPattern) async throws -> Reply {
        let pattern = pattern.appended(to: reference)
        var tree = try await tree(for: [pattern])
        tree += try await lostSubscriptions(tree)
        for mailbox in tree where pattern.matches(mailbox.octets) {
            guard mailbox.isSubscribed || tree.contains(where: { $0.isSubscribed && mailbox.isAbove($0) }) else { continue }
            replies.write(mailbox.isSubscribed && mailbox.folder != nil ? "* LSUB () \"/\" " : "* LSUB (\\Noselect) \"/\" ")
            replies.write(mailbox: mailbox.name)
            replies.writeLineEnd()
            try await flushIfLarge()
        }
        return .ok("Done")
    }
}

extension ListedMailbox {
    fileprivate func isWanted(_ selection: ListRequest.Selection) -> Bool {
        if selection.contains(.subscribed), !isSubscribed { return false }
        if selection.contains(.specialUse), isShared || folder?.use?.attribute == nil { return false }
        return selection.contains(.subscribed) || folder != nil || isShared
    }

    fileprivate func isAbove(_ other: ListedMailbox) -> Bool {
        other.name.components.count > name.components.count && other.name.components.starts(with: name.components)
    }
}
