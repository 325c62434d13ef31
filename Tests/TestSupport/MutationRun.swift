internal import FoundationEssentials
internal import Glibc

/// The generators of a test that mutates: one for each fixed seed, so that every ordinary run is the same, or begins the same.
///
/// With `FUZZ_SECONDS=n` in the environment there are fresh seeds instead, until `n` seconds of the process have passed; the
/// tests of a process share this time, and take turns. Each seed is printed before it is used, and `FUZZ_SEED=n` runs that one
/// alone.
package struct MutationRun: AsyncSequence, Sendable {
    package typealias Failure = Never

    private enum Seeds: Sendable {
        case listed([UInt64])
        /// 1, 2, 3 and so on.
        case fixed(lasting: Duration)
        case fresh(until: ContinuousClock.Instant)
    }

    private let name: String
    private let seeds: Seeds

    /// - Parameters:
    ///   - name: printed with the seeds.
    ///   - fixed: the seeds of an ordinary run.
    package init(_ name: String, fixed: ClosedRange<UInt64> = 1...1) { self.init(name, .listed(Array(fixed))) }

    /// Fixed seeds from 1 on, two at least, until the test has worked for some time; that of other tests between them does not
    /// count.
    package init(_ name: String, lasting time: Duration) { self.init(name, .fixed(lasting: time)) }

    private init(_ name: String, _ ordinary: Seeds) {
        self.name = name
        if let seed = Self.setting("FUZZ_SEED") {
            seeds = .listed([seed])
        } else if let end = Self.end {
            seeds = .fresh(until: end)
        } else {
            seeds = ordinary
        }
    }

    /// When fuzzing ends; nil in an ordinary run. Counted from the first use in the process.
    private static let end = setting("FUZZ_SECONDS").map { ContinuousClock.now + .seconds(Int64(clamping: $0)) }

    private static func setting(_ name: String) -> UInt64? { ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) } }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let run: MutationRun
        fileprivate var used = 0
        /// What the test has worked until now, and since when it works on.
        fileprivate var worked = Duration.zero
        fileprivate var since: ContinuousClock.Instant?

        /// Lets the other tests have their turn first.
        package mutating func next() async -> SeededGenerator? {
            if let since { worked += .now - since }
            await Task.yield()
            defer { (used, since) = (used + 1, .now) }
            switch run.seeds {
            case .fixed(let time): return used < 2 || worked < time ? SeededGenerator(seed: UInt64(used + 1)) : nil
            case .listed(let seeds): return used < seeds.count ? SeededGenerator(seed: seeds[used]) : nil
            case .fresh(let end):
                // Who comes late has one turn all the same.
                guard used == 0 || ContinuousClock.now < end else { return nil }
                let seed = UInt64.random(in: .min ... .max)
                // At once, as what is found may end the process.
                let line = "\(run.name): FUZZ_SEED=\(seed)\n"
                _ = unsafe line.withCString { text in unsafe write(STDERR_FILENO, text, line.utf8.count) }
                return SeededGenerator(seed: seed)
            }
        }
    }

    package func makeAsyncIterator() -> Iterator { Iterator(run: self) }
}
