internal import Directory
internal import Logging
internal import Mail
internal import Metering
internal import NIOConcurrencyHelpers
internal import NIOCore

/// Takes entries from the spool to mailboxes.
///
/// An attempt is registered, its beginning durable; its copies go to the mailboxes' queues; workers file a mailbox's copies
/// in one batch; a flush makes many mailboxes durable at once; the last copy's outcome ends the attempt. Everything may be
/// done twice with the same result, as the store takes each delivery once.
final class Deliverer: Sendable {
    let spool: Spool
    let mailboxes: any Mailboxes
    let generation: CurrentGeneration
    let notices: NoticeWriter
    let limits: DeliveryLimits
    let logger: Logger
    let attempts = Attempts()
    let due = DueTimes()
    private let queues: CopyQueues
    private let flushes = Flushes()
    private let beginnings: AsyncStream<SpoolEntry>
    private let begin: AsyncStream<SpoolEntry>.Continuation
    private let endings: AsyncStream<SpoolEntry>
    private let end: AsyncStream<SpoolEntry>.Continuation

    init(
        spool: Spool, mailboxes: any Mailboxes, generation: CurrentGeneration, notices: NoticeWriter, limits: DeliveryLimits,
        logger: Logger
    ) {
        self.spool = spool
        self.mailboxes = mailboxes
        self.generation = generation
        self.notices = notices
        self.limits = limits
        self.logger = logger
        queues = CopyQueues(batch: limits.copiesAtOnce)
        (beginnings, begin) = AsyncStream.makeStream(of: SpoolEntry.self)
        (endings, end) = AsyncStream.makeStream(of: SpoolEntry.self)
        // Kept back until suspects were tried, they must not look as if they were under way: they would be blamed unheard.
        spool.state.withLockedValue { $0.triesArrivals = false }
        spool.onArrival { [weak self] in self?.arrived($0) }
    }

    // MARK: Running

    /// Works until `stop`; what is under way then stays in the spool.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<limits.mailboxesAtOnce { group.addTask { await self.work() } }
            group.addTask { try await self.flush() }
            group.addTask { await self.noteBeginnings() }
            group.addTask { await self.conclude() }
            group.addTask { await self.takeUp() }
            try await group.waitForAll()
        }
    }

    func stop() {
        attempts.close()
        queues.close()
        flushes.close()
        begin.finish()
        end.finish()
    }

    /// What an earlier process left: first those under suspicion, each alone, then all others with what has come meanwhile.
    private func takeUp() async {
        let entries = spool.takeRecovered()
        for entry in entries where entry.progress.isSuspect && entry.progress.hold == nil {
            logger.notice("a message is tried alone", metadata: ["queue.id": "\(entry.id)"])
            tryNow(entry)
            await attempts.ended(entry.id)
        }
        for entry in attempts.resume() { tryNow(entry) }
        spool.state.withLockedValue { $0.triesArrivals = true }
        var rest = entries[...]
        while !rest.isEmpty, !Task.isCancelled {
            let wave = rest.prefix(limits.takenUpAtOnce)
            rest = rest.dropFirst(wave.count)
            for entry in wave { schedule(entry) }
            for entry in wave { await attempts.ended(entry.id) }
        }
    }

    /// On the spool's writer thread.
    private func arrived(_ entry: SpoolEntry) {
        if !attempts.keepsBack(entry) { tryNow(entry) }
    }

    /// Takes up what is due; called every `limits.tick`.
    func tick() {
        for id in due.take(until: spool.now()) {
            guard let entry = spool.entry(id) else { continue }
            // Its last attempt is just ending: look again with the next tick.
            guard !attempts.isOpen(id) else {
                due.add(id, at: spool.now())
                continue
            }
            if (entry.progress.nextAttempt ?? 0) <= spool.now() { tryNow(entry) }
        }
    }

    /// Lets an entry be tried when it is due.
    func schedule(_ entry: SpoolEntry) {
        guard !entry.isReleased, entry.progress.hold == nil else { return }
        if let next = entry.progress.nextAttempt, next > spool.now() { return due.add(entry.id, at: next) }
        tryNow(entry)
    }

    // MARK: An attempt

    /// Begins an attempt, unless the entry is held, or one is under way.
    func tryNow(_ entry: SpoolEntry) {
        let progress = entry.progress
        guard progress.hold == nil, !entry.isReleased else { return }
        let heldBack = isHeldBack(entry)
        let routes = dueRoutes(entry, progress, heldBack)
        guard attempts.begin(entry, copies: max(1, routes.count), isDelivery: !heldBack) else { return }
        if progress.isUnderWay { dispatch(entry, routes) } else { begin.yield(entry) }
    }

    private func isHeldBack(_ entry: SpoolEntry) -> Bool { (entry.acceptance.notBefore ?? 0) > spool.now() }

    /// Routes that a mailbox or a verdict of ours ends; other hosts' addresses wait for the relay.
    private func dueRoutes(_ entry: SpoolEntry, _ progress: Progress, _ heldBack: Bool) -> [Int] {
        entry.acceptance.routes.indices.filter { index in
            let route = entry.acceptance.routes[index]
            if !progress.outcomes[index].isPending || heldBack && !route.isSentCopy { return false }
            if case .remote = route.target { return false }
            return true
        }
    }

    /// Makes beginnings durable, many with one flush, before their work begins.
    private func noteBeginnings() async {
        await withDiscardingTaskGroup { group in
            for await entry in beginnings { group.addTask { await self.noteBeginning(of: entry) } }
        }
    }

    private func noteBeginning(of entry: SpoolEntry) async {
        entry.update { $0.begin(at: self.spool.now()) }
        do {
            try await spool.note(entry)
            dispatch(entry, dueRoutes(entry, entry.progress, isHeldBack(entry)))
        } catch {
            logger.warning("an attempt cannot be noted", metadata: ["queue.id": "\(entry.id)", "error": "\(error)"])
            spool.ended(entry)
            retryLater(entry, "the spool cannot be written to")
            attempts.end(entry.id)
        }
    }

    private func dispatch(_ entry: SpoolEntry, _ routes: [Int]) {
        guard !routes.isEmpty else { return settled(entry.id) { self.end.yield(entry) } }
        for route in routes {
            let copy = PendingCopy(entry: entry, route: route)
            if let account = entry.acceptance.routes[route].account {
                queues.add(copy, to: account)
            } else {
                settle(copy, .failed(.disabled))
            }
        }
    }

    // MARK: Filing

    private func work() async {
        while let (account, copies) = await queues.next() {
            await file(copies, into: account)
            queues.done(account)
        }
    }

    private func file(_ copies: [PendingCopy], into account: AccountID) async {
        let owner: DirectoryAccount?
        do { owner = try await generation.value.account(account) } catch {
            return copies.forEach { retry($0, "the generation cannot be read", cause: "\(error)") }
        }
        guard let owner, owner.state != .retired else {
            return copies.forEach { settle($0, .failed(owner == nil ? .noSuchAddress : .disabled)) }
        }
        var ready: [PendingCopy] = []
        var contents: [MailboxCopy] = []
        for copy in copies {
            do {
                contents.append(try await copy.content(from: spool, quota: owner.quota))
                ready.append(copy)
            } catch {
                retry(copy, "its octets cannot be read in the spool", cause: error.description)
            }
        }
        guard !ready.isEmpty else { return }
        let results = await mailboxes.file(contents, into: account)
        var filed: [PendingCopy] = []
        for (copy, result) in zip(ready, results) {
            switch result {
            case .success(let message):
                if copy.isSentCopy { copy.entry.update { $0.sentCopy = message.message } }
                filed.append(copy)
            case .failure(.overQuota): settle(copy, .failed(.overQuota))
            case .failure(.notNow(let cause)): retry(copy, "the mailbox cannot be written to now", cause: cause)
            }
        }
        flushes.add(filed, of: account)
    }

    private func flush() async throws {
        while await flushes.wait() {
            // A suspect is alone: nothing would gather.
            if limits.flushPause > .zero, !attempts.isPaused { try? await Task.sleep(for: limits.flushPause) }
            let (copies, accounts) = flushes.take()
            do {
                try await mailboxes.flush(accounts)
            } catch {
                logger.critical("mailboxes cannot be made durable", metadata: ["error": "\(error)"])
                spool.markBroken()
                throw SpoolFailure.broken
            }
            for copy in copies { settle(copy, .filed) }
        }
    }

    // MARK: Outcomes

    private func settle(_ copy: PendingCopy, _ outcome: Progress.Outcome) {
        let entry = copy.entry
        Measures.copies.count(outcome == .filed ? .filed : .failed)
        let progress = entry.update { progress in
            progress.outcomes[copy.route] = outcome
            return progress
        }
        settled(entry.id) {
            // The common case: filed everywhere, and nobody wants to hear of it.
            guard progress.outcomes.allSatisfy({ $0 == .filed }), !self.notices.isWanted(entry) else {
                self.end.yield(entry)
                return
            }
            Measures.time.note(.seconds(max(0, self.spool.now() - entry.acceptance.time)))
            self.spool.release(entry)
            self.attempts.end(entry.id)
            self.attempts.forget(entry.id)
        }
    }

    private func retry(_ copy: PendingCopy, _ reason: String, cause: String) {
        let id = copy.entry.id
        Measures.copies.count(.retried)
        logger.notice("a copy cannot be filed now", metadata: ["queue.id": "\(id)", "reason": "\(reason)", "cause": "\(cause)"])
        copy.entry.update { $0.reason = reason }
        settled(id) { self.end.yield(copy.entry) }
    }

    private func settled(_ id: EntryID, last: () -> Void) { if attempts.settle(id) { last() } }

    private func conclude() async {
        await withDiscardingTaskGroup { group in
            for await entry in endings { group.addTask { await self.conclude(entry) } }
        }
    }

    /// Ends an attempt that left something to tell or to do.
    private func conclude(_ entry: SpoolEntry) async {
        defer { attempts.end(entry.id) }
        if isExpired(entry) { entry.update { $0.expire() } }
        do {
            try await notices.tell(entry, in: spool)
        } catch {
            logger.warning("a notice cannot be written", metadata: ["queue.id": "\(entry.id)", "error": "\(error)"])
            spool.ended(entry)
            return retryLater(entry, "the notice to its sender cannot be written")
        }
        let progress = entry.progress
        guard !progress.isSettled else {
            spool.release(entry)
            return attempts.forget(entry.id)
        }
        spool.ended(entry)
        waitOn(entry)
    }

    private func isExpired(_ entry: SpoolEntry) -> Bool {
        let start = max(entry.acceptance.time, entry.acceptance.notBefore ?? 0)
        return start + spool.limits.lifetime <= spool.now()
    }

    private func waitOn(_ entry: SpoolEntry) {
        let acceptance = entry.acceptance
        if let time = acceptance.notBefore, time > spool.now() { return wait(entry, until: time, nil) }
        let waitsForMailbox = zip(acceptance.routes, entry.progress.outcomes).contains { $0.account != nil && $1.isPending }
        if waitsForMailbox { return retryLater(entry, nil) }
        let expiry = max(acceptance.time, acceptance.notBefore ?? 0) + spool.limits.lifetime
        wait(entry, until: expiry, Router.remoteState)
    }

    private func retryLater(_ entry: SpoolEntry, _ reason: String?) {
        wait(entry, until: spool.now() + limits.pause(after: entry.progress.attempts), reason)
    }

    private func wait(_ entry: SpoolEntry, until time: Int64, _ reason: String?) {
        entry.update { progress in
            progress.nextAttempt = time
            if let reason { progress.reason = reason }
        }
        spool.noteLater(entry)
        due.add(entry.id, at: time)
    }
}

extension Progress {
    /// What is still pending will not be tried again.
    fileprivate mutating func expire() {
        for index in outcomes.indices where outcomes[index].isPending { outcomes[index] = .failed(.expired) }
    }
}

extension PendingCopy {
    var isSentCopy: Bool { entry.acceptance.routes[route].isSentCopy }

    fileprivate func content(from spool: Spool, quota: ByteCount?) async throws(SpoolFailure) -> MailboxCopy {
        let acceptance = entry.acceptance
        let body = try await spool.body(of: entry)
        #if DEBUG
            await DeliveryTrap.pass(entry, in: spool)
        #endif
        let route = acceptance.routes[route]
        let prefix = body.hasTraceLines ? ByteBuffer() : route.traceLines(sender: acceptance.envelope.sender)
        return MailboxCopy(
            deliveryID: acceptance.key + Array((route.isSentCopy ? "/s" : "/i").utf8), prefix: prefix, body: body,
            folder: route.isSentCopy ? .sent : .inbox, flags: route.isSentCopy ? .seen : [], date: acceptance.time, quota: quota)
    }
}
