internal import Mail
internal import MailConfiguration

/// Who may open which shared mailboxes of a tenant: a few octets for each user of each.
struct LentMailboxes {
    private struct Mailbox {
        var id: AccountID
        var name: String
        /// The main one first.
        var addresses: [Address]
    }

    private struct Loan {
        var mailbox: Int32
        var rights: SharedRights
    }

    private var mailboxes: [Mailbox] = []
    private var loans: [AccountID: [Loan]] = [:]

    /// Users of the mailboxes, in no order.
    var users: some Collection<AccountID> { loans.keys }

    /// - Returns: the number by which it is lent.
    mutating func add(_ mailbox: SharedMailboxConfiguration, _ id: AccountID) -> Int {
        mailboxes.append(Mailbox(id: id, name: mailbox.name, addresses: [mailbox.address] + mailbox.aliases))
        return mailboxes.count - 1
    }

    mutating func lend(_ mailbox: Int, to user: AccountID, _ rights: SharedRights) {
        loans[user, default: []].append(Loan(mailbox: Int32(mailbox), rights: rights))
    }

    /// The account with what is lent to it, in the order in which the mailboxes were lent; it may also send for those that it
    /// may send as (F78).
    func lend(to account: DirectoryAccount) -> DirectoryAccount {
        guard let loans = loans[account.id] else { return account }
        var account = account
        for loan in loans {
            let mailbox = mailboxes[Int(loan.mailbox)]
            account.shared.append(
                SharedAccess(
                    account: mailbox.id, address: mailbox.addresses[0], name: mailbox.name, rights: loan.rights))
            guard loan.rights.contains(.send) else { continue }
            account.senders += mailbox.addresses.map {
                SenderAddress(address: $0, displayName: mailbox.name, account: mailbox.id)
            }
        }
        return account
    }
}
