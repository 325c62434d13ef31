internal import Mail
internal import NIOCore
internal import Store

/// What came of a copy from one account to another.
struct CopyAcross {
    var sources: [MessageID] = []
    var code: ResponseCode?
}

extension Session {
    /// Copies to another account's folder, between one's own mailbox and a shared one: each message is read and added anew.
    ///
    /// All are read first, so that nothing is added where one cannot be read.
    func copyAcross(_ uids: UIDSet, from mailbox: SelectedMailbox, to folder: Folder, at place: Place) async throws -> CopyAcross
    {
        var incoming: [IncomingMessage] = []
        let copy: Result<CopyAcross, any Error>
        do {
            copy = .success(try await copyAcross(uids, from: mailbox, to: folder, at: place, by: &incoming))
        } catch { copy = .failure(error) }
        for message in incoming { await message.discard() }
        return try copy.get()
    }

    /// - Parameter incoming: gets what is to be discarded afterwards.
    private func copyAcross(
        _ uids: UIDSet, from mailbox: SelectedMailbox, to folder: Folder, at place: Place, by incoming: inout [IncomingMessage]
    ) async throws -> CopyAcross {
        let list = try await mailbox.uids().intersection(uids)
        var result = CopyAcross()
        var messages: [NewMessage] = []
        var sources: [UID] = []
        for start in stride(from: 0, to: list.count, by: limits.rowsPerBatch) {
            let batch = UIDSet(list[start..<min(start + limits.rowsPerBatch, list.count)])
            for row in try await mailbox.account.metadata(in: mailbox.folder, uids: batch, limit: limits.rowsPerBatch) {
                guard messages.count < StoreLimits.messages else { throw StoreError.tooMany("messages") }
                // What lies in memory is bounded: of many messages each goes to a file.
                let message = try await IncomingMessage.file(in: services.incomingFolder)
                incoming.append(message)
                try await read(row, from: mailbox, into: message)
                messages.append(NewMessage(message.source, flags: row.flags, tags: row.tags, internalDate: row.internalDate))
                sources.append(row.uid)
                result.sources.append(row.message)
            }
        }
        guard !messages.isEmpty else { return result }
        let filed = try await place.account.append(messages, to: folder.id, quota: place.quota)
        var from = ByteBuffer()
        var to = ByteBuffer()
        from.write(uidSet: sources)
        to.write(uidSet: filed.map(\.uid))
        result.code = .copyUID(validity: folder.uidValidity.value, from: from, to: to)
        return result
    }

    private func read(_ row: MessageMetadata, from mailbox: SelectedMailbox, into message: IncomingMessage) async throws {
        let content = try await mailbox.account.content(of: row.message)
        var offset = 0
        while offset < content.size {
            let chunk = try await content.read(offset: offset, length: limits.contentChunk.octets)
            guard chunk.readableBytes > 0 else { throw StoreError.damaged(cause: "a message ends early") }
            offset += chunk.readableBytes
            try await message.write(chunk)
        }
    }
}
