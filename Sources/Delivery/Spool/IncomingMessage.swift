internal import NIOConcurrencyHelpers
package import NIOCore
internal import NIOPosix

/// A message while it is being received. One task uses it; after `finish` or `abort`, or a throw, it is spent.
package final class IncomingMessage: Sendable {
    private let spool: Spool
    private let acceptance: Acceptance
    private let state: NIOLockedValueBox<State>

    private struct State {
        var frame: AcceptanceFrame
        /// The body's own file, once it has outgrown the journal.
        var file: (any SpoolFile)?
        var size = 0
        /// Octets counted in the spool's bounds.
        var reserved: Int
    }

    /// - Parameter reserved: octets that are to come, as announced: already counted in the spool's bounds.
    init(spool: Spool, acceptance: Acceptance, reserved: Int) {
        self.spool = spool
        self.acceptance = acceptance
        let room = min(max(reserved, 4096), spool.limits.inlineBody)
        state = NIOLockedValueBox(State(frame: AcceptanceFrame(acceptance, room: room), reserved: reserved))
    }

    package func write(_ octets: ByteBuffer) async throws(SpoolFailure) {
        let inline = spool.limits.inlineBody
        let (file, overflow) = state.withLockedValue { state -> ((any SpoolFile)?, ByteBuffer?) in
            state.size += octets.readableBytes
            if state.file != nil { return (state.file, octets) }
            state.frame.append(octets)
            guard state.size > inline else { return (nil, nil) }
            defer { state.frame.removeBody() }
            return (nil, state.frame.body)
        }
        do {
            try reserve()
            guard let overflow else { return }
            try await append(overflow, to: file)
        } catch {
            await abort()
            throw error
        }
    }

    /// Returns when the message is durable.
    package func finish() async throws(SpoolFailure) -> SpoolEntry {
        var (frame, file, size) = state.withLockedValue { ($0.frame.take(), $0.file, $0.size) }
        do {
            if let file { try await sync(file) }
            let body = file.map { _ in WrittenBody(size: size, traceLines: acceptance.traceLinesOfOnlyCopy.readableBytes) }
            let entry = try await spool.accept(acceptance, &frame, file: body)
            giveBack()
            file?.close()
            return entry
        } catch {
            // After a failed flush its record may be on the disk all the same: the next start decides, and wants the body then.
            await abort(keepsBody: error == .broken)
            throw error
        }
    }

    package func abort() async { await abort(keepsBody: false) }

    private func abort(keepsBody: Bool) async {
        giveBack()
        let file = state.withLockedValue { state in
            defer { state.file = nil }
            return state.file
        }
        guard let file else { return }
        let (files, path) = (spool.files, spool.bodyPath(acceptance.id))
        file.close()
        guard !keepsBody else { return }
        _ = try? await spool.bodyThreads.runIfActive { try files.remove(path) }
    }

    /// Counts what has come beyond what was announced.
    private func reserve() throws(SpoolFailure) {
        let more = state.withLockedValue { state in
            let more = max(0, state.size - state.reserved)
            state.reserved += more
            return more
        }
        guard more > 0 else { return }
        let refusal = spool.state.withLockedValue { state in
            state.receiving += more
            return spool.refusal(of: 0, state)
        }
        if let refusal { throw refusal }
    }

    private func giveBack() {
        let reserved = state.withLockedValue { state in
            defer { state.reserved = 0 }
            return state.reserved
        }
        spool.state.withLockedValue { $0.receiving -= reserved }
    }

    /// - Parameter file: nil to begin it: with the trace lines, where there will be one copy.
    private func append(_ octets: ByteBuffer, to file: (any SpoolFile)?) async throws(SpoolFailure) {
        let (files, path, acceptance) = (spool.files, spool.bodyPath(acceptance.id), acceptance)
        let result: Result<any SpoolFile, FileFailure>? = try? await spool.bodyThreads.runIfActive {
            do throws(FileFailure) {
                let open = if let file { file } else { try files.create(path) }
                do throws(FileFailure) {
                    if file == nil { try open.append(acceptance.traceLinesOfOnlyCopy) }
                    try open.append(octets)
                } catch {
                    if file == nil {
                        open.close()
                        try files.remove(path)
                    }
                    throw error
                }
                return .success(open)
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let file): state.withLockedValue { $0.file = file }
        case .failure(let failure): throw .disk(failure)
        case nil: throw .stopped
        }
    }

    /// A failed flush leaves nobody knowing what is on the disk, so the process starts anew.
    private func sync(_ file: any SpoolFile) async throws(SpoolFailure) {
        let (files, folder) = (spool.files, "\(spool.folder)/bodies")
        do {
            try await spool.bodyThreads.runIfActive {
                try file.sync()
                try files.syncFolder(folder)
            }
        } catch is FileFailure {
            spool.markBroken()
            throw .broken
        } catch {
            throw .stopped
        }
    }
}

extension Spool {
    /// Opens the way for a message, if there is room for as many octets as are announced.
    package func receive(_ acceptance: Acceptance, announced: Int) throws(SpoolFailure) -> IncomingMessage {
        let refusal = state.withLockedValue { state in
            let refusal = self.refusal(of: announced, state)
            if refusal == nil { state.receiving += announced }
            return refusal
        }
        if let refusal { throw refusal }
        return IncomingMessage(spool: self, acceptance: acceptance, reserved: announced)
    }

    /// The id of the next entry.
    ///
    /// - Throws: `.full` where no ids could be reserved on the disk.
    package func nextID() throws(SpoolFailure) -> EntryID {
        guard let id = ids.next() else { throw .full(limit: "ids") }
        return id
    }
}
