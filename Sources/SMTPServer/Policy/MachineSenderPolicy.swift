internal import LocalSocket
internal import Mail
internal import SMTP

/// As whom a user of this machine may send: root as anybody, everybody else as themselves at the host's name.
struct MachineSenderPolicy {
    /// Nil where the machine does not know the user any more.
    let user: SystemUser?
    let hostName: DomainName

    /// MAIL FROM. The null reverse-path is for notices that nobody wants back.
    func check(reversePath address: Address?) -> Refusal? {
        guard let user else { return Refusal(.unknownMachineUser) }
        guard let address, user.id != 0 else { return nil }
        let isOwn = address.domain == hostName && address.localPart.lowercased() == user.name.lowercased()
        return isOwn ? nil : Refusal(.machineUserMaySendAs("<\(user.name)@\(hostName)>"))
    }
}
