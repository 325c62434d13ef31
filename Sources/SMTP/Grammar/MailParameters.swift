internal import NIOCore
package import Wire

/// What may stand behind `MAIL FROM:<...>`.
package struct MailParameters: Hashable, Sendable {
    /// `SIZE=`, RFC 1870 §6: octets.
    package var size: Int?
    /// `BODY=`, RFC 6152.
    package var body: BodyType?
    /// `SMTPUTF8`, RFC 6531 §3.4.
    package var smtpUTF8 = false
    /// `ENVID=`, RFC 3461 §4.4, decoded; at most 100 octets.
    package var envelopeID: String?
    /// `RET=FULL`, RFC 3461 §4.3; nil where it does not stand.
    package var returnsFullMessage: Bool?
    /// `HOLDFOR=` or `HOLDUNTIL=`, RFC 4865 §4.
    package var hold: Hold?
    /// `XSENT`, ours: the Sent copy is filed too.
    package var filesSentCopy = false

    /// Until when a message rests.
    package enum Hold: Hashable, Sendable {
        /// Seconds from now, 1 through 999999999.
        case interval(Int)
        /// Seconds since 1970.
        case until(Int64)
    }

    package init() {}
}

extension MailParameters {
    private typealias Rule = @Sendable (ESMTPParameter, inout MailParameters) throws(SMTPSyntaxError) -> Void

    private static let table: [Keyword: Rule] = [
        "SIZE": { parameter, result throws(SMTPSyntaxError) in
            result.size = try parameter.value { reader throws(SMTPSyntaxError) in try reader.number() }
        },
        "BODY": { parameter, result throws(SMTPSyntaxError) in
            let text = String(buffer: parameter.value ?? ByteBuffer()).uppercased()
            guard let body = BodyType(rawValue: text) else { throw parameter.failure }
            result.body = body
        },
        "SMTPUTF8": { parameter, result throws(SMTPSyntaxError) in
            try parameter.noValue()
            result.smtpUTF8 = true
        },
        "ENVID": { parameter, result throws(SMTPSyntaxError) in
            result.envelopeID = try parameter.value { reader throws(SMTPSyntaxError) in try reader.xtext(atMost: 100) }
        },
        "RET": { parameter, result throws(SMTPSyntaxError) in
            switch String(buffer: parameter.value ?? ByteBuffer()).uppercased() {
            case "FULL": result.returnsFullMessage = true
            case "HDRS": result.returnsFullMessage = false
            default: throw parameter.failure
            }
        },
        // RFC 4954 §5: who first submitted it. Checked and not kept, as nobody is trusted with it.
        "AUTH": { parameter, _ throws(SMTPSyntaxError) in
            guard String(buffer: parameter.value ?? ByteBuffer()) != "<>" else { return }
            _ = try parameter.value { reader throws(SMTPSyntaxError) in try reader.xtext(atMost: 500) }
        },
        "HOLDFOR": { parameter, result throws(SMTPSyntaxError) in
            guard result.hold == nil else { throw parameter.failure }
            let seconds = try parameter.value { reader throws(SMTPSyntaxError) in try reader.number() }
            guard (1...999_999_999).contains(seconds) else { throw parameter.failure }
            result.hold = .interval(seconds)
        },
        "HOLDUNTIL": { parameter, result throws(SMTPSyntaxError) in
            guard result.hold == nil else { throw parameter.failure }
            result.hold = .until(try parameter.value { reader throws(SMTPSyntaxError) in try reader.dateTime() })
        },
        "XSENT": { parameter, result throws(SMTPSyntaxError) in
            try parameter.noValue()
            result.filesSentCopy = true
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
}
