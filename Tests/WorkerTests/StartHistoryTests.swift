import Foundation
import NIOConcurrencyHelpers
import Testing

@testable import Worker

@Suite("Pauses between the starts of a worker under systemd") final class StartHistoryTests {
    private let path = FileManager.default.temporaryDirectory.appending(path: "starts-\(UUID().uuidString)").path
    private let clock = NIOLockedValueBox<Int64>(1_000)
    private var history: StartHistory { StartHistory(path: path) { [clock] in clock.withLockedValue { $0 } } }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    private func pass(_ milliseconds: Int64) { clock.withLockedValue { $0 += milliseconds } }

    @Test func theFirstStartWaitsForNothing() {
        #expect(history.begin() == nil)
    }

    @Test func deathsBeforeReadinessDoubleThePauseUpToHalfAMinute() {
        #expect(history.begin() == nil)
        for pause in [200, 400, 800, 1600, 3200, 30_000, 30_000] { #expect(history.begin() == .milliseconds(pause)) }
    }

    @Test func oneThatServedLongEnoughIsStartedAtOnce() {
        _ = history.begin()
        history.ready()
        pass(10_000)
        #expect(history.begin() == nil)
    }

    @Test func thirtyCrashesSoonAfterReadinessNeverPauseLongerThanTwoSeconds() {
        _ = history.begin()
        for _ in 0..<30 {
            history.ready()
            pass(5)
            #expect(history.begin() ?? .zero <= .seconds(2))
        }
    }

    @Test func anOrderlyStopIsForgotten() {
        _ = history.begin()
        _ = history.begin()
        history.forget()
        #expect(history.begin() == nil)
    }
}
