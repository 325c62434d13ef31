package import LocalSocket
internal import Logging
internal import Mail
internal import NIOCore
internal import SMTPServer

/// What operators, and Undo, ask of the spool. With the mail worker running it goes through its socket; without, the command
/// opens the spool itself.
package struct Queue: QueueAnswering {
    private let spool: Spool
    private let deliverer: Deliverer?
    private let mailboxes: (any Mailboxes)?
    private static let headerLimit = 64 << 10

    /// Without anyone who delivers.
    package init(_ spool: Spool) {
        self.spool = spool
        deliverer = nil
        mailboxes = nil
    }

    init(_ deliverer: Deliverer) {
        spool = deliverer.spool
        self.deliverer = deliverer
        mailboxes = deliverer.mailboxes
    }

    /// Adds what is answered here to a socket's table.
    package func answer(in table: inout QuestionTable) {
        table.answer(QueueListQuestion.self) { question, _ in list(question) }
        table.answer(QueueShowQuestion.self) { question, _ in try await show(question) }
        table.answer(QueueChangeQuestion.self) { question, _ in try await change(question) }
        table.answer(QueueCancelQuestion.self) { question, _ in await cancel(question) }
    }

    package func list(_ question: QueueListQuestion) -> QueueListQuestion.Answer {
        let after = question.after.flatMap(EntryID.init(text:)) ?? EntryID(0)
        let now = spool.now()
        let entries = spool.entries.drop { $0.id <= after }
        let page = entries.prefix(QueueListQuestion.longest)
        return QueueListQuestion.Answer(entries: page.map { QueueItem($0, now: now) }, isMore: page.count < entries.count)
    }

    /// - Throws: `Refusal` `no-such-message`, `unreadable`.
    package func show(_ question: QueueShowQuestion) async throws -> QueueDetail {
        guard let entry = entry(question.id) else { throw Self.noSuchMessage(question.id) }
        let (acceptance, progress) = (entry.acceptance, entry.progress)
        let header: ByteBuffer
        do { header = try await spool.header(of: entry, limit: Self.headerLimit) } catch {
            throw LocalSocket.Refusal(code: "unreadable", reason: error.description)
        }
        return QueueDetail(
            item: QueueItem(entry, now: spool.now()), door: acceptance.door.rawValue, session: acceptance.session,
            account: acceptance.account?.hex, envelopeID: acceptance.envelope.envelopeID, lastAttempt: progress.lastAttempt,
            routes: zip(acceptance.routes, progress.outcomes).map { QueueRoute($0, $1, acceptance.envelope) },
            header: String(decoding: header.readableBytesView, as: UTF8.self))
    }

    /// Durable when it returns.
    package func change(_ question: QueueChangeQuestion) async throws -> QueueChangeQuestion.Answer {
        var answer = QueueChangeQuestion.Answer(changed: [], unknown: [])
        for id in question.ids {
            guard let entry = entry(id), !entry.isReleased else {
                answer.unknown.append(id)
                continue
            }
            do { try await change(question.change, entry) } catch {
                throw LocalSocket.Refusal(code: "disk", reason: error.description)
            }
            answer.changed.append(id)
        }
        return answer
    }

    private func change(_ change: QueueChangeQuestion.Change, _ entry: SpoolEntry) async throws(SpoolFailure) {
        switch change {
        case .drop: return try await spool.drop(entry)
        case .hold:
            entry.update { progress in
                progress.hold = progress.hold ?? .byOperator
                progress.reason = progress.hold == .byOperator ? "held by the operator" : progress.reason
            }
        case .release:
            entry.update { progress in
                // One that crashed is tried alone, and held again if that does not end.
                progress.crashes = progress.hold == .crashed ? CrashLimits.crashes - 1 : progress.crashes
                progress.interruptions = 0
                progress.hold = nil
                progress.reason = nil
                progress.nextAttempt = nil
            }
        case .retry: entry.update { $0.nextAttempt = nil }
        }
        try await spool.note(entry)
        if change != .hold { deliverer?.tryNow(entry) }
    }

    /// Takes a held message back, with its Sent copy. Who asks again, within ten minutes, hears the same.
    package func cancel(_ question: QueueCancelQuestion) async -> QueueCancelQuestion.Answer {
        guard let id = EntryID(text: question.id), let account = AccountID(hex: question.account) else { return .tooLate }
        if let told = deliverer?.attempts.told(id, account) { return told }
        guard let entry = spool.entry(id), entry.acceptance.account == account, let time = entry.acceptance.notBefore,
            time > spool.now()
        else { return .tooLate }
        if let deliverer {
            guard deliverer.attempts.cancel(id) else { return .tooLate }
            // The Sent copy may be on its way just now.
            await deliverer.attempts.ended(id)
        }
        let answer = await drop(entry)
        deliverer?.attempts.remember(answer, of: id, to: account, at: spool.now())
        deliverer?.attempts.forget(id)
        if answer == .cancelled { await removeSentCopy(of: entry, from: account) }
        return answer
    }

    private func drop(_ entry: SpoolEntry) async -> QueueCancelQuestion.Answer {
        do {
            try await spool.drop(entry)
            return .cancelled
        } catch {
            spool.logger.error(
                "a message was taken back, and the disk did not note it",
                metadata: ["queue.id": "\(entry.id)", "error": "\(error)"])
            return .unknown
        }
    }

    /// The message is cancelled, whatever becomes of its copy.
    private func removeSentCopy(of entry: SpoolEntry, from account: AccountID) async {
        guard let message = entry.progress.sentCopy, message > 0 else { return }
        do { try await mailboxes?.remove(FiledCopy(message: message), from: account) } catch {
            spool.logger.warning(
                "a message was taken back, and its copy in Sent could not be removed",
                metadata: ["queue.id": "\(entry.id)", "account": "\(account.hex)", "error": "\(error)"])
        }
    }

    private func entry(_ id: String) -> SpoolEntry? { EntryID(text: id).flatMap(spool.entry) }

    private static func noSuchMessage(_ id: String) -> LocalSocket.Refusal {
        LocalSocket.Refusal(code: "no-such-message", reason: "there is no message \(id) in the queue")
    }
}
