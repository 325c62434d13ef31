package import FoundationEssentials
internal import LocalSocket
package import Mail

/// Asks the mail worker to put a message into a folder, which is made if it is not there. The message is durable when answered.
package struct ImportMessageQuestion: Question {
    package static let name = "import-message"

    package struct Answer: Codable, Sendable {
        package var uid: UInt32
    }

    package var account: AccountID
    /// Names from the root on.
    package var folder: [String]
    /// Lines end in CRLF.
    package var octets: Data
    package var flags: UInt8
    package var tags: [String]
    /// Seconds since 1970.
    package var internalDate: Int64

    package init(account: AccountID, folder: [String], octets: Data, flags: SystemFlags, tags: [Tag], internalDate: Int64) {
        self.account = account
        self.folder = folder
        self.octets = octets
        self.flags = flags.rawValue
        self.tags = tags.map(\.name)
        self.internalDate = internalDate
    }
}
