internal import Directory
internal import Logging
internal import Mail
internal import MailConfiguration
internal import Metering
internal import SMTP

extension SMTPConnection {
    /// What the generation in force says to this session.
    var terms: SessionTerms {
        let host = door.generation.value.host
        let largest = host.limits.messageSize.octets
        let isLoopback = live.remote.map { $0.hasPrefix("127.") || $0 == "::1" } ?? false
        return SessionTerms(
            hostName: host.hostName, allowsPlaintextLogin: host.plaintextLogin == .loopback && isLoopback,
            largestMessage: account.map { min($0.maxMessageSize.octets, largest) } ?? largest,
            recipientsPerMessage: account?.maxRecipients ?? host.limits.recipientsPerMessage,
            messagesPerSession: host.limits.messagesPerSession, now: door.clock())
    }

    /// Takes up what a new generation says of the account: its limits are in force with the next command, EHLO included. Where it
    /// cannot be read, those of before stay; where the account is gone, MAIL refuses.
    func renewAccount() async {
        let generation = door.generation.value
        guard let id = session.account, generation.number != accountGeneration else { return }
        guard let current = try? await generation.account(id) else { return }
        (account, accountGeneration) = (current, generation.number)
    }

    /// What the receiver is told.
    var facts: SessionFacts {
        SessionFacts(
            session: id, door: door.kind, remoteAddress: live.remote, helo: session.helo, isExtended: session.isExtended,
            tlsVersion: session.tlsVersion, account: account, holdUntil: session.holdUntil, filesSentCopy: session.filesSentCopy)
    }

    /// Looks the account up anew: what the generation in force says of it holds, not what was true at log-in.
    func checked(sender address: Address?) async -> Reply {
        let generation = door.generation.value
        if door.kind == .machine {
            let policy = MachineSenderPolicy(user: machineUser, hostName: generation.host.hostName)
            return policy.check(reversePath: address).map(note) ?? .senderOk
        }
        guard door.kind.needsLogin else { return .senderOk }
        do {
            guard let id = session.account, let current = try await generation.account(id), current.state.isActive,
                door.kind == .local || current.features.allow(.submission)
            else {
                live.end(.loggedOut)
                return .loggedOut
            }
            account = current
            let policy = SenderPolicy(generation: generation, account: current, shown: door.limits.shownSenders)
            return await policy.check(reversePath: address).map(note) ?? .senderOk
        } catch { return note(Refusal(.directoryUnavailable, cause: "\(error)")) }
    }

    func checked(recipient question: RecipientQuestion) async -> Reply {
        let policy = RecipientPolicy(generation: door.generation.value, relays: door.kind != .mx)
        guard let envelope = session.envelope else { return .mailFirst }
        switch await recipient(question, policy) {
        case .failure(let refusal): return note(refusal)
        case .success(let recipient): return await admitted(recipient, to: envelope, policy)
        }
    }

    private func admitted(_ recipient: EnvelopeRecipient, to envelope: Envelope, _ policy: RecipientPolicy) async -> Reply {
        switch await policy.targets(of: recipient.address, from: envelope.sender) {
        case .failure(let refusal): return note(refusal)
        case .success(let targets):
            switch await door.receiver.admit(recipient, to: envelope, targets: targets, facts) {
            case .refused(let refusal): return note(refusal)
            case .accepted:
                session.append(recipient)
                return .recipientOk
            }
        }
    }

    private func recipient(_ question: RecipientQuestion, _ policy: RecipientPolicy) async -> Result<EnvelopeRecipient, Refusal> {
        let parameters = session.pendingParameters
        do {
            if case .mailbox(let recipient) = question {
                guard door.kind == .machine, try await policy.isOfThisMachine(recipient.address) else {
                    return .success(recipient)
                }
            }
            // The machine's users have no mailboxes here: what is for them is for who looks after the machine.
            guard let address = try await policy.postmaster() else { return .failure(Refusal(.noPostmaster)) }
            return .success(
                EnvelopeRecipient(address, notify: parameters.notify, originalRecipient: parameters.originalRecipient))
        } catch { return .failure(Refusal(.directoryUnavailable, cause: "\(error)")) }
    }

    /// Logs a refusal with its cause, and gives what the peer reads.
    @discardableResult
    func note(_ refusal: Refusal) -> Reply {
        Measures.refused.count(refusal.reply.isTransient ? .transient : .permanent)
        let metadata: Logger.Metadata = ["session": "\(id)", "reply": "\(refusal.reply)"]
        if let cause = refusal.cause {
            door.logger.error("refused for a cause of our own", metadata: metadata.merging(["cause": "\(cause)"]) { $1 })
        } else {
            door.logger.info("refused", metadata: metadata)
        }
        return refusal.reply
    }
}
