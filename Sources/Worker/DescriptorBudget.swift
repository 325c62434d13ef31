/// Whether the process may open as many files as its limits promise to clients.
package struct DescriptorBudget: Sendable {
    /// Listeners, local sockets, log, event loops, generation files, certificates.
    package static let own = 256
    /// A mailbox's database, its log and its index, its folder of messages, and a message.
    package static let perMailbox = 7

    private let needed: Int

    /// - Parameters:
    ///   - connections: open connections, as malaposta.yaml bounds them.
    ///   - mailboxes: databases that are kept open at once.
    package init(connections: Int, mailboxes: Int) { needed = connections + mailboxes * Self.perMailbox + Self.own }

    /// A sentence that names the cure, where this process may not open as many.
    package func check() -> String? { shortage(of: FileLimit.raise()) }

    func shortage(of allowed: Int) -> String? {
        guard allowed < needed else { return nil }
        return "the limits of malaposta.yaml need \(needed) open files, but \(allowed) are allowed; "
            + "raise LimitNOFILE of the unit (systemctl edit), or lower limits: connections"
    }
}
