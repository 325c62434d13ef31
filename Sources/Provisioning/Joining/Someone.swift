internal import MailConfiguration

/// Whom a name leads to: what of an object is asked so often that it stands beside its names.
struct Someone: Equatable {
    var number: JoinIndex.Number
    var kind: DirectoryNames.Kind

    init(_ number: JoinIndex.Number, _ kind: DirectoryNames.Kind) {
        self.number = number
        self.kind = kind
    }

    /// Both in 32 bits, two of them for the kind: numbers are below a thousand million.
    var packed: UInt32 {
        let kind: UInt32 =
            switch kind {
            case .user: 0
            case .shared: 1
            case .group: 2
            case .alias: 3
            }
        return UInt32(number) << 2 | kind
    }

    init(packed: UInt32) {
        number = JoinIndex.Number(packed >> 2)
        switch packed & 3 {
        case 0: kind = .user
        case 1: kind = .shared
        case 2: kind = .group
        default: kind = .alias
        }
    }
}

extension [Someone] {
    /// Four octets for each.
    var packed: [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(4 * count)
        for someone in self {
            let packed = someone.packed
            for shift in stride(from: UInt32(0), to: 32, by: 8) { octets.append(UInt8(truncatingIfNeeded: packed >> shift)) }
        }
        return octets
    }

    init(packed octets: [UInt8]) {
        self = []
        reserveCapacity(octets.count / 4)
        for start in stride(from: 0, to: octets.count, by: 4) {
            var packed: UInt32 = 0
            for octet in octets[start..<(start + 4)].reversed() { packed = packed << 8 | UInt32(octet) }
            append(Someone(packed: packed))
        }
    }
}
