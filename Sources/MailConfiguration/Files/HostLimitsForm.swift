internal import Mail

/// `limits` of malaposta.yaml.
enum HostLimitsForm {
    static let connections = Field<Int>.optional(
        "connections", .integer(10...1_000_000), default: 10_000, "Open connections, all services together.")
    static let connectionsPerAddress = Field<Int>.optional(
        "connections_per_address", .integer(1...100_000), default: 50, "Open connections from one IP address.")
    static let connectionsPerUser = Field<Int>.optional(
        "connections_per_user", .integer(1...10_000), default: 30, "Open connections of one user.")
    static let messagesPerSession = Field<Int>.optional(
        "messages_per_session", .integer(1...100_000), default: 1000, "Messages that one SMTP connection may send.")
    static let recipientsPerMessage = Field<Int>.optional(
        "recipients_per_message", .integer(100...100_000), default: 1000, "Recipients of one message from another host.")
    static let messageSize = Field<ByteCount>.optional(
        "message_size", .size(.kilobytes(64)...LimitsForm.largestMessage), default: LimitsForm.largestMessage,
        "The largest message that is taken.")
    static let smtpIdle = Field<Duration>.optional(
        "smtp_idle", .duration(.seconds(300)...(.seconds(3600))), default: .seconds(300),
        "How long an SMTP client may be silent.")
    static let imapIdle = Field<Duration>.optional(
        "imap_idle", .duration(.seconds(1800)...(.seconds(86400))), default: .seconds(1800),
        "How long an IMAP client may be silent after log-in.")
    static let loginTime = Field<Duration>.optional(
        "login_time", .duration(.seconds(5)...(.seconds(600))), default: .seconds(60), "How long a client may take to log in.")
    static let webSession = Field<Duration>.optional(
        "web_session", .duration(.seconds(300)...(.seconds(2_592_000))), default: .seconds(43200),
        "How long a web session lives without a request.")

    static let form = ValueForm<HostLimits>.object(
        "limits",
        [
            connections, connectionsPerAddress, connectionsPerUser, messagesPerSession, recipientsPerMessage, messageSize,
            smtpIdle, imapIdle, loginTime, webSession,
        ]
    ) { object in
        let counts = (object.value(connections), object.value(connectionsPerAddress), object.value(connectionsPerUser))
        let message = (object.value(messagesPerSession), object.value(recipientsPerMessage), object.value(messageSize))
        let times = (object.value(smtpIdle), object.value(imapIdle), object.value(loginTime), object.value(webSession))
        guard let connections = counts.0, let perAddress = counts.1, let perUser = counts.2, let perSession = message.0,
            let recipients = message.1, let size = message.2, let smtpIdle = times.0, let imapIdle = times.1,
            let loginTime = times.2, let webSession = times.3
        else { return nil }
        return HostLimits(
            connections: connections, connectionsPerAddress: perAddress, connectionsPerUser: perUser,
            messagesPerSession: perSession, recipientsPerMessage: recipients, messageSize: size, smtpIdle: smtpIdle,
            imapIdle: imapIdle, loginTime: loginTime, webSession: webSession)
    }
}
