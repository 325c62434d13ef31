internal import NIOCore

/// What a spool's folder holds, read at the start: nothing is lost that was acknowledged, and what a crash tore is left out.
struct SpoolRecovery {
    private(set) var entries: [SpoolEntry] = []
    private(set) var findings: [String] = []
    /// Entries of each segment of the journal that count.
    private(set) var segments: [Int: Int] = [:]
    private(set) var greatestID: UInt64 = 0

    private let folder: String
    private let files: any SpoolFileSystem
    private var found: [EntryID: SpoolEntry] = [:]

    init(folder: String, files: any SpoolFileSystem) throws(FileFailure) {
        self.folder = folder
        self.files = files
        try readOwnFiles()
        try readJournal()
        try matchBodies()
        entries = found.values.sorted { $0.id < $1.id }
        for entry in entries {
            if let segment = entry.place.segment { segments[segment, default: 0] += 1 }
        }
    }

    private mutating func readOwnFiles() throws(FileFailure) {
        let folder = "\(folder)/messages"
        for name in try files.names(in: folder) {
            let path = "\(folder)/\(name)"
            guard let id = EntryID(text: name) else {
                if name.hasSuffix(".new") { try files.remove(path) }
                continue
            }
            greatestID = max(greatestID, id.value)
            try apply(path, segment: nil)
            if found[id] == nil { findings.append("\(path) holds no message that can be read") }
        }
    }

    private mutating func readJournal() throws(FileFailure) {
        let folder = "\(folder)/journal"
        for name in try files.names(in: folder) {
            guard name.hasSuffix(".log"), let number = Int(name.dropLast(4), radix: 16) else { continue }
            segments[number] = 0
            try apply("\(folder)/\(name)", segment: number)
        }
    }

    private mutating func apply(_ path: String, segment: Int?) throws(FileFailure) {
        let content = JournalFile.read(try files.read(path, from: 0, length: files.size(of: path)))
        if content.damaged > 0 { findings.append("\(path) is damaged: \(content.damaged) octets in it cannot be read") }
        for (offset, frame) in content.frames {
            do {
                let record = try Frame.record(frame)
                apply(record, .init(segment: segment, path: path, offset: offset, length: frame.readableBytes))
            } catch {
                findings.append("\(path) holds a record at \(offset) that this version cannot read")
            }
        }
    }

    private mutating func apply(_ record: Record, _ place: SpoolEntry.Place) {
        switch record {
        case .accepted(let acceptance, let body): accepted(acceptance, body, place)
        case .progress(let id, let progress):
            guard let entry = found[id], entry.place.path == place.path || entry.place.segment != nil else { return }
            guard progress.outcomes.count == entry.acceptance.routes.count else { return }
            entry.update { $0 = progress }
        case .released(let id), .moved(let id):
            // An entry with a file of its own is there until that file is gone, whatever an older segment says.
            if found[id]?.place.segment != nil { found.removeValue(forKey: id) }
        }
    }

    private mutating func accepted(_ acceptance: Acceptance, _ body: AcceptedBody, _ place: SpoolEntry.Place) {
        greatestID = max(greatestID, acceptance.id.value)
        guard found[acceptance.id] == nil else { return }
        var place = place
        var bodyFile: BodyFile?
        switch body.place {
        case .frame(let offset): place.bodyOffset = offset
        case .file(let traceLines): bodyFile = BodyFile(path: "\(folder)/bodies/\(acceptance.id)", traceLines: traceLines)
        }
        var progress = Progress(routes: acceptance.routes.count)
        if body.isBegun { progress.begin(at: acceptance.time) }
        found[acceptance.id] = SpoolEntry(
            acceptance: acceptance, size: body.size, bodyFile: bodyFile, progress: progress, place: place, frame: nil)
    }

    /// Removes bodies that belong to no entry: their messages were never acknowledged, or are finished.
    private mutating func matchBodies() throws(FileFailure) {
        let names = try files.names(in: "\(folder)/bodies")
        for name in names where EntryID(text: name).flatMap({ found[$0]?.bodyFile }) == nil {
            try files.remove("\(folder)/bodies/\(name)")
        }
        let present = Set(names)
        for entry in found.values where entry.bodyFile != nil && !present.contains(entry.id.text) {
            // A body goes after the record that releases its entry is durable; so this one was lost, not finished.
            findings.append("the body of \(entry.id) is missing")
            entry.update { progress in
                progress.hold = .byOperator
                progress.reason = "the message's file is missing in the spool"
            }
        }
    }
}
