internal import Mail
internal import SQL
internal import TLS

extension Account {
    /// Files deliveries in one transaction; each has its own result, and one that is refused changes nothing. They are seen at
    /// once, and on disk after `MailStore.flush`: until then the spool keeps them.
    package func file(_ filings: [Filing]) throws(StoreError) -> [Result<FilingResult, StoreError>] {
        try perform { try $0.file(filings) }
    }
}

extension Mailbox {
    func file(_ filings: [Filing]) throws -> [Result<FilingResult, StoreError>] {
        let names = filings.map { filing in
            BlobName(
                milliseconds: WallClock.milliseconds(),
                suffix: Array(SHA256.digest(of: filing.deliveryID).prefix(BlobName.suffixLength)))
        }
        return try withUnfinished(names) { try file(filings, as: names) }
    }

    private func file(_ filings: [Filing], as names: [BlobName]) throws -> [Result<FilingResult, StoreError>] {
        let prepared = try zip(filings, names).map { filing, name -> Result<PreparedMessage, StoreError>? in
            guard try delivery(name.suffix) == nil else { return nil }
            return Result { () throws(StoreError) in
                try StoreError.wrapping { try prepare(filing.message, as: name) }
            }
        }
        do {
            let results = try change(durable: false) { transaction in
                try zip(zip(filings, names), prepared).map { filing, prepared in
                    try transaction.file(filing.0, digest: filing.1.suffix, prepared)
                }
            }
            var filed: [PreparedMessage] = []
            for (result, prepared) in zip(results, prepared) {
                guard let message = try? prepared?.get() else { continue }
                if case .success(.filed) = result { filed.append(message) } else { discard([message]) }
            }
            // Also where nothing was filed: a trash that was purged for it is only in the log yet.
            waitForFlush(filed)
            return results
        } catch {
            discard(prepared.compactMap { try? $0?.get() }, after: error)
            throw error
        }
    }

    /// The number of the message that a delivery made; nil where it was not taken.
    func delivery(_ digest: [UInt8]) throws -> Int64? {
        try database.first(
            "SELECT message FROM deliveries WHERE account = $1 AND delivery = $2", me, .octets(digest)
        ) { $0.integer(0) }
    }
}

extension Transaction {
    /// - Parameter prepared: nil where the delivery was taken before.
    fileprivate func file(
        _ filing: Filing, digest: [UInt8], _ prepared: Result<PreparedMessage, StoreError>?
    ) throws -> Result<FilingResult, StoreError> {
        if let taken = try mailbox.delivery(digest) {
            return .success(.takenBefore(try mailbox.row(of: MessageID(taken)).map { MessageID($0.message) }))
        }
        let message: PreparedMessage
        switch prepared {
        case .success(let prepared): message = prepared
        case .failure(let error): return .failure(error)
        case nil: return .failure(.busy)
        }
        do {
            if let quota = filing.quota {
                if filing.purgesTrash {
                    try makeRoom(for: message.size, quota: quota)
                } else {
                    try allow(message.size, quota: quota)
                }
            }
            let filed = try insert(message, into: try folder(of: filing.destination))
            try database.run(
                "INSERT INTO deliveries (account, delivery, message, taken) VALUES ($1, $2, $3, $4)", me, .octets(digest),
                .integer(filed.message.value), .integer(now))
            return .success(.filed(filed))
        } catch let error as StoreError {
            switch error {
            case .overQuota, .tooMany: return .failure(error)
            default: throw error
            }
        }
    }

    private func folder(of destination: Filing.Destination) throws -> FolderID {
        switch destination {
        case .use(let use): return try mailbox.folderID(use)
        case .path(let path):
            do { return try makeFolders(at: path) } catch let error as StoreError {
                guard case .folderNotAllowed = error else { throw error }
                return try mailbox.folderID(.inbox)
            }
        }
    }
}
