package import Mail

/// What one account may send.
package struct AccountLimits: Hashable, Sendable, Codable {
    /// Octets of one message as they go over SMTP (F121).
    package var maxMessageSize: ByteCount
    /// Recipients of one message (F94).
    package var maxRecipients: Int
    /// Messages sent in a day, one counted for each recipient.
    package var messagesPerDay: Int

    package init(maxMessageSize: ByteCount = .megabytes(50), maxRecipients: Int = 500, messagesPerDay: Int = 2_000) {
        self.maxMessageSize = maxMessageSize
        self.maxRecipients = maxRecipients
        self.messagesPerDay = messagesPerDay
    }
}
