/// Reads what `RecordWriter` writes, and any other JSON (RFC 8259), value by value in the order in which it stands.
package struct RecordReader {
    private let octets: [UInt8]
    private var index = 0

    package init(_ octets: [UInt8]) { self.octets = octets }

    // MARK: Composed values

    /// Calls `field` for each field with its name; `field` has to read the value, or `skip` it. Fields that are null are left out.
    package mutating func object(_ field: (inout RecordReader, String) throws -> Void) throws {
        try expect(UInt8(ascii: "{"))
        guard !take(UInt8(ascii: "}")) else { return }
        repeat {
            let name = try text()
            try expect(UInt8(ascii: ":"))
            if try !takeNull() { try field(&self, name) }
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
    }

    package mutating func list<Element>(_ element: (inout RecordReader) throws -> Element) throws -> [Element] {
        try expect(UInt8(ascii: "["))
        guard !take(UInt8(ascii: "]")) else { return [] }
        var elements: [Element] = []
        repeat { elements.append(try element(&self)) } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
        return elements
    }

    package mutating func texts() throws -> [String] { try list { try $0.text() } }

    // MARK: Single values

    package mutating func text() throws -> String {
        try expect(UInt8(ascii: "\""))
        let start = index
        while index < octets.count {
            switch octets[index] {
            case UInt8(ascii: "\""):
                defer { index += 1 }
                return String(decoding: octets[start..<index], as: UTF8.self)
            case UInt8(ascii: "\\"): return try escapedText(from: start)
            default: index += 1
            }
        }
        throw RecordError(offset: index)
    }

    package mutating func number<Number: FixedWidthInteger>() throws -> Number {
        skipSpace()
        let start = index
        while index < octets.count, octets[index] == UInt8(ascii: "-") || (0x30...0x39).contains(octets[index]) { index += 1 }
        guard let number = Number(String(decoding: octets[start..<index], as: UTF8.self)) else {
            throw RecordError(offset: start)
        }
        return number
    }

    package mutating func flag() throws -> Bool {
        if takeWord("true") { return true }
        guard takeWord("false") else { throw RecordError(offset: index) }
        return false
    }

    /// Passes over one value of any kind.
    package mutating func skip() throws {
        var depth = 0
        repeat {
            skipSpace()
            guard index < octets.count else { throw RecordError(offset: index) }
            switch octets[index] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                index += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                index += 1
            case UInt8(ascii: "\""): try skipText()
            case UInt8(ascii: ","), UInt8(ascii: ":"): index += 1
            default: skipWord()
            }
        } while depth > 0
    }

    private mutating func skipText() throws {
        index += 1
        while index < octets.count, octets[index] != UInt8(ascii: "\"") {
            index += octets[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        index += 1
        guard index <= octets.count else { throw RecordError(offset: octets.count) }
    }

    /// - Throws: where something stands behind the value.
    package mutating func end() throws {
        skipSpace()
        guard index == octets.count else { throw RecordError(offset: index) }
    }

    // MARK: Octets

    private mutating func skipSpace() {
        while index < octets.count, Self.isSpace(octets[index]) { index += 1 }
    }

    private static func isSpace(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 || octet == 0x0a || octet == 0x0d }

    /// A number, true, false or null.
    private mutating func skipWord() {
        index += 1
        while index < octets.count, !",:]} \t\r\n".utf8.contains(octets[index]) { index += 1 }
    }

    private mutating func take(_ octet: UInt8) -> Bool {
        skipSpace()
        guard index < octets.count, octets[index] == octet else { return false }
        index += 1
        return true
    }

    private mutating func expect(_ octet: UInt8) throws {
        guard take(octet) else { throw RecordError(offset: index) }
    }

    private mutating func takeWord(_ word: String) -> Bool {
        skipSpace()
        guard octets[index...].starts(with: word.utf8) else { return false }
        index += word.utf8.count
        return true
    }

    private mutating func takeNull() throws -> Bool {
        skipSpace()
        guard index < octets.count else { throw RecordError(offset: index) }
        return octets[index] == UInt8(ascii: "n") && takeWord("null")
    }

    // MARK: Escapes

    /// The rest of a text whose first escape stands at `index`.
    private mutating func escapedText(from start: Int) throws -> String {
        var decoded = Array(octets[start..<index])
        while index < octets.count {
            let octet = octets[index]
            index += 1
            switch octet {
            case UInt8(ascii: "\""): return String(decoding: decoded, as: UTF8.self)
            case UInt8(ascii: "\\"): decoded += try escape()
            default: decoded.append(octet)
            }
        }
        throw RecordError(offset: index)
    }

    /// What stands behind a reverse solidus, in UTF-8 (RFC 8259 §7).
    private mutating func escape() throws -> [UInt8] {
        guard index < octets.count else { throw RecordError(offset: index) }
        let octet = octets[index]
        index += 1
        switch octet {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [octet]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0c]
        case UInt8(ascii: "n"): return [0x0a]
        case UInt8(ascii: "r"): return [0x0d]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            var units = [try codeUnit()]
            if UTF16.isLeadSurrogate(units[0]), octets[index...].starts(with: "\\u".utf8) {
                index += 2
                units.append(try codeUnit())
            }
            return Array(String(decoding: units, as: UTF16.self).utf8)
        default: throw RecordError(offset: index - 1)
        }
    }

    private mutating func codeUnit() throws -> UInt16 {
        guard index + 4 <= octets.count,
            let unit = UInt16(String(decoding: octets[index..<(index + 4)], as: UTF8.self), radix: 16)
        else { throw RecordError(offset: index) }
        index += 4
        return unit
    }
}

/// A record is not as it should be; the offset is in octets.
package struct RecordError: Error, Sendable, CustomStringConvertible {
    package var offset: Int

    package init(offset: Int) { self.offset = offset }

    package var description: String { "the record has something else than wanted at octet \(offset)" }
}
