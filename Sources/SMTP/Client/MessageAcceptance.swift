/// What the server took over.
package struct MessageAcceptance: Hashable, Sendable {
    /// The answer to the end of the message.
    package let reply: Reply
    /// Recipients that were not taken; the others were.
    package let refused: [RefusedRecipient]

    package init(reply: Reply, refused: [RefusedRecipient]) {
        self.reply = reply
        self.refused = refused
    }

    /// The id that stands last in `Ok: queued as ID`, where the server says one.
    package var queueID: String? {
        let words = (reply.lines.last ?? "").split(separator: " ")
        guard words.count >= 3, words.dropLast().suffix(2).elementsEqual(["queued", "as"]) else { return nil }
        return words.last.map(String.init)
    }
}
