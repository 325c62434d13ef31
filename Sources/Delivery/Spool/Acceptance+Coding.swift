internal import Mail
internal import NIOCore
internal import SMTPServer

/// A message's acceptance as octets. By hand, as each message pays for it.
extension Acceptance {
    func write(to buffer: inout ByteBuffer) {
        buffer.writeInteger(id.value)
        buffer.writeInteger(UInt16(key.count))
        buffer.writeBytes(key)
        buffer.writeInteger(time)
        buffer.writeText(door.rawValue)
        buffer.writeText(session)
        buffer.writeOptional(account) { $0.writeAccount($1) }
        buffer.writeOptional(notBefore) { _ = $0.writeInteger($1) }
        envelope.write(to: &buffer)
        buffer.writeInteger(UInt32(routes.count))
        for route in routes { route.write(to: &buffer) }
    }

    init(reading buffer: inout ByteBuffer) throws(RecordError) {
        let id = EntryID(try required(buffer.readInteger()))
        let keyLength = try required(buffer.readInteger(as: UInt16.self))
        let key = try required(buffer.readBytes(length: Int(keyLength)))
        let time = try required(buffer.readInteger(as: Int64.self))
        let door = try required(buffer.readText().flatMap(DoorKind.init(rawValue:)))
        let session = try required(buffer.readText())
        let account = try buffer.readOptional { buffer throws(RecordError) in try buffer.readAccount() }
        let notBefore = try buffer.readOptional { buffer throws(RecordError) in
            try required(buffer.readInteger(as: Int64.self))
        }
        let envelope = try Envelope(reading: &buffer)
        let count = try required(buffer.readInteger(as: UInt32.self))
        guard count <= buffer.readableBytes else { throw .malformed }
        var routes: [Route] = []
        for _ in 0..<count { routes.append(try Route(reading: &buffer)) }
        self.init(
            id: id, key: key, time: time, door: door, session: session, account: account, envelope: envelope, routes: routes,
            notBefore: notBefore)
    }
}

extension Envelope {
    fileprivate func write(to buffer: inout ByteBuffer) {
        buffer.writeOptional(sender) { $0.writeAddress($1) }
        buffer.writeInteger(UInt8((smtpUTF8 ? 1 : 0) | (returnsFullMessage ? 2 : 0)))
        buffer.writeOptional(envelopeID) { $0.writeText($1) }
        buffer.writeInteger(UInt32(recipients.count))
        for recipient in recipients {
            buffer.writeAddress(recipient.address)
            buffer.writeInteger(recipient.notify.rawValue)
            buffer.writeOptional(recipient.originalRecipient) { $0.writeText($1) }
        }
    }

    fileprivate init(reading buffer: inout ByteBuffer) throws(RecordError) {
        let sender = try buffer.readOptional { buffer throws(RecordError) in try buffer.readAddress() }
        let flags = try required(buffer.readInteger(as: UInt8.self))
        let envelopeID = try buffer.readOptional { buffer throws(RecordError) in try required(buffer.readText()) }
        let count = try required(buffer.readInteger(as: UInt32.self))
        guard count <= buffer.readableBytes else { throw .malformed }
        var recipients: [EnvelopeRecipient] = []
        for _ in 0..<count {
            let address = try buffer.readAddress()
            let notify = DSNNotify(rawValue: try required(buffer.readInteger()))
            let original = try buffer.readOptional { buffer throws(RecordError) in try required(buffer.readText()) }
            recipients.append(EnvelopeRecipient(address, notify: notify, originalRecipient: original))
        }
        self.init(
            sender: sender, recipients: recipients, smtpUTF8: flags & 1 != 0, envelopeID: envelopeID,
            returnsFullMessage: flags & 2 != 0)
    }
}

extension Route {
    fileprivate func write(to buffer: inout ByteBuffer) {
        buffer.writeInteger(UInt32(clamping: recipient))
        switch target {
        case .mailbox(let id, let detail, let address):
            buffer.writeInteger(UInt8(1))
            buffer.writeAccount(id)
            buffer.writeOptional(detail) { $0.writeText($1) }
            buffer.writeAddress(address)
        case .sent(let id):
            buffer.writeInteger(UInt8(2))
            buffer.writeAccount(id)
        case .remote(let address):
            buffer.writeInteger(UInt8(3))
            buffer.writeAddress(address)
        case .nowhere:
            buffer.writeInteger(UInt8(4))
        }
    }

    fileprivate init(reading buffer: inout ByteBuffer) throws(RecordError) {
        let recipient = Int(try required(buffer.readInteger(as: UInt32.self)))
        switch try required(buffer.readInteger(as: UInt8.self)) {
        case 1:
            let id = try buffer.readAccount()
            let detail = try buffer.readOptional { buffer throws(RecordError) in try required(buffer.readText()) }
            self.init(recipient: recipient, target: .mailbox(id, detail: detail, as: try buffer.readAddress()))
        case 2: self.init(recipient: recipient, target: .sent(try buffer.readAccount()))
        case 3: self.init(recipient: recipient, target: .remote(try buffer.readAddress()))
        case 4: self.init(recipient: recipient, target: .nowhere)
        default: throw .malformed
        }
    }
}
