package import NIOCore
internal import Wire

extension Header {
    /// `envelope`, RFC 3501 §7.4.2 and §9: date, subject, from, sender, reply-to, to, cc, bcc, in-reply-to, message-id.
    package func writeEnvelope(into buffer: inout ByteBuffer) {
        buffer.writeStaticString("(")
        buffer.writeIMAPString(unfolded(.date))
        buffer.writeStaticString(" ")
        buffer.writeIMAPString(unfolded(.subject))
        let from = addressList(.from)
        // RFC 3501 §7.4.2: an absent or empty Sender or Reply-To is From.
        let lists = [
            from, addressList(.sender) ?? from, addressList(.replyTo) ?? from, addressList(.to), addressList(.cc),
            addressList(.bcc),
        ]
        for list in lists {
            buffer.writeStaticString(" ")
            buffer.writeAddresses(list)
        }
        for name in [FieldName.inReplyTo, .messageID] {
            buffer.writeStaticString(" ")
            buffer.writeIMAPString(unfolded(name))
        }
        buffer.writeStaticString(")")
    }

    package var envelope: ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(512)
        writeEnvelope(into: &buffer)
        return buffer
    }

    /// All the fields of that name as one list (some senders write To twice); nil without entries.
    package func addressList(_ name: FieldName) -> AddressList? {
        let values = values(name)
        guard let first = values.first else { return nil }
        var octets = Header.unfold(first)
        for more in values.dropFirst() { octets += [UInt8(ascii: ",")] + Header.unfold(more) }
        let list = AddressList(unfolded: octets)
        return list.entries.isEmpty ? nil : list
    }
}

extension ByteBuffer {
    fileprivate mutating func writeAddresses(_ list: AddressList?) {
        guard let list else {
            writeStaticString("NIL")
            return
        }
        writeStaticString("(")
        for entry in list.entries { writeAddress(entry) }
        writeStaticString(")")
    }

    /// `address`: name, route, mailbox, host. A group begins with a NIL host and ends with all NIL.
    private mutating func writeAddress(_ entry: AddressList.Entry) {
        switch entry {
        case .groupEnd: writeStaticString("(NIL NIL NIL NIL)")
        case .groupStart(let name):
            writeStaticString("(NIL NIL ")
            writeIMAPString(name)
            writeStaticString(" NIL)")
        case .mailbox(let mailbox):
            writeStaticString("(")
            writeIMAPString(mailbox.name)
            writeStaticString(" ")
            writeIMAPString(mailbox.route)
            writeStaticString(" ")
            writeIMAPString(mailbox.localPart)
            writeStaticString(" ")
            // A NIL host would say that a group begins.
            writeIMAPString(mailbox.domain)
            writeStaticString(")")
        }
    }
}
