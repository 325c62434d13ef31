internal import Mail

extension SessionRegistry {
    /// Ends the sessions of accounts that a new generation suspends, retires or does not know.
    ///
    /// - Throws: where the generation cannot be read; sessions that were not looked at yet go on.
    package func endInactive(in generation: Generation) async throws {
        for id in accounts {
            guard let account = try await generation.account(id) else {
                end(id, .removed)
                continue
            }
            switch account.state {
            case .active: continue
            case .suspended: end(id, .suspended)
            case .retired: end(id, .removed)
            }
        }
    }
}
