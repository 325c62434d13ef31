#if DEBUG
    internal import FoundationEssentials
    internal import NIOCore

    /// Makes this process trap in the middle of delivering a message whose header has a certain line. For the test of what becomes
    /// of such a message and of all others; only debug builds have it, and only where `MALAPOSTA_TRAP` gives that line.
    enum DeliveryTrap {
        private static let line = ProcessInfo.processInfo.environment["MALAPOSTA_TRAP"]
        private static let headerLimit = 64 << 10

        static func pass(_ entry: SpoolEntry, in spool: Spool) async {
            guard let line, let header = try? await spool.header(of: entry, limit: headerLimit) else { return }
            let lines = String(decoding: header.readableBytesView, as: UTF8.self).split(separator: "\r\n")
            precondition(!lines.contains { $0 == line }, "a message made this process trap")
        }
    }
#endif
