internal import Directory
internal import MIME
internal import Mail
internal import Store

/// The first draft of an answer or a forward: recipients, subject, quote (F7, F8).
struct Answering {
    let visitor: Visitor
    let senders: [SenderAddress]
    let detail: MessageDetail
    /// The message's plain text.
    let text: String

    func written(_ kind: Written.Kind) -> Written {
        var written = Written()
        written.kind = kind
        written.source = detail.listing.id.value
        written.from = sender
        written.subject = subject(kind)
        switch kind {
        case .forward: written.body = "\n\n" + forwarded
        default:
            let replyTo = detail.replyTo.isEmpty ? detail.listing.from : detail.replyTo
            // An answer to what one wrote oneself goes to whom it went.
            let recipients = replyTo.allSatisfy(isMine) ? detail.listing.to : replyTo
            written.to = RecipientReader.write(recipients)
            if kind == .replyall {
                let taken = Set(recipients.map { $0.address.lowercased() })
                let others = (detail.listing.to + detail.cc).filter { !taken.contains($0.address.lowercased()) && !isMine($0) }
                written.cc = RecipientReader.write(others)
            }
            written.body = "\n\n" + quoted
        }
        return written
    }

    /// The address that the message came to, where one may send as it.
    private var sender: String {
        let came = Set((detail.listing.to + detail.cc).map { $0.address.lowercased() })
        let match = senders.first { came.contains($0.address.description.lowercased()) } ?? senders.first
        return match?.address.description ?? ""
    }

    private func isMine(_ address: HeaderAddress) -> Bool {
        senders.contains { $0.address.description.lowercased() == address.address.lowercased() }
    }

    private func subject(_ kind: Written.Kind) -> String {
        let prefix = kind == .forward ? "Fwd: " : "Re: "
        let subject = detail.listing.subject
        return subject.lowercased().hasPrefix(prefix.lowercased().dropLast()) ? subject : prefix + subject
    }

    private var quoted: String {
        let name = detail.listing.from.first?.display ?? ""
        let line = visitor.words("quote_line", ["date": visitor.clock.full(detail.listing.received), "name": name])
        let body = lines.map { $0.hasPrefix(">") || $0.isEmpty ? ">\($0)" : "> \($0)" }.joined(separator: "\n")
        return "\(line)\n\(body)\n"
    }

    private var forwarded: String {
        let words = visitor.words
        var header = ["---------- \(words["forward_line"]) ----------"]
        header.append("\(words["from"]): \(RecipientReader.write(detail.listing.from))")
        header.append("\(words["date"]): \(visitor.clock.full(detail.listing.received))")
        header.append("\(words["subject"]): \(detail.listing.subject)")
        header.append("\(words["to"]): \(RecipientReader.write(detail.listing.to))")
        if !detail.cc.isEmpty { header.append("\(words["cc"]): \(RecipientReader.write(detail.cc))") }
        return header.joined(separator: "\n") + "\n\n" + lines.joined(separator: "\n") + "\n"
    }

    private var lines: [String] {
        text.replacing("\r\n", with: "\n").trimmed.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}
