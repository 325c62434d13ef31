internal import Synchronization

/// Converters that are open already: opening one may load a file.
final class ConverterPool: Sendable {
    /// A converter that is lent to one caller at a time.
    private final class Entry: @unchecked Sendable {  // who holds it is its only user: the pool gives each away
        let converter: CharsetConverter
        init(_ converter: consuming CharsetConverter) { self.converter = converter }
    }

    /// Idle converters of one charset, and of all.
    private static let limit = (charset: 4, all: 64)

    static let shared = ConverterPool()

    private struct Idle {
        var entries: [String: [Entry]] = [:]
        var count = 0
    }
    private let idle = Mutex(Idle())

    /// `octets` of `charset` in UTF-8; nil where the charset is not known.
    func convert(_ octets: [UInt8], from charset: String, replace: (UInt8, inout [UInt8]) -> Void) -> [UInt8]? {
        guard let entry = take(charset) else { return nil }
        defer { giveBack(entry, charset) }
        return entry.converter.convert(octets, replace: replace)
    }

    private func take(_ charset: String) -> Entry? {
        let waiting = idle.withLock { idle -> Entry? in
            guard let entry = idle.entries[charset]?.popLast() else { return nil }
            idle.count -= 1
            return entry
        }
        if let waiting { return waiting }
        guard let converter = CharsetConverter(charset) else { return nil }
        return Entry(converter)
    }

    private func giveBack(_ entry: Entry, _ charset: String) {
        idle.withLock { idle in
            guard idle.count < Self.limit.all, idle.entries[charset, default: []].count < Self.limit.charset else { return }
            idle.entries[charset, default: []].append(entry)
            idle.count += 1
        }
    }
}
