internal import Mail
internal import NIOCore

extension Route {
    /// The lines that final delivery puts above this copy: `Return-Path` (RFC 5321 §4.4) and `Delivered-To` (RFC 9228 §2).
    ///
    /// - Returns: nothing for what goes to no mailbox, and for the sender's own copy.
    func traceLines(sender: Address?) -> ByteBuffer {
        guard case .mailbox(_, let detail, let address) = target else { return ByteBuffer() }
        var buffer = ByteBufferAllocator().buffer(capacity: 160)
        buffer.writeStaticString("Return-Path: <")
        if let sender { buffer.writeString(sender.description) }
        buffer.writeStaticString(">\r\nDelivered-To: ")
        buffer.writeString(Self.full(address, detail).description)
        buffer.writeStaticString("\r\n")
        return buffer
    }

    private static func full(_ address: Address, _ detail: String?) -> Address {
        guard let detail else { return address }
        return (try? Address(localPart: "\(address.localPart)+\(detail)", domain: address.domain)) ?? address
    }
}

extension Acceptance {
    /// The lines above the only copy there will be; nothing where several are made. A body in a file begins with them, so that
    /// the mailbox takes the file as it is, and its octets are written once.
    var traceLinesOfOnlyCopy: ByteBuffer {
        routes.count == 1 ? routes[0].traceLines(sender: envelope.sender) : ByteBuffer()
    }
}
