package import Directory
package import Logging
internal import ServiceLifecycle

/// Accepting, keeping and filing mail: everything between SMTP's sessions and the store.
///
///     let delivery = try DeliveryService(spoolFolder: data + "/spool", mailboxes: StoreMailboxes(store), generation: current,
///         templates: templates + "/mail", limits: SpoolLimits(current.value.host.spool), logger: logger)
///     // delivery.receiver goes to the SMTP servers; delivery.queue.answer(in: &table) to run/mail-admin.sock;
///     // the service stops after the SMTP servers.
package final class DeliveryService: Service {
    private let spool: Spool
    private let deliverer: Deliverer
    private let crashMark: String
    private let stopMark: String
    private let limits: DeliveryLimits
    private let logger: Logger
    /// For the SMTP servers.
    package let receiver: SpoolReceiver

    /// Opens the spool and recovers what is in it; blocks while it reads.
    ///
    /// - Parameters:
    ///   - templates: the folder with `notices.en.txt` and `notices.pt.txt`.
    ///   - clock: microseconds since 1970.
    /// - Throws: `SpoolFailure`, `NoticeTextsError`.
    package init(
        spoolFolder: String, mailboxes: any Mailboxes, generation: CurrentGeneration, templates: String,
        limits: SpoolLimits = SpoolLimits(), delivery: DeliveryLimits = DeliveryLimits(),
        files: any SpoolFileSystem = DiskFileSystem(),
        logger: Logger, clock: @escaping @Sendable () -> UInt64 = SpoolClock.microseconds
    ) throws {
        let notices = NoticeWriter(
            generation: generation, texts: try NoticeTexts(folder: templates), limits: delivery, logger: logger)
        spool = try Spool(folder: spoolFolder, files: files, limits: limits, logger: logger, clock: clock)
        crashMark = spoolFolder + "/crash"
        stopMark = spoolFolder + "/stopped"
        self.limits = delivery
        self.logger = logger
        let seconds = spool.now
        receiver = SpoolReceiver(
            spool: spool, generation: generation, usages: MailboxUsages(mailboxes: mailboxes, limits: delivery, now: seconds),
            allowances: DailyAllowances(log: SentLog(folder: spoolFolder, logger: logger), now: seconds), logger: logger)
        deliverer = Deliverer(
            spool: spool, mailboxes: mailboxes, generation: generation, notices: notices, limits: delivery, logger: logger)
    }

    /// What operators and Undo ask, for the admin socket.
    package var queue: Queue { Queue(deliverer) }

    /// What is amiss, each sentence naming its cure; for the program's health.
    package var problems: [String] {
        var problems = spool.findings.map { "the spool was damaged: \($0); look at the disk" }
        if let refusal = spool.refusal(of: 0) { problems.append("no mail is accepted: \(refusal)") }
        return problems
    }

    /// Figures for the program's health.
    package var figures: [String: Int] {
        let summary = spool.summary
        return [
            "spool.messages": spool.count, "spool.octets": spool.octets, "spool.held": summary.held,
            "spool.crashed": summary.crashed, "spool.oldest": summary.oldest.map { Int(max(0, spool.now() - $0)) } ?? 0,
        ]
    }

    /// Delivers until a graceful shutdown.
    ///
    /// - Throws: `SpoolFailure.broken` when a flush has failed: the process must end and start anew.
    package func run() async throws {
        for finding in spool.findings { logger.error("the spool is damaged", metadata: ["finding": "\(finding)"]) }
        do {
            let hasStopped = StopMark.take(at: stopMark)
            try await spool.blame(diedByItself: CrashMark.isSet(at: crashMark), hasStopped: hasStopped)
            CrashMark.install(at: crashMark)
            try await deliver()
        } catch {
            await spool.close()
            throw error
        }
        await spool.close()
        StopMark.leave(at: stopMark)
    }

    private func deliver() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.deliverer.run() }
            group.addTask {
                await cancelWhenGracefulShutdown {
                    while !Task.isCancelled {
                        try? await Task.sleep(for: self.limits.tick)
                        self.deliverer.tick()
                    }
                }
            }
            group.addTask {
                await cancelWhenGracefulShutdown { await self.spool.untilBroken() }
                if self.spool.isBroken { throw SpoolFailure.broken }
            }
            defer { deliverer.stop() }
            try await group.next()
            deliverer.stop()
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}
