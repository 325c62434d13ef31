internal import Mail
internal import NIOCore

/// The lines that final delivery puts above a message.
enum TraceLines {
    /// `Return-Path` (RFC 5321 §4.4) and `Delivered-To` (RFC 9228 §2).
    static func lines(sender: Address?, deliveredTo: Address, detail: String?) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: 160)
        buffer.writeStaticString("Return-Path: <")
        if let sender { buffer.writeString(sender.description) }
        buffer.writeStaticString(">\r\nDelivered-To: ")
        buffer.writeString(full(deliveredTo, detail).description)
        buffer.writeStaticString("\r\n")
        return buffer
    }

    private static func full(_ address: Address, _ detail: String?) -> Address {
        guard let detail else { return address }
        return (try? Address(localPart: "\(address.localPart)+\(detail)", domain: address.domain)) ?? address
    }
}
