internal import Mail
internal import NIOCore
internal import Wire

/// The lines that a client sends, with the parameters that the server offers to understand.
struct ClientCommands {
    let extensions: ServerExtensions

    /// - Throws: `.notOffered` where the message cannot go without an extension.
    func mail(_ message: OutgoingMessage) throws(ClientError) -> String {
        let envelope = message.envelope
        var line = "MAIL FROM:<\(envelope.sender?.description ?? "")>"
        if let size = message.size, extensions.offers("SIZE") { line += " SIZE=\(size)" }
        if message.isEightBit, extensions.offers("8BITMIME") { line += " BODY=8BITMIME" }
        if needsSMTPUTF8(envelope) {
            guard extensions.offers("SMTPUTF8") else { throw .notOffered("SMTPUTF8") }
            line += " SMTPUTF8"
        }
        if extensions.offers("DSN") {
            line += envelope.returnsFullMessage ? " RET=FULL" : ""
            line += envelope.envelopeID.map { " ENVID=\(XText.encode($0))" } ?? ""
        }
        return line + (try holding(message)) + (try sentCopy(message)) + "\r\n"
    }

    func recipient(_ recipient: EnvelopeRecipient) -> String {
        var line = "RCPT TO:<\(recipient.address)>"
        guard extensions.offers("DSN") else { return line + "\r\n" }
        if recipient.notify != .failure { line += " NOTIFY=\(Self.words(recipient.notify))" }
        if let original = recipient.originalRecipient, let cut = original.firstIndex(of: ";") {
            line += " ORCPT=\(original[..<cut]);\(XText.encode(String(original[original.index(after: cut)...])))"
        }
        return line + "\r\n"
    }

    private func needsSMTPUTF8(_ envelope: Envelope) -> Bool {
        envelope.smtpUTF8 || envelope.sender?.needsSMTPUTF8 == true || envelope.recipients.contains { $0.address.needsSMTPUTF8 }
    }

    private func holding(_ message: OutgoingMessage) throws(ClientError) -> String {
        guard let hold = message.holdFor else { return "" }
        guard extensions.offers("FUTURERELEASE") else { throw .notOffered("FUTURERELEASE") }
        return " HOLDFOR=\(max(1, hold.components.seconds))"
    }

    private func sentCopy(_ message: OutgoingMessage) throws(ClientError) -> String {
        guard message.filesSentCopy else { return "" }
        guard extensions.offers("XSENT") else { throw .notOffered("XSENT") }
        return " XSENT"
    }

    private static func words(_ notify: DSNNotify) -> String {
        guard notify != .never else { return "NEVER" }
        let words: [(DSNNotify, String)] = [(.success, "SUCCESS"), (.failure, "FAILURE"), (.delay, "DELAY")]
        return words.filter { notify.contains($0.0) }.map(\.1).joined(separator: ",")
    }
}
