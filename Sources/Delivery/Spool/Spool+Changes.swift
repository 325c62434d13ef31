internal import NIOConcurrencyHelpers
package import NIOCore
internal import NIOPosix

extension Spool {
    /// Takes a message over; returns when it is durable.
    ///
    /// - Returns: nil where a message of the same key is in the spool already.
    package func add(_ acceptance: Acceptance, body: ByteBuffer) async throws(SpoolFailure) -> SpoolEntry? {
        let isNew = state.withLockedValue { $0.derived.insert(acceptance.key).inserted }
        guard isNew else { return nil }
        var frame = AcceptanceFrame(acceptance, room: body.readableBytes)
        frame.append(body)
        do {
            return try await accept(acceptance, &frame, file: nil)
        } catch {
            state.withLockedValue { _ = $0.derived.remove(acceptance.key) }
            throw error
        }
    }

    /// Makes an acceptance durable whose body is in the frame, or in its file already.
    func accept(
        _ acceptance: Acceptance, _ frame: inout AcceptanceFrame, file: WrittenBody?
    ) async throws(SpoolFailure) -> SpoolEntry {
        let size = file?.size ?? frame.bodySize
        let isBegun = state.withLockedValue { state in
            guard acceptance.notBefore == nil, state.triesArrivals, state.begun < limits.begun else { return false }
            state.begun += 1
            return true
        }
        let bodyOffset = file == nil ? frame.bodyOffset : nil
        let octets = frame.sealed(file: file, isBegun: isBegun, seed: seed)
        var progress = Progress(routes: acceptance.routes.count)
        if isBegun { progress.begin(at: acceptance.time) }
        let entry = SpoolEntry(
            acceptance: acceptance, size: size,
            bodyFile: file.map { BodyFile(path: bodyPath(acceptance.id), traceLines: $0.traceLines) }, progress: progress,
            place: .init(segment: nil, path: "", offset: 0, length: octets.readableBytes, bodyOffset: bodyOffset),
            frame: keeps(octets.readableBytes) ? octets : nil)
        do {
            try await commit(.accept, entry, octets)
        } catch {
            state.withLockedValue { [isBegun] in $0.begun -= isBegun ? 1 : 0 }
            giveBack(entry.forgetFrame())
            throw error
        }
        return entry
    }

    /// Makes an entry's progress durable.
    package func note(_ entry: SpoolEntry) async throws(SpoolFailure) {
        try await commit(.note, entry, Frame.of(.progress, entry.id, entry.progress, seed: seed))
    }

    /// Notes an entry's progress with the next flush; nobody waits for it.
    package func noteLater(_ entry: SpoolEntry) {
        _ = jobs.add(Job(action: .note, entry: entry, frame: Frame.of(.progress, entry.id, entry.progress, seed: seed)))
    }

    /// Tells that an attempt ended: its slot among the begun ones is free again.
    package func ended(_ entry: SpoolEntry) {
        let wasUnderWay = entry.update { progress in
            defer { progress.end() }
            return progress.isUnderWay
        }
        if wasUnderWay { state.withLockedValue { $0.begun = max(0, $0.begun - 1) } }
    }

    /// Nothing more is to be done with it. Noted with the next flush: after a crash before that it is delivered again, which
    /// the store takes once.
    package func release(_ entry: SpoolEntry) {
        guard remove(entry) else { return }
        _ = jobs.add(Job(action: .release, entry: entry, frame: Frame.of(.released, entry.id, seed: seed)))
    }

    /// The same, and returns when that is durable. Where it throws, it is noted as soon as the disk takes it.
    package func drop(_ entry: SpoolEntry) async throws(SpoolFailure) {
        guard remove(entry) else { return }
        let frame = Frame.of(.released, entry.id, seed: seed)
        do { try await commit(.release, entry, frame) } catch {
            // It is out of the queue already, and must not come again with the next start.
            _ = jobs.add(Job(action: .release, entry: entry, frame: frame))
            throw error
        }
    }

    private func remove(_ entry: SpoolEntry) -> Bool {
        let cached = entry.frame?.readableBytes ?? 0
        guard entry.markReleased() else { return false }
        ended(entry)
        state.withLockedValue { state in
            state.entries.removeValue(forKey: entry.id)
            state.derived.remove(entry.acceptance.key)
            state.octets -= entry.size
            state.cached -= cached
        }
        return true
    }

    private func commit(_ action: Job.Action, _ entry: SpoolEntry, _ frame: ByteBuffer) async throws(SpoolFailure) {
        if state.withLockedValue({ $0.isBroken }) { throw .broken }
        let failure: SpoolFailure? = await withCheckedContinuation { continuation in
            let job = Job(action: action, entry: entry, frame: frame) { continuation.resume(returning: $0) }
            if !jobs.add(job) { continuation.resume(returning: .stopped) }
        }
        if let failure { throw failure }
    }

    // MARK: Bodies

    func bodyPath(_ id: EntryID) -> String { "\(folder)/bodies/\(id)" }

    /// Whether a frame of this size is kept in memory until it is filed.
    private func keeps(_ size: Int) -> Bool {
        state.withLockedValue { state in
            guard state.cached + size <= limits.cache else { return false }
            state.cached += size
            return true
        }
    }

    func giveBack(_ cached: Int) { state.withLockedValue { $0.cached -= cached } }

    /// The message's octets: from memory, or read again on a thread of the spool's own.
    package func body(of entry: SpoolEntry) async throws(SpoolFailure) -> EntryBody {
        if let file = entry.bodyFile { return .file(file) }
        if let frame = entry.frame, let body = Self.body(in: frame, entry.place.bodyOffset) { return .octets(body) }
        for _ in 0..<2 {
            // Between the look and the reading the entry may get a file of its own: look again then.
            let place = entry.place
            if let octets = try? await bodyThreads.runIfActive({ try self.read(place, entry) }) { return .octets(octets) }
        }
        throw .unreadable
    }

    private static func body(in frame: ByteBuffer, _ offset: Int?) -> ByteBuffer? {
        guard let offset else { return nil }
        return frame.getSlice(at: frame.readerIndex + offset, length: frame.readableBytes - offset)
    }

    private func read(_ place: SpoolEntry.Place, _ entry: SpoolEntry) throws -> ByteBuffer {
        guard let bodyOffset = place.bodyOffset else { throw SpoolFailure.unreadable }
        let octets = try files.read(place.path, from: place.offset + bodyOffset, length: entry.size)
        guard octets.readableBytes == entry.size else { throw SpoolFailure.unreadable }
        return octets
    }
}

extension Progress {
    mutating func begin(at time: Int64) {
        attempts += 1
        isUnderWay = true
        lastAttempt = time
        nextAttempt = nil
        reason = nil
    }

    mutating func end() {
        isUnderWay = false
        crashes = 0
        interruptions = 0
    }
}
