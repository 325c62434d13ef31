internal import FoundationEssentials

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
}
