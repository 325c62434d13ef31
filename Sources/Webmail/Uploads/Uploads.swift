internal import FoundationEssentials
package import Mail
internal import NIOConcurrencyHelpers
internal import TLS

/// Files that wait to be sent, each of one account, on disk.
///
/// The name and type of a file stand in a small file beside it, so nothing is lost by a restart. What was never sent is
/// deleted after `WebLimits.uploadLife`.
package final class Uploads: Sendable {
    package struct File: Sendable, Codable {
        package let id: String
        package let name: String
        package let type: String
        package let size: Int
    }

    /// What is known of a file before it comes.
    package struct Announced: Sendable {
        package var name: String
        package var type: String
        package var account: AccountID
        /// Octets that it may have, beside this host's own limits.
        package var largest: Int

        package init(name: String, type: String, account: AccountID, largest: Int) {
            self.name = name
            self.type = type
            self.account = account
            self.largest = largest
        }
    }

    private let folder: String
    private let limits: WebLimits
    private let now: @Sendable () -> Int64

    package init(folder: String, limits: WebLimits, now: @escaping @Sendable () -> Int64) throws {
        self.folder = folder
        self.limits = limits
        self.now = now
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// Opens the way for a file.
    ///
    /// - Throws: `WebRefusal.problem` where the account has too many files waiting.
    package func begin(_ file: Announced) async throws -> IncomingFile {
        let account = file.account
        let kept = try await all(of: account)
        guard kept.count < limits.uploads else { throw WebRefusal.problem("err_file_count") }
        let room = limits.uploadsTotal.octets - kept.reduce(0) { $0 + $1.size }
        let id = SecureRandom.hex(16)
        let home = home(account)
        let place = path(id, account)
        let handle = try await FileThreads.run { () -> FileHandleBox in
            try FileManager.default.createDirectory(
                atPath: home, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            return try FileHandleBox(path: place)
        }
        return IncomingFile(
            id: id, name: Self.clean(file.name), type: Self.cleanType(file.type), path: place,
            largest: min(file.largest, limits.upload.octets, room), handle: handle)
    }

    /// Keeps a part of a message as a file.
    func store(_ content: PartContent, as file: Announced) async throws -> File {
        let incoming = try await begin(file)
        var content = content
        do {
            while let piece = try await content.next() { try await incoming.write(piece) }
            return try await incoming.finish()
        } catch {
            await incoming.abandon()
            throw error
        }
    }

    package func file(_ id: String, of account: AccountID) async throws -> File? {
        guard Self.isID(id) else { return nil }
        let path = path(id, account)
        return try await FileThreads.run {
            FileManager.default.contents(atPath: "\(path).json").flatMap { try? JSONDecoder().decode(File.self, from: $0) }
        }
    }

    package func all(of account: AccountID) async throws -> [File] {
        let home = home(account)
        return try await FileThreads.run {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: home)) ?? []
            return names.filter { $0.hasSuffix(".json") }.compactMap { name in
                FileManager.default.contents(atPath: "\(home)/\(name)").flatMap { try? JSONDecoder().decode(File.self, from: $0) }
            }
        }
    }

    package func remove(_ ids: [String], of account: AccountID) async {
        let paths = ids.filter(Self.isID).map { path($0, account) }
        try? await FileThreads.run {
            for path in paths {
                try? FileManager.default.removeItem(atPath: path)
                try? FileManager.default.removeItem(atPath: "\(path).json")
            }
        }
    }

    /// Deletes what was never sent. At the start only: messages that are being made go too.
    package func purge() async {
        let (folder, oldest) = (folder, Double(now() - limits.uploadLife.components.seconds))
        try? await FileThreads.run {
            let manager = FileManager.default
            for home in (try? manager.contentsOfDirectory(atPath: folder)) ?? [] {
                // Messages that were being made when the process ended.
                if home.hasPrefix("message-") { try? manager.removeItem(atPath: "\(folder)/\(home)") }
                for name in (try? manager.contentsOfDirectory(atPath: "\(folder)/\(home)")) ?? [] {
                    let path = "\(folder)/\(home)/\(name)"
                    let date = (try? manager.attributesOfItem(atPath: path))?[.modificationDate] as? Date
                    if let date, date.timeIntervalSince1970 < oldest { try? manager.removeItem(atPath: path) }
                }
            }
        }
    }

    /// Where the file's octets are.
    package func path(_ id: String, _ account: AccountID) -> String { "\(home(account))/\(id)" }

    /// A place for a message that is being made.
    package var temporaryPath: String { "\(folder)/message-\(SecureRandom.hex(16))" }

    private func home(_ account: AccountID) -> String { "\(folder)/\(account.hex)" }

    /// Only ids that we make name files.
    private static func isID(_ text: String) -> Bool {
        text.utf8.count == 32 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// The name without folders and control characters, at most 200 characters.
    static func clean(_ name: String) -> String {
        let last = name.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? ""
        let kept = String(
            String.UnicodeScalarView(last.unicodeScalars.filter { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) }))
        return kept.isEmpty ? "attachment" : String(kept.suffix(200))
    }

    static func cleanType(_ type: String) -> String {
        let essence = type.split(separator: ";").first.map { $0.filter { $0 != " " }.lowercased() } ?? ""
        let isType =
            essence.split(separator: "/").count == 2 && essence.utf8.count < 100
            && essence.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !"()<>@,;:\\\"[]?=".utf8.contains($0) }
        return isType ? essence : "application/octet-stream"
    }
}
