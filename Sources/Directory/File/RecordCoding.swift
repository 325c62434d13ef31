internal import FoundationEssentials
package import NIOCore

/// Records of a generation's files: JSON with sorted keys, so that the same record gives the same octets.
package enum RecordCoding {
    package static func text(_ record: some Encodable) throws -> String { String(decoding: try octets(record), as: UTF8.self) }

    package static func octets(_ record: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return [UInt8](try encoder.encode(record))
    }

    package static func read<Record: Decodable>(_ kind: Record.Type, _ text: String) throws -> Record {
        try JSONDecoder().decode(kind, from: Data(text.utf8))
    }

    // MARK: Records that there are many of

    package static func octets(_ record: some PlainRecord) -> [UInt8] {
        var writer = RecordWriter()
        record.write(to: &writer)
        return writer.octets
    }

    package static func buffer(_ record: some PlainRecord) -> ByteBuffer { ByteBuffer(bytes: octets(record)) }

    package static func read<Record: PlainRecord>(_ kind: Record.Type, _ octets: [UInt8]) throws -> Record {
        var reader = RecordReader(octets)
        let record = try Record(from: &reader)
        try reader.end()
        return record
    }
}

/// A record that writes and reads its JSON itself: what `Encodable` and `Decodable` would make of it, octet for octet.
package protocol PlainRecord: Codable {
    func write(to writer: inout RecordWriter)
    init(from reader: inout RecordReader) throws
}
