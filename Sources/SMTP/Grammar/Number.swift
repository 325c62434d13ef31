internal import Wire

extension CommandReader {
    /// Decimal digits, 1 to 20 of them, as SIZE has them (RFC 1870 §5); `Int.max` stands for anything that is larger.
    package mutating func number() throws(SMTPSyntaxError) -> Int {
        var value = 0
        var digits = 0
        while let digit = next?.decimalValue, digits < 20 {
            _ = takeAny()
            digits += 1
            let (tenfold, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflows) = tenfold.addingReportingOverflow(Int(digit))
            value = tooLarge || overflows ? Int.max : sum
        }
        guard digits > 0 else { throw failure(.number) }
        return value
    }

    /// Exactly `count` decimal digits.
    mutating func digits(_ count: Int) throws(SMTPSyntaxError) -> Int {
        var value = 0
        for _ in 0..<count {
            guard let digit = next?.decimalValue else { throw failure(.number) }
            _ = takeAny()
            value = value * 10 + Int(digit)
        }
        return value
    }
}
