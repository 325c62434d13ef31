internal import Mail

extension AddressExplanation {
    /// At most 80 columns, but for addresses that are longer.
    package var text: String { ([address.description, ""] + lines).joined(separator: "\n") }

    var lines: [String] {
        var table = TwoColumns()
        for step in steps { table.add(step.kind.title, step.text) }
        table.add("answer", "\(isTaken ? "taken" : "refused"): \(answer)")
        var lines = table.lines
        if !mailboxes.isEmpty || !outside.isEmpty { lines += ["", isTaken ? "Copies go to" : "Copies would go to"] + copies }
        lines += ["", "Sends as it"] + (maySendAs.isEmpty ? ["  nobody"] : TwoColumns.wrapped(maySendAs.map(\.description)))
        return lines
    }

    private var copies: [String] {
        var table = TwoColumns()
        for mailbox in mailboxes.prefix(Self.shownMailboxes) { table.add("mailbox", mailbox.words) }
        if mailboxes.count > Self.shownMailboxes { table.add("", "and \(mailboxes.count - Self.shownMailboxes) mailboxes more") }
        for other in outside.prefix(Self.shownMailboxes) { table.add("outside", "\(other): \(outsideState)") }
        if outside.count > Self.shownMailboxes { table.add("", "and \(outside.count - Self.shownMailboxes) addresses more") }
        return table.lines
    }
}

extension AddressExplanation.Mailbox {
    fileprivate var words: String {
        var words = ["\(address), into \(folder)"]
        if let detail { words.append("detail \"\(detail)\" noted in Delivered-To") }
        if state != "active" { words.append(state) }
        switch (quota, used) {
        case (let quota?, let used?): words.append("\(used) of \(quota) used" + (isFull ? ": full" : ""))
        case (let quota?, nil): words.append("quota \(quota), use unknown: no word from the mail worker")
        case (nil, let used?): words.append("\(used) used, no quota")
        case (nil, nil): words.append("no quota")
        }
        return words.joined(separator: "; ")
    }
}

extension AddressExplanation.Step.Kind {
    fileprivate var title: String {
        switch self {
        case .domain: "domain"
        case .mailbox: "mailbox"
        case .alias: "alias"
        case .group: "group"
        case .permission: "rule"
        case .outside: "outside"
        case .again: "again"
        case .nobody: "nobody"
        case .more: ""
        }
    }
}

extension PassageExplanation {
    package var text: String {
        var table = TwoColumns()
        if senderIsHosted {
            table.add("sender", "\(sender) is of this host; its mail comes in by submission")
            for one in mayUseIt.prefix(AddressExplanation.shownMailboxes) { table.add("sends", one.words) }
            if let refusal { table.add("answer", "refused: \(refusal)") }
        } else {
            table.add("sender", "\(sender) is of another host; its mail comes in by port 25")
        }
        return (["From \(sender) to \(receiving.address)", "", "Sending"] + table.lines + ["", "Receiving"] + receiving.lines)
            .joined(separator: "\n")
    }
}

extension PassageExplanation.Submitter {
    fileprivate var words: String {
        guard maySubmit else { return "\(address): its tenant's plan has no submission" }
        return "\(address): messages up to \(messageSize), \(recipients) recipients each, \(messagesPerDay) a day"
    }
}
