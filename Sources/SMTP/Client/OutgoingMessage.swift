package import Mail

/// A message to hand over, without its octets.
package struct OutgoingMessage: Sendable {
    package var envelope: Envelope
    /// Octets, where they are known, for `SIZE=`: a message that is too large is then refused before it is sent.
    package var size: Int?
    /// Whether there may be octets above ASCII (RFC 6152).
    package var isEightBit: Bool
    /// How long the server keeps it before it delivers it (RFC 4865); whole seconds, at least one.
    package var holdFor: Duration?
    /// Asks the local socket to file the Sent copy too.
    package var filesSentCopy: Bool

    package init(
        _ envelope: Envelope, size: Int? = nil, isEightBit: Bool = true, holdFor: Duration? = nil, filesSentCopy: Bool = false
    ) {
        self.envelope = envelope
        self.size = size
        self.isEightBit = isEightBit
        self.holdFor = holdFor
        self.filesSentCopy = filesSentCopy
    }
}
