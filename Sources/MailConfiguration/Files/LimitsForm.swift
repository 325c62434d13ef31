internal import Mail

/// Limits of a tenant as written: what is absent comes from elsewhere.
struct DeclaredLimits: Sendable {
    var accounts: Located<Int>?
    var domains: Located<Int>?
    var quotaPerAccount: Located<ByteCount>?
    var totalQuota: Located<ByteCount>?
    var messageSize: Located<ByteCount>?
    var recipientsPerMessage: Located<Int>?
    var messagesPerDay: Located<Int>?

    /// Whole, with the rest taken from `other`.
    func filled(from other: TenantLimits) -> TenantLimits {
        TenantLimits(
            accounts: accounts?.value ?? other.accounts, domains: domains?.value ?? other.domains,
            quotaPerAccount: quotaPerAccount?.value ?? other.quotaPerAccount,
            totalQuota: totalQuota?.value ?? other.totalQuota, messageSize: messageSize?.value ?? other.messageSize,
            recipientsPerMessage: recipientsPerMessage?.value ?? other.recipientsPerMessage,
            messagesPerDay: messagesPerDay?.value ?? other.messagesPerDay)
    }
}

enum LimitsForm {
    /// The largest message that any plan or host may take (F121).
    static let largestMessage = ByteCount.megabytes(50)

    static let accounts = Field<Int>.optional("accounts", .integer(1...1_000_000), "Users and shared mailboxes together.")
    static let domains = Field<Int>.optional("domains", .integer(1...10_000), "Mail domains, alias domains included.")
    static let quotaPerAccount = Field<ByteCount>.optional(
        "quota_per_account", .size(.megabytes(1)...largestQuota), "The largest mailbox.")
    static let totalQuota = Field<ByteCount>.optional(
        "total_quota", .size(.megabytes(1)...largestQuota), "All mailboxes of the tenant together.")
    static let messageSize = Field<ByteCount>.optional(
        "message_size", .size(.kilobytes(64)...largestMessage), "The largest message; never above 50 MB.")
    static let recipientsPerMessage = Field<Int>.optional(
        "recipients_per_message", .integer(1...10_000), "Recipients of one message that a user sends.")
    static let messagesPerDay = Field<Int>.optional(
        "messages_per_day", .integer(1...1_000_000), "Messages that one user may send in 24 hours.")

    private static let largestQuota = ByteCount(1 << 50)

    /// What malaposta.yaml grants where it says nothing.
    static let standard = TenantLimits(
        accounts: 1000, domains: 20, quotaPerAccount: .gigabytes(10), totalQuota: .gigabytes(1024),
        messageSize: largestMessage, recipientsPerMessage: 500, messagesPerDay: 5000)

    static let form = ValueForm<DeclaredLimits>.object(
        "limits", [accounts, domains, quotaPerAccount, totalQuota, messageSize, recipientsPerMessage, messagesPerDay]
    ) { object in
        DeclaredLimits(
            accounts: object.located(accounts), domains: object.located(domains),
            quotaPerAccount: object.located(quotaPerAccount), totalQuota: object.located(totalQuota),
            messageSize: object.located(messageSize), recipientsPerMessage: object.located(recipientsPerMessage),
            messagesPerDay: object.located(messagesPerDay))
    }
}
