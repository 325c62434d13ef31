package import Mail
internal import NIOCore
package import Wire

/// What may stand behind `RCPT TO:<...>`: DSN's parameters (RFC 3461 §4.1, §4.2).
package struct RecipientParameters: Hashable, Sendable {
    /// The longest `ORCPT=`, RFC 3461 §4.2, in octets.
    package static let longestOriginalRecipient = 500

    package var notify: DSNNotify = .failure
    /// As given: `rfc822;ana@example.org`, decoded.
    package var originalRecipient: String?

    package init() {}
}

extension RecipientParameters {
    private typealias Rule = @Sendable (ESMTPParameter, inout RecipientParameters) throws(SMTPSyntaxError) -> Void

    private static let table: [Keyword: Rule] = [
        "NOTIFY": { parameter, result throws(SMTPSyntaxError) in result.notify = try notify(parameter) },
        "ORCPT": { parameter, result throws(SMTPSyntaxError) in
            result.originalRecipient = try parameter.value { reader throws(SMTPSyntaxError) in
                try reader.originalRecipient(atMost: longestOriginalRecipient)
            }
        },
    ]

    /// Reads the parameters up to the end of the line.
    ///
    /// - Parameter offered: the keywords that this server has said it knows.
    package init(_ reader: inout CommandReader, offered: Set<Keyword>) throws(SMTPSyntaxError) {
        for parameter in try reader.parameters() {
            guard offered.contains(parameter.keyword), let rule = Self.table[parameter.keyword] else {
                throw SMTPSyntaxError(expected: .knownParameter(parameter.keyword.description), offset: parameter.offset)
            }
            try rule(parameter, &self)
        }
    }

    /// `notify-esmtp-value`: `NEVER` stands alone.
    private static func notify(_ parameter: ESMTPParameter) throws(SMTPSyntaxError) -> DSNNotify {
        let words = String(buffer: parameter.value ?? ByteBuffer()).uppercased().split(
            separator: ",", omittingEmptySubsequences: false)
        if words == ["NEVER"] { return .never }
        var notify = DSNNotify()
        for word in words {
            switch word {
            case "SUCCESS": notify.insert(.success)
            case "FAILURE": notify.insert(.failure)
            case "DELAY": notify.insert(.delay)
            default: throw parameter.failure
            }
        }
        return notify
    }
}

extension CommandReader {
    /// `original-recipient-address`, RFC 3461 §4.2: `addr-type ";" xtext`.
    mutating func originalRecipient(atMost longest: Int) throws(SMTPSyntaxError) -> String {
        let type = run(of: ByteClass("-").union(.letter).union(.digit))
        guard type.readableBytes > 0, take(UInt8(ascii: ";")) else { throw failure(.addressType) }
        return "\(String(buffer: type));\(try xtext(atMost: longest))"
    }
}
