/// Which 64 octets stand for six bits, and whether the end is padded.
package struct Base64Alphabet: Sendable {
    /// 64 octets.
    let digits: [UInt8]
    /// For each octet its six bits, or 0xff.
    let values: [UInt8]
    /// Whether `=` fills the last group of four.
    package let isPadded: Bool

    init(_ lastTwo: StaticString, padded: Bool) {
        let common: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        let digits = Array(common.description.utf8) + Array(lastTwo.description.utf8)
        var values = [UInt8](repeating: 0xff, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        (self.digits, self.values, isPadded) = (digits, values, padded)
    }

    /// RFC 4648 §4.
    package static let standard = Base64Alphabet("+/", padded: true)
    /// RFC 4648 §5, without padding.
    package static let urlSafe = Base64Alphabet("-_", padded: false)
    /// The modified Base64 of mailbox names, RFC 3501 §5.1.3, without padding.
    package static let mailboxName = Base64Alphabet("+,", padded: false)
}
