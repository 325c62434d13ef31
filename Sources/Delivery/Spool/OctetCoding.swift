internal import Mail
internal import NIOCore

/// How values stand in records: integers most significant octet first, text as UTF-8 behind its length.
extension ByteBuffer {
    mutating func writeText(_ text: String) {
        let octets = text.utf8.prefix(Int(UInt16.max))
        writeInteger(UInt16(octets.count))
        writeBytes(octets)
    }

    mutating func readText() -> String? {
        guard let length = readInteger(as: UInt16.self), let octets = readSlice(length: Int(length)) else { return nil }
        return String(validating: octets.readableBytesView, as: UTF8.self)
    }

    mutating func writeOptional<Value>(_ value: Value?, _ write: (inout ByteBuffer, Value) -> Void) {
        writeInteger(UInt8(value == nil ? 0 : 1))
        if let value { write(&self, value) }
    }

    /// - Throws: `RecordError.malformed` where a value is announced and cannot be read.
    mutating func readOptional<Value>(_ read: (inout ByteBuffer) throws(RecordError) -> Value) throws(RecordError) -> Value? {
        switch try required(readInteger(as: UInt8.self)) {
        case 0: return nil
        case 1: return try read(&self)
        default: throw .malformed
        }
    }

    mutating func writeAddress(_ address: Address) {
        writeText(address.localPart)
        writeText(address.domain.ascii)
    }

    mutating func readAddress() throws(RecordError) -> Address {
        let local = try required(readText())
        let domain = try required(readText())
        do { return try Address(localPart: local, domain: DomainName(domain)) } catch { throw .malformed }
    }

    mutating func writeAccount(_ id: AccountID) { writeInteger(id.value) }

    mutating func readAccount() throws(RecordError) -> AccountID { AccountID(try required(readInteger(as: UInt128.self))) }
}

/// Nil becomes `RecordError.malformed`.
func required<Value>(_ value: Value?) throws(RecordError) -> Value {
    guard let value else { throw .malformed }
    return value
}

enum RecordError: Error {
    /// The octets are not what a record of this kind holds.
    case malformed
}
