package import Directory
internal import Logging
package import Mail
internal import NIOCore
internal import SMTP
package import SMTPServer

/// Takes messages over from SMTP sessions into the spool.
package struct SpoolReceiver: MessageReceiver {
    let spool: Spool
    let generation: CurrentGeneration
    let usages: MailboxUsages
    let allowances: DailyAllowances
    let logger: Logger

    package func admit(
        _ recipient: EnvelopeRecipient, to envelope: Envelope, targets: [ExpandedTarget], _ facts: SessionFacts
    ) async -> RecipientDecision {
        if let sender = facts.account, !allowances.allows(sender, recipients: envelope.recipients.count + 1) {
            return .refused(.dayIsFull)
        }
        guard let id = Self.mailboxThatMustHaveRoom(targets) else { return .accepted }
        do {
            guard let account = try await generation.value.account(id), let quota = account.quota else { return .accepted }
            return try await usages.isFull(id, quota: quota) ? .refused(.mailboxFull) : .accepted
        } catch {
            // Whether there is room shows when it is filed, and the message waits in the spool meanwhile.
            logger.warning("a mailbox's usage cannot be read", metadata: ["account": "\(id)", "error": "\(error)"])
            return .accepted
        }
    }

    /// The one mailbox that an address leads to; nil for a group, which is accepted as a whole: whose mailbox in it is full is
    /// told by a notice.
    package static func mailboxThatMustHaveRoom(_ targets: [ExpandedTarget]) -> AccountID? {
        guard targets.count == 1, case .account(let id, _, _) = targets[0] else { return nil }
        return id
    }

    package func begin(
        _ envelope: Envelope, declaredSize: Int?, _ facts: SessionFacts
    ) async -> Result<any MessageSink, Refusal> {
        var share: DayShare?
        if let sender = facts.account {
            share = allowances.take(sender, recipients: envelope.recipients.count)
            guard share != nil else { return .failure(.dayIsFull) }
        }
        do {
            let sentCopy = facts.filesSentCopy ? facts.account?.id : nil
            let routes = try await Router(generation.value).routes(of: envelope, sentCopy: sentCopy)
            let now = spool.now()
            let acceptance = Acceptance(
                id: try spool.nextID(), time: now, door: facts.door, session: facts.session, account: facts.account?.id,
                envelope: envelope, routes: routes, notBefore: facts.holdUntil.flatMap { $0 > now ? $0 : nil })
            let message = try spool.receive(acceptance, announced: max(0, declaredSize ?? 0))
            return .success(SpoolSink(message: message, share: share))
        } catch let failure as SpoolFailure {
            return .failure(Refusal(failure))
        } catch {
            return .failure(Refusal(Reply(451, EnhancedStatus(4, 3, 0), "Please try again later"), cause: "\(error)"))
        }
    }
}

/// One message on its way into the spool.
private struct SpoolSink: MessageSink {
    let message: IncomingMessage
    /// Nil for mail that no user of the host sends.
    let share: DayShare?

    func write(_ octets: ByteBuffer) async throws {
        do { try await message.write(octets) } catch { throw Refusal(error) }
    }

    func finish() async throws -> QueueID {
        let entry: SpoolEntry
        do { entry = try await message.finish() } catch { throw Refusal(error) }
        share?.use()
        guard let id = QueueID(entry.id.text) else { throw Refusal(.unreadable) }
        return id
    }

    func abort() async { await message.abort() }
}

extension Refusal {
    /// What the peer is answered where the spool does not take a message.
    init(_ failure: SpoolFailure) {
        let reply: Reply =
            switch failure {
            case .full: Reply(452, EnhancedStatus(4, 3, 1), "The host has no room for more mail now")
            case .disk: Reply(452, EnhancedStatus(4, 3, 1), "The host cannot store mail now")
            case .broken, .stopped: Reply(421, EnhancedStatus(4, 3, 2), "The host is starting anew")
            case .inUse, .unreadable: Reply(451, EnhancedStatus(4, 3, 0), "Please try again later")
            }
        self.init(reply, cause: failure.description)
    }

    /// RFC 5321 §4.2.3, RFC 3463 §3.3.
    package static let mailboxFull = Refusal(Reply(552, EnhancedStatus(5, 2, 2), "The mailbox is full"))
    fileprivate static let dayIsFull = Refusal(
        Reply(452, EnhancedStatus(4, 5, 3), "You have sent as many messages as you may within a day"))
}
