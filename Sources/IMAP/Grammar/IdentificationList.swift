internal import NIOCore
internal import Wire

extension CommandReader {
    /// `id_params_list`, RFC 2971 §4: `NIL`, or fields and values; at most 30 fields (§3.3).
    mutating func identification() throws(SyntaxError) -> [String: String] {
        if take("NIL" as Keyword) { return [:] }
        try take(UInt8(ascii: "("), or: .listStart)
        var fields: [String: String] = [:]
        while !take(UInt8(ascii: ")")) {
            if !fields.isEmpty { try space() }
            guard fields.count < 30 else { throw failure(.fewerItems) }
            let name = String(buffer: try string()).lowercased()
            try space()
            fields[name] = try nullableString().map { String(buffer: $0) } ?? ""
        }
        return fields
    }
}
