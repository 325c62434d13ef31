internal import Foundation
internal import NIOConcurrencyHelpers

/// Offsets of the zones that browsers name. Asking the calendar costs microseconds for each date of a list, and lists show the same
/// dates again and again.
final class TimeZones: Sendable {
    /// Zones that are remembered (there are some 600 names), and offsets of each.
    private static let zones = 1_000
    private static let offsets = 10_000
    /// Clocks are only ever put forward or back at a quarter of an hour.
    private static let quarter: Int64 = 900

    private struct Zone {
        let zone: TimeZone
        var offsets: [Int64: Int] = [:]
    }

    private let known = NIOLockedValueBox<[String: Zone]>([:])

    /// Seconds east of Greenwich at a moment, in seconds since 1970; nil for what is no zone's name.
    func offsets(of name: String) -> (@Sendable (Int64) -> Int)? {
        let isKnown = known.withLockedValue { known -> Bool in
            if known[name] != nil { return true }
            guard name.utf8.count < 64, let zone = TimeZone(identifier: name) else { return false }
            if known.count >= Self.zones { known.removeAll() }
            known[name] = Zone(zone: zone)
            return true
        }
        guard isKnown else { return nil }
        return { @Sendable [self] seconds in offset(of: name, at: seconds) }
    }

    private func offset(of name: String, at seconds: Int64) -> Int {
        known.withLockedValue { known in
            let quarter = seconds / Self.quarter
            if let offset = known[name]?.offsets[quarter] { return offset }
            let zone = known[name]?.zone ?? TimeZone(identifier: name) ?? .gmt
            let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
            if known[name]?.offsets.count ?? 0 >= Self.offsets { known[name]?.offsets.removeAll() }
            known[name]?.offsets[quarter] = offset
            return offset
        }
    }
}
