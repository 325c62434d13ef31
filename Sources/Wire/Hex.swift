/// Two hexadecimal digits an octet.
package enum Hex {
    /// Lower-case digits.
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        // As an array: octet by octet a sequence of any kind costs a call for each.
        let bytes = Array(bytes)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            text.append(digit(byte >> 4))
            text.append(digit(byte & 15))
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The lower-case digit of a value below 16.
    package static func digit(_ value: UInt8) -> UInt8 { value + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10) }

    /// Nil for an odd number of digits, or anything that is no digit. Both cases are read.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for octet in text.utf8 {
            guard let value = octet.hexValue else { return nil }
            guard let first = high else {
                high = value
                continue
            }
            bytes.append(first << 4 | value)
            high = nil
        }
        return high == nil ? bytes : nil
    }
}
