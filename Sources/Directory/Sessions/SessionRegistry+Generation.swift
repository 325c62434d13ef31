internal import Mail

extension SessionRegistry {
    /// Ends the sessions of accounts that a new generation suspends, retires or does not know, and those at services that it
    /// takes from them. IMAP looks after its own rights, as it says in its own words why it closes.
    ///
    /// - Throws: where the generation cannot be read; sessions that were not looked at yet go on.
    package func endInactive(in generation: Generation) async throws {
        for id in accounts {
            guard let account = try await generation.account(id) else {
                end(id, .removed)
                continue
            }
            switch account.state {
            case .active:
                let withdrawn = LoginService.allCases.filter { $0 != .imap && !account.features.allow($0) }
                if !withdrawn.isEmpty { end(id, at: Set(withdrawn), .removed) }
            case .suspended: end(id, .suspended)
            case .retired: end(id, .removed)
            }
        }
    }
}
