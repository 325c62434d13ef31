package import Mail

/// A message that a delivery files. The account takes each delivery id once.
package struct Filing: Sendable {
    package enum Destination: Sendable, Hashable {
        case use(SpecialUse)
        /// Made where it is not there; where it cannot be, the message goes to the inbox.
        case path(FolderPath)
    }

    /// Up to 255 octets.
    package var deliveryID: [UInt8]
    package var message: NewMessage
    package var destination: Destination
    /// Nil for none.
    package var quota: ByteCount?
    /// Whether messages in the trash make room where the quota is reached, the longest deleted first.
    package var purgesTrash: Bool

    package init(
        deliveryID: [UInt8], message: NewMessage, destination: Destination = .use(.inbox), quota: ByteCount? = nil,
        purgesTrash: Bool = true
    ) {
        self.deliveryID = deliveryID
        self.message = message
        self.destination = destination
        self.quota = quota
        self.purgesTrash = purgesTrash
    }
}

/// What came of a filing.
package enum FilingResult: Sendable, Hashable {
    case filed(Filed)
    /// This delivery was taken before: nothing is changed. Nil where the message is gone since.
    case takenBefore(MessageID?)
}
