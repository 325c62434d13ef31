package import NIOCore
package import Wire

/// `esmtp-param`, RFC 5321 §4.1.2.
package struct ESMTPParameter: Sendable {
    package let keyword: Keyword
    /// Nil without `=`.
    package let value: ByteBuffer?
    /// Where the value, or else the keyword, stands in the line.
    package let offset: Int
}

extension CommandReader {
    private static let keywordText = ByteClass("-").union(.letter).union(.digit)
    /// `esmtp-value`; `=` is let through, as Base64 in AUTH= has it, and letters beyond ASCII by RFC 6531 §3.6.
    private static let valueText = ByteClass.visible.union(.eightBit)

    /// The parameters up to the end of the line; more than `longest` are refused.
    package mutating func parameters(atMost longest: Int = 20) throws(SMTPSyntaxError) -> [ESMTPParameter] {
        var parameters: [ESMTPParameter] = []
        while true {
            _ = run(of: ByteClass(" "))
            if isAtEnd { return parameters }
            let parameter = try parameter()
            guard !parameters.contains(where: { $0.keyword == parameter.keyword }) else {
                throw failure(.onlyOnce(parameter.keyword.description))
            }
            parameters.append(parameter)
            guard parameters.count <= longest, isAtEnd || next == .space else { throw failure(.parameter) }
        }
    }

    private mutating func parameter() throws(SMTPSyntaxError) -> ESMTPParameter {
        let start = offset
        guard let keyword = Keyword(run(of: Self.keywordText)) else { throw failure(.keyword) }
        guard take(UInt8(ascii: "=")) else { return ESMTPParameter(keyword: keyword, value: nil, offset: start) }
        let place = offset
        let value = run(of: Self.valueText)
        guard value.readableBytes > 0 else { throw failure(.value) }
        return ESMTPParameter(keyword: keyword, value: value, offset: place)
    }
}

extension ESMTPParameter {
    /// A cursor over the value.
    package func reader() throws(SMTPSyntaxError) -> CommandReader {
        guard let value else { throw failure }
        return CommandReader(value)
    }

    /// That a value is not one of this parameter's.
    package var failure: SMTPSyntaxError { SMTPSyntaxError(expected: .valueOf(keyword.description), offset: offset) }

    /// The whole value as read by `production`.
    package func value<Value>(
        _ production: (inout CommandReader) throws(SMTPSyntaxError) -> Value
    ) throws(SMTPSyntaxError) -> Value {
        var reader = try reader()
        do {
            let value = try production(&reader)
            guard reader.isAtEnd else { throw failure }
            return value
        } catch { throw failure }
    }

    /// That it stands without a value.
    package func noValue() throws(SMTPSyntaxError) {
        guard value == nil else { throw failure }
    }
}
