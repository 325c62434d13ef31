internal import Mail

/// Several notices in one datagram: the sender's 8 octets, the running number of the datagram, then 24 octets a notice.
struct ChangeDatagram: Hashable, Sendable {
    /// Notices in one datagram at most.
    static let limit = 100
    /// Octets of the longest one.
    static let longest = 16 + limit * 24

    let sender: UInt64
    /// 1 for a sender's first, then one more each.
    let number: UInt64
    let notices: [ChangeNotice]

    init(sender: UInt64, number: UInt64, notices: [ChangeNotice]) {
        (self.sender, self.number, self.notices) = (sender, number, notices)
    }

    /// Nil for octets that are none.
    init?(_ octets: [UInt8]) {
        guard octets.count >= 16, (octets.count - 16) % 24 == 0, octets.count <= Self.longest else { return nil }
        func number(_ offset: Int) -> UInt64 { octets[offset..<offset + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        sender = number(0)
        self.number = number(8)
        notices = stride(from: 16, to: octets.count, by: 24).map { offset in
            let account = AccountID(UInt128(number(offset)) << 64 | UInt128(number(offset + 8)))
            return ChangeNotice(account: account, modSequence: ModSequence(number(offset + 16)))
        }
    }

    var octets: [UInt8] {
        var result: [UInt8] = []
        func append(_ number: UInt64) {
            for shift in stride(from: 56, through: 0, by: -8) { result.append(UInt8(truncatingIfNeeded: number >> shift)) }
        }
        append(sender)
        append(number)
        for notice in notices {
            append(UInt64(truncatingIfNeeded: notice.account.value >> 64))
            append(UInt64(truncatingIfNeeded: notice.account.value))
            append(notice.modSequence.value)
        }
        return result
    }
}
