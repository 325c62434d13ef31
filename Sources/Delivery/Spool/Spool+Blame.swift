internal import NIOConcurrencyHelpers

/// Which entries are suspected of ending the process.
package enum CrashLimits {
    /// Attempts in a row during which the process died by its own fault: then the entry is held.
    package static let crashes = 2
    /// Attempts in a row during which the process was killed, by the kernel for want of memory perhaps: then the entry is
    /// held. Many, as most that die so are innocent.
    package static let interruptions = 10
    /// From so many interruptions on an entry is tried alone.
    package static let interruptionsAlone = 3
}

extension Spool {
    /// Counts the end of the process before against the attempts that were under way in it; returns when that is durable.
    ///
    /// - Parameters:
    ///   - diedByItself: whether it ended by a fault of its own, see `CrashMark`.
    ///   - hasStopped: whether it stopped in order: then nothing is counted, see `StopMark`.
    package func blame(diedByItself: Bool, hasStopped: Bool = false) async throws(SpoolFailure) {
        let blamed = state.withLockedValue { $0.recovered }.filter { entry in
            entry.update { $0.blame(diedByItself, hasStopped: hasStopped) }
        }
        let failure = await withTaskGroup(of: SpoolFailure?.self) { group in
            for entry in blamed {
                group.addTask {
                    do throws(SpoolFailure) { try await self.note(entry) } catch { return error }
                    return nil
                }
            }
            return await group.reduce(nil) { $0 ?? $1 }
        }
        if let failure { throw failure }
    }
}

extension Progress {
    /// Whether it is tried with nothing beside it, so that only the guilty one is blamed.
    package var isSuspect: Bool { crashes > 0 || interruptions >= CrashLimits.interruptionsAlone }

    fileprivate mutating func blame(_ diedByItself: Bool, hasStopped: Bool) -> Bool {
        guard isUnderWay else { return false }
        isUnderWay = false
        guard !hasStopped else { return true }
        if diedByItself { crashes += 1 } else { interruptions += 1 }
        if crashes >= CrashLimits.crashes || interruptions >= CrashLimits.interruptions {
            hold = .crashed
            reason = "its last two attempts did not end"
        }
        return true
    }
}
