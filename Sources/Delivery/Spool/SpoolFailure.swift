/// Why the spool does not do what it was asked.
package enum SpoolFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// A limit of `SpoolLimits` is reached; trying later may help.
    case full(limit: String)
    /// The file system refused; nothing has changed. Trying later may help.
    case disk(FileFailure)
    /// What is on the disk is not known any more: nothing is accepted until the process starts anew.
    case broken
    /// The spool is closing.
    case stopped
    /// Another process has the spool open.
    case inUse
    /// The entry's octets cannot be read.
    case unreadable

    package var description: String {
        switch self {
        case .full(let limit): "the spool is full (\(limit))"
        case .disk(let failure): "the disk refused: \(failure)"
        case .broken: "a flush to the disk has failed; the process has to start anew"
        case .stopped: "the spool is closing"
        case .inUse: "another process has the spool open"
        case .unreadable: "the message's octets cannot be read"
        }
    }
}
