internal import Logging
internal import NIOConcurrencyHelpers
internal import NIOCore

/// What the writer thread does: commits jobs together, and keeps the journal short.
struct SpoolWriter {
    private let spool: Spool
    private var segments: SegmentWriter
    /// Entries of each segment that are not finished and have no file of their own; also segments with none, in order.
    private var live: [Int: Int]
    /// Entries that have no file of their own, in the order of their acceptance; finished ones too, for a while.
    private var resident: CircularBuffer<SpoolEntry>
    private var lastUpkeep: Int64 = 0

    init(spool: Spool, recovered: SpoolRecovery) {
        self.spool = spool
        live = recovered.segments
        resident = CircularBuffer(recovered.entries.filter { $0.place.segment != nil })
        segments = SegmentWriter(
            files: spool.files, folder: "\(spool.folder)/journal", seed: spool.seed, limit: spool.limits.segment,
            number: (recovered.segments.keys.max() ?? 0) + 1)
    }

    mutating func run() {
        lookAtDisk()
        while true {
            let (jobs, isClosed) = spool.jobs.take(within: spool.limits.lazyCommit)
            if !jobs.isEmpty { commit(jobs) }
            if isClosed, jobs.isEmpty || jobs.allSatisfy({ $0.completion == nil }) { break }
            keepShort()
            spool.state.withLockedValue { $0.turned }()
        }
        segments.close()
        spool.state.withLockedValue { $0.turned }()
    }

    // MARK: Committing

    private mutating func commit(_ jobs: [Job]) {
        guard !spool.state.withLockedValue({ $0.isBroken }) else { return fail(jobs, .broken) }
        let own = jobs.filter { $0.action != .accept && $0.entry.place.segment == nil }
        let journal = own.isEmpty ? jobs : jobs.filter { $0.action == .accept || $0.entry.place.segment != nil }
        if !journal.isEmpty { commitToJournal(journal) }
        if !own.isEmpty { commitToOwnFiles(own) }
    }

    private mutating func commitToJournal(_ jobs: [Job]) {
        var offset: Int
        do {
            offset = try segments.append(jobs.map(\.frame))
        } catch .broken {
            spool.markBroken()
            return fail(jobs, .broken)
        } catch {
            return fail(jobs, error)
        }
        let (segment, path) = (segments.number, "\(segments.folder)/\(SegmentWriter.name(segments.number))")
        live[segment, default: 0] += 0
        for job in jobs {
            if job.action == .accept { accepted(job.entry, segment, path, offset) }
            if job.action == .release { released(job.entry) }
            offset += job.frame.readableBytes
        }
        for job in jobs { job.completion?(nil) }
        let arrived = spool.state.withLockedValue { $0.arrived }
        for job in jobs where job.action == .accept { arrived(job.entry) }
    }

    private mutating func accepted(_ entry: SpoolEntry, _ segment: Int, _ path: String, _ offset: Int) {
        var place = entry.place
        place.segment = segment
        place.path = path
        place.offset = offset
        entry.move(to: place)
        live[segment, default: 0] += 1
        resident.append(entry)
        spool.state.withLockedValue { state in
            state.entries[entry.id] = entry
            state.octets += entry.size
        }
    }

    private mutating func released(_ entry: SpoolEntry) {
        if let segment = entry.place.segment { live[segment, default: 1] -= 1 }
        if let file = entry.bodyFile { try? spool.files.remove(file.path) }
    }

    private func commitToOwnFiles(_ jobs: [Job]) {
        var released: [Job] = []
        for job in jobs {
            if job.action == .release { released.append(job) } else { append(job) }
        }
        guard !released.isEmpty else { return }
        do {
            for job in released { try spool.files.remove(job.entry.place.path) }
        } catch {
            return fail(released, .disk(error))
        }
        do { try spool.files.syncFolder("\(spool.folder)/messages") } catch {
            spool.markBroken()
            return fail(released, .broken)
        }
        for job in released {
            if let file = job.entry.bodyFile { try? spool.files.remove(file.path) }
            job.completion?(nil)
        }
    }

    private func append(_ job: Job) {
        // Released meanwhile: its file is gone, and nothing of it matters any more.
        guard !job.entry.isReleased else { return job.completion?(nil) ?? () }
        let path = job.entry.place.path
        do {
            let file = try spool.files.open(path)
            defer { file.close() }
            let size = try spool.files.size(of: path)
            do {
                try file.append(job.frame)
            } catch {
                try file.truncate(to: size)
                throw error
            }
            do { try file.sync() } catch {
                spool.markBroken()
                return job.completion?(.broken) ?? ()
            }
            job.completion?(nil)
        } catch let failure as FileFailure {
            fail([job], .disk(failure))
        } catch {
            fail([job], .broken)
        }
    }

    /// Tells those who wait; what nobody waits for is tried again with the next flush.
    private func fail(_ jobs: [Job], _ failure: SpoolFailure) {
        for job in jobs { job.completion?(failure) }
        if failure != .broken { spool.jobs.putBack(jobs.filter { $0.completion == nil }) }
    }

    // MARK: Keeping the journal short

    private mutating func keepShort() {
        let now = spool.now()
        guard now != lastUpkeep else { return }
        lastUpkeep = now
        lookAtDisk()
        if spool.ids.isRunningLow { try? spool.ids.reserve() }
        moveOld(now)
        removeSegments()
    }

    private func lookAtDisk() {
        guard let free = try? spool.files.freeOctets(at: spool.folder) else { return }
        spool.state.withLockedValue { $0.freeDisk = free }
    }

    /// A segment goes when it and all older ones have nothing live: a newer one may say what became of an older one's entry.
    private mutating func removeSegments() {
        for segment in live.keys.sorted() {
            guard live[segment] == 0, segment != segments.number else { return }
            let path = "\(segments.folder)/\(SegmentWriter.name(segment))"
            do { try spool.files.remove(path) } catch { return }
            live.removeValue(forKey: segment)
        }
    }

    private mutating func moveOld(_ now: Int64) {
        guard !spool.state.withLockedValue({ $0.isBroken }) else { return }
        let limits = spool.limits
        var old: [SpoolEntry] = []
        while let first = resident.first, old.count < limits.movesAtOnce {
            guard first.isReleased || first.acceptance.time + limits.journalStay <= now else { break }
            resident.removeFirst()
            if !first.isReleased { old.append(first) }
        }
        guard !old.isEmpty else { return }
        do {
            try move(old)
        } catch {
            resident.insert(contentsOf: old, at: resident.startIndex)
            spool.logger.warning("messages cannot leave the journal yet", metadata: ["error": "\(error)"])
        }
    }

    /// Gives entries files of their own. They are durable before the journal says so, and count from then on.
    private mutating func move(_ entries: [SpoolEntry]) throws {
        var moved: [(SpoolEntry, SpoolEntry.Place)] = []
        do {
            for entry in entries { moved.append((entry, try writeOwnFile(entry))) }
            try spool.files.syncFolder("\(spool.folder)/messages")
            _ = try segments.append(entries.map { Frame.of(.moved, $0.id, seed: spool.seed) })
        } catch {
            guard let failure = error as? SpoolFailure, failure == .broken else {
                for (_, place) in moved { try? spool.files.remove(place.path) }
                throw error
            }
            // The journal may say on the disk that their own files count now: those stay, for the next start.
            spool.markBroken()
            throw error
        }
        live[segments.number, default: 0] += 0
        for (entry, place) in moved {
            if let segment = entry.place.segment { live[segment, default: 1] -= 1 }
            entry.move(to: place)
            spool.giveBack(entry.forgetFrame())
        }
    }

    private func writeOwnFile(_ entry: SpoolEntry) throws -> SpoolEntry.Place {
        let place = entry.place
        var frame = try entry.frame ?? spool.files.read(place.path, from: place.offset, length: place.length)
        guard frame.readableBytes == place.length else { throw SpoolFailure.unreadable }
        Frame.seal(&frame, seed: spool.seed)
        let path = "\(spool.folder)/messages/\(entry.id)"
        try spool.files.remove(path + ".new")
        let file = try spool.files.create(path + ".new")
        defer { file.close() }
        do {
            try file.append(JournalFile.header(seed: spool.seed))
            try file.append(frame)
            try file.append(Frame.of(.progress, entry.id, entry.progress, seed: spool.seed))
            try file.sync()
            try spool.files.rename(path + ".new", to: path)
        } catch {
            try? spool.files.remove(path + ".new")
            throw error
        }
        return .init(segment: nil, path: path, offset: JournalFile.head, length: place.length, bodyOffset: place.bodyOffset)
    }
}
