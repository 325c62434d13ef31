package import Mail

/// Sizes as files write them: `50 MB`, `50MB`, `512 B`; 1 KB is 1024 octets.
package enum SizeText {
    private static let units: [(name: String, shift: Int)] = [("B", 0), ("KB", 10), ("MB", 20), ("GB", 30), ("TB", 40)]

    static func read(_ text: String) throws(Misfit) -> ByteCount {
        let (digits, unit) = Quantity.split(text)
        guard !digits.isEmpty else { throw Misfit(reason: "does not begin with a whole number") }
        guard !unit.isEmpty else { throw Misfit(reason: "has no unit: B, KB, MB, GB or TB") }
        guard let shift = units.first(where: { $0.name == unit })?.shift else {
            throw Misfit(reason: "has a unit other than B, KB, MB, GB and TB")
        }
        let (octets, overflows) = (Int(digits) ?? .max).multipliedReportingOverflow(by: 1 << shift)
        guard !overflows else { throw Misfit(reason: "is out of range") }
        return ByteCount(octets)
    }

    /// In the largest unit that loses nothing, so that reading gives the same again.
    package static func write(_ size: ByteCount) -> String {
        let fitting = units.last { size.octets != 0 && size.octets & ((1 << $0.shift) - 1) == 0 } ?? units[0]
        return "\(size.octets >> fitting.shift) \(fitting.name)"
    }
}

/// Durations as files write them: `30s`, `5m`, `12h`, `7d`.
package enum DurationText {
    private static let units: [(name: String, seconds: Int)] = [("s", 1), ("m", 60), ("h", 3600), ("d", 86400)]

    static func read(_ text: String) throws(Misfit) -> Duration {
        let (digits, unit) = Quantity.split(text)
        guard !digits.isEmpty else { throw Misfit(reason: "does not begin with a whole number") }
        guard !unit.isEmpty else { throw Misfit(reason: "has no unit: s, m, h or d") }
        guard !text.contains(" "), let seconds = units.first(where: { $0.name == unit })?.seconds else {
            throw Misfit(reason: "has a unit other than s, m, h and d")
        }
        let (total, overflows) = (Int(digits) ?? .max).multipliedReportingOverflow(by: seconds)
        guard !overflows else { throw Misfit(reason: "is out of range") }
        return .seconds(total)
    }

    /// In the largest unit that loses nothing; parts of a second are left out.
    package static func write(_ duration: Duration) -> String {
        let seconds = Int(clamping: duration.components.seconds)
        let fitting = units.last { seconds != 0 && seconds.isMultiple(of: $0.seconds) } ?? units[0]
        return "\(seconds / fitting.seconds)\(fitting.name)"
    }
}

/// A whole number and what follows it, with at most one space between.
enum Quantity {
    static func split(_ text: String) -> (digits: Substring, unit: Substring) {
        let digits = text.prefix { ("0"..."9").contains($0) }
        let rest = text[digits.endIndex...]
        return (digits, rest.first == " " ? rest.dropFirst() : rest)
    }
}
