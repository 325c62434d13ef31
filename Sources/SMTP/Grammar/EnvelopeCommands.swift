internal import Mail
package import Wire

/// `mail`, RFC 5321 §4.1.1.2.
package struct MailCommand: Hashable, Sendable {
    package var from: Path
    package var parameters: MailParameters
}

/// `rcpt`, RFC 5321 §4.1.1.3.
package struct RecipientCommand: Hashable, Sendable {
    package var to: Path
    package var parameters: RecipientParameters
}

extension CommandReader {
    /// What stands behind `MAIL `. A blank behind the colon is let through, as many clients send one.
    package mutating func mail(offered: Set<Keyword>) throws(SMTPSyntaxError) -> MailCommand {
        try space()
        guard take("FROM:") else { throw failure(.path) }
        _ = take(.space)
        let path = try reversePath()
        let parameters = try parametersBehindPath { reader throws(SMTPSyntaxError) in
            try MailParameters(&reader, offered: offered)
        }
        if path.address?.needsSMTPUTF8 == true, !parameters.smtpUTF8 { throw failure(.asciiAddress) }
        return MailCommand(from: path, parameters: parameters)
    }

    /// What stands behind `RCPT `.
    ///
    /// - Parameter smtpUTF8: whether MAIL asked for it.
    package mutating func recipient(offered: Set<Keyword>, smtpUTF8: Bool) throws(SMTPSyntaxError) -> RecipientCommand {
        try space()
        guard take("TO:") else { throw failure(.path) }
        _ = take(.space)
        let path = try forwardPath()
        let parameters = try parametersBehindPath { reader throws(SMTPSyntaxError) in
            try RecipientParameters(&reader, offered: offered)
        }
        if path.address?.needsSMTPUTF8 == true, !smtpUTF8 { throw failure(.asciiAddress) }
        return RecipientCommand(to: path, parameters: parameters)
    }

    private mutating func parametersBehindPath<Parameters>(
        _ read: (inout CommandReader) throws(SMTPSyntaxError) -> Parameters
    ) throws(SMTPSyntaxError) -> Parameters {
        guard isAtEnd || next == .space else { throw failure(.space) }
        return try read(&self)
    }
}
