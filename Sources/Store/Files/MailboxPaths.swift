internal import Mail
internal import Wire

/// Where an account's files are.
struct MailboxPaths: Sendable {
    let folder: String
    /// What the folder is called while it is deleted.
    let removed: String

    /// Accounts lie in folders that are named by so many of their first digits.
    static let shelfLength = 2

    init(root: String, account: AccountID) {
        let hex = account.hex
        let shelf = "\(root)/\(hex.prefix(Self.shelfLength))"
        folder = "\(shelf)/\(hex)"
        removed = "\(shelf)/.removed-\(hex)"
    }

    /// Names of the folders that accounts lie in. What else lies beside them, like messages on their way in, is passed over.
    static func shelves(_ root: String, _ files: FileSystem) -> [String] {
        files.entries(root).filter { $0.utf8.count == shelfLength }
    }

    static func accounts(on shelf: String, _ root: String, _ files: FileSystem) -> [AccountID] {
        files.entries("\(root)/\(shelf)").filter { $0.hasPrefix(shelf) }.compactMap { AccountID(hex: $0) }
    }

    var database: String { "\(folder)/mailbox.db" }
    var log: String { "\(database)-wal" }
    /// SQLite's index of the log, for the processes that use it.
    var sharedMemory: String { "\(database)-shm" }
    var search: String { "\(folder)/search.db" }
    var searchLog: String { "\(search)-wal" }
    var lock: String { "\(folder)/lock" }
    var snapshots: String { "\(folder)/snapshots" }
    /// Names of files that a process of this role is making, see `UnfinishedFiles`.
    func unfinished(_ role: StoreOptions.Role) -> String { "\(folder)/unfinished-\(role == .mail ? "mail" : "web")" }
    var messages: String { "\(folder)/messages" }

    /// Whether there are, or were, messages: then there is a database too, or there should be.
    func holdMail(_ files: FileSystem) -> Bool { files.exists(messages) || files.exists(snapshots) }

    func file(_ name: BlobName) -> String { "\(folder(of: name))/\(name.hex).eml" }

    func folder(of name: BlobName) -> String { "\(messages)/\(name.folder)" }
}

/// The name of a message file: 6 octets of milliseconds since 1970, and 10 octets that are random or, for a delivery, the digest
/// of its id, so that even a database made anew knows which deliveries were taken.
struct BlobName: Hashable, Sendable {
    /// 16 octets.
    let octets: [UInt8]

    static let length = 16
    static let suffixLength = 10
    /// What no file is called: the end of a list of names.
    static let none = [UInt8](repeating: 0, count: length)

    init(milliseconds: Int64, suffix: [UInt8]) {
        octets = (0..<6).map { UInt8(truncatingIfNeeded: milliseconds >> (40 - 8 * $0)) } + suffix
    }

    /// A name that no other file has. It need not be hard to guess.
    static func new(milliseconds: Int64) -> BlobName {
        let random = (UInt64.random(in: .min ... .max), UInt16.random(in: .min ... .max))
        let suffix = (0..<8).map { UInt8(truncatingIfNeeded: random.0 >> (8 * UInt64($0))) }
        return BlobName(milliseconds: milliseconds, suffix: suffix + [UInt8(random.1 >> 8), UInt8(random.1 & 0xff)])
    }

    init?(octets: [UInt8]) {
        guard octets.count == Self.length else { return nil }
        self.octets = octets
    }

    /// The name of a file in a folder of messages; nil for what we never wrote.
    init?(fileName: String) {
        guard fileName.hasSuffix(".eml"), let octets = Hex.decode(fileName.dropLast(4)) else { return nil }
        self.init(octets: octets)
    }

    var hex: String { Hex.encode(octets) }

    /// When the file was made, in seconds since 1970.
    var seconds: Int64 { octets.prefix(6).reduce(Int64(0)) { $0 << 8 | Int64($1) } / 1_000 }

    /// Two hexadecimal digits that change every 17 minutes: messages that come together lie together, so that one fsync of the
    /// folder serves them all, and 256 folders share the rest.
    var folder: String { Hex.encode([folderOctet]) }

    private var folderOctet: UInt8 { octets[2] << 4 | octets[3] >> 4 }

    /// The file below the folder of messages, as C takes it: `7f/<32 digits>.eml`. For calls that are made for each message, and
    /// need no string.
    var path: InlineArray<40, CChar> {
        var path = InlineArray<40, CChar>(repeating: 0)
        Self.put(folderOctet, into: &path, at: 0)
        path[2] = CChar(bitPattern: UInt8(ascii: "/"))
        for index in octets.indices { Self.put(octets[index], into: &path, at: 3 + 2 * index) }
        for (index, letter) in ".eml".utf8.enumerated() { path[35 + index] = CChar(bitPattern: letter) }
        return path
    }

    /// Two hexadecimal digits.
    private static func put(_ octet: UInt8, into path: inout InlineArray<40, CChar>, at position: Int) {
        path[position] = CChar(bitPattern: Hex.digit(octet >> 4))
        path[position + 1] = CChar(bitPattern: Hex.digit(octet & 15))
    }

    var suffix: [UInt8] { Array(octets.suffix(Self.suffixLength)) }
}
