package import Directory
package import Mail

/// Finds out where a message's copies go, when it is accepted: aliases and groups are followed then, once, and what is found
/// is written down with the message, so that an attempt after a crash or a change of a group reaches the same mailboxes.
package struct Router: Sendable {
    /// Steps from one tenant to another, as an alias of one may lead to an address of the other.
    package static let crossings = 8

    /// What becomes of a copy for another host.
    package static let remoteState = "waiting: no relay in this version"

    private let generation: Generation

    package init(_ generation: Generation) { self.generation = generation }

    /// One route for each mailbox and each outside address, however many ways lead there.
    ///
    /// - Parameter sentCopy: whose Sent folder takes a copy.
    package func routes(of envelope: Envelope, sentCopy: AccountID? = nil) async throws -> [Route] {
        var found = Found()
        for (index, recipient) in envelope.recipients.enumerated() {
            found.recipient = index
            let before = found.reached
            try await follow(recipient.address, from: envelope.sender, into: &found)
            if found.reached == before { found.routes.append(Route(recipient: index, target: .nowhere)) }
        }
        if let sentCopy { found.routes.append(Route(recipient: Route.noRecipient, target: .sent(sentCopy))) }
        return found.routes
    }

    private struct Found {
        var routes: [Route] = []
        var recipient = 0
        /// Targets met, those that another recipient had reached before included.
        var reached = 0
        var mailboxes: Set<AccountID> = []
        var remotes: Set<Address> = []

        mutating func add(_ id: AccountID, _ detail: String?, _ address: Address) {
            reached += 1
            guard mailboxes.insert(id).inserted else { return }
            routes.append(Route(recipient: recipient, target: .mailbox(id, detail: detail, as: address)))
        }

        mutating func add(_ address: Address) {
            reached += 1
            guard remotes.insert(address.folded).inserted else { return }
            routes.append(Route(recipient: recipient, target: .remote(address)))
        }
    }

    private func follow(_ address: Address, from sender: Address?, into found: inout Found) async throws {
        var waiting = [(address: address, crossings: 0)]
        var seen: Set<Address> = [address.folded]
        while let (address, crossings) = waiting.popLast() {
            let isFromOutside = crossings > 0
            let targets =
                isFromOutside
                ? try await generation.expandFromOutside(address) : try await generation.expand(address, from: sender)
            for target in targets {
                switch target {
                case .account(let id, let detail, let at): found.add(id, detail, at)
                case .external(let other):
                    guard try await generation.domain(other.domain)?.isActive == true else {
                        found.add(other)
                        continue
                    }
                    guard crossings < Self.crossings, seen.insert(other.folded).inserted else { continue }
                    waiting.append((other, crossings + 1))
                }
            }
        }
    }
}
