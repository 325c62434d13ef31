extension CommandReader {
    /// `number`, RFC 9051 §9: 0 through 4294967295.
    mutating func number() throws(SyntaxError) -> UInt32 {
        let start = self
        guard let value = UInt32(exactly: try number64()) else { throw start.failure(.number) }
        return value
    }

    /// `nz-number`, RFC 9051 §9: 1 through 4294967295, no leading zero.
    package mutating func nonzeroNumber() throws(SyntaxError) -> UInt32 {
        var ahead = self
        guard let first = ahead.digit(), first > 0 else { throw failure(.number) }
        var number = UInt64(first)
        while number <= UInt32.max, let next = ahead.digit() { number = number * 10 + UInt64(next) }
        guard let value = UInt32(exactly: number) else { throw failure(.number) }
        self = ahead
        return value
    }

    /// `number64`, RFC 9051 §9, and `mod-sequence-valzer`, RFC 7162 §7: 0 through 2^63 - 1.
    mutating func number64() throws(SyntaxError) -> UInt64 {
        var ahead = self
        guard let first = ahead.digit() else { throw failure(.number) }
        var number = UInt64(first)
        while let next = ahead.digit() {
            guard number <= (UInt64(Int64.max) - UInt64(next)) / 10 else { throw failure(.number) }
            number = number * 10 + UInt64(next)
        }
        self = ahead
        return number
    }
}
