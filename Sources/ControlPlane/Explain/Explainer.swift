internal import Delivery
package import Directory
package import Mail
internal import MailConfiguration
internal import SMTP
internal import SMTPServer
package import Upkeep

/// Says what happens to mail for an address, step by step, by the very code that decides it: RCPT's policy, the expansion of
/// the generation, delivery's router and the store's quota.
package struct Explainer: Sendable {
    private let generation: Generation
    private let usage: @Sendable ([AccountID]) async -> [AccountID: AccountUsage]

    /// - Parameters:
    ///   - generation: the one in force, or one made of candidate files.
    ///   - usage: how full mailboxes are, as far as that is known.
    package init(
        _ generation: Generation, usage: @escaping @Sendable ([AccountID]) async -> [AccountID: AccountUsage] = { _ in [:] }
    ) {
        self.generation = generation
        self.usage = usage
    }

    /// What happens to mail from another host that comes by port 25 for `address`.
    package func explain(_ address: Address) async throws -> AddressExplanation {
        try await explain(address, from: nil, relays: false)
    }

    /// What happens to mail from one address to another: by the submission port where the sender is hosted here, else by port 25.
    package func explain(from sender: Address, to address: Address) async throws -> PassageExplanation {
        let isHosted = try await generation.domain(sender.domain) != nil
        let accounts = try await whoMaySend(as: sender)
        let receiving = try await explain(address, from: sender, relays: !accounts.isEmpty)
        return PassageExplanation(
            sender: sender, senderIsHosted: isHosted,
            mayUseIt: accounts.map { account in
                PassageExplanation.Submitter(
                    address: account.address, messageSize: account.maxMessageSize, recipients: account.maxRecipients,
                    messagesPerDay: account.messagesPerDay, maySubmit: account.features.allow(.submission))
            },
            refusal: isHosted && accounts.isEmpty ? "nobody may send as \(sender): submission refuses it (550 5.7.1)" : nil,
            receiving: receiving)
    }

    // MARK: One recipient

    private func explain(_ address: Address, from sender: Address?, relays: Bool) async throws -> AddressExplanation {
        let policy = RecipientPolicy(generation: generation, relays: relays)
        let trace = try await generation.explain(address, from: policy.trusted(sender))
        let copies = try await copies(to: address, from: sender)
        let usages = await usage(copies.compactMap(\.account))
        var mailboxes: [AddressExplanation.Mailbox] = []
        for case .mailbox(let id, let detail, _) in copies.map(\.target) {
            guard let account = try await generation.account(id) else { continue }
            mailboxes.append(AddressExplanation.Mailbox(account, detail: detail, usages[id]))
        }
        let answer = await reply(to: address, from: sender, policy, mailboxes)
        return AddressExplanation(
            address: address, generation: generation.number, answer: answer.description, isTaken: answer.isPositive,
            steps: try await words(trace), mailboxes: mailboxes,
            outside: copies.compactMap { if case .remote(let other) = $0.target { other } else { nil } },
            outsideState: Router.remoteState, maySendAs: try await whoMaySend(as: address).map(\.address))
    }

    /// Where copies go once the message is accepted: from one tenant to another as if from outside.
    private func copies(to address: Address, from sender: Address?) async throws -> [Delivery.Route] {
        try await Router(generation).routes(of: Envelope(sender: sender, recipients: [EnvelopeRecipient(address)]))
    }

    /// What RCPT says.
    private func reply(
        to address: Address, from sender: Address?, _ policy: RecipientPolicy, _ mailboxes: [AddressExplanation.Mailbox]
    ) async -> Reply {
        switch await policy.targets(of: address, from: sender) {
        case .failure(let refusal): return refusal.reply
        case .success(let targets):
            let sole = SpoolReceiver.mailboxThatMustHaveRoom(targets)
            let isFull = mailboxes.contains { $0.account == sole && $0.isFull }
            return isFull ? Refusal.mailboxFull.reply : .recipientOk
        }
    }

    /// Users who may put the address into MAIL FROM and From, in the order of their addresses.
    private func whoMaySend(as address: Address) async throws -> [DirectoryAccount] {
        guard let domain = try await generation.domain(address.domain) else { return [] }
        var found: [DirectoryAccount] = []
        for account in try await generation.accounts(of: domain.tenant) where account.kind == .user {
            let policy = SenderPolicy(generation: generation, account: account)
            if await policy.check(reversePath: address) == nil { found.append(account) }
        }
        return found
    }

    // MARK: Words

    private func words(_ trace: Explanation) async throws -> [AddressExplanation.Step] {
        var steps: [AddressExplanation.Step] = []
        for step in trace.steps.prefix(AddressExplanation.mostSteps) { steps.append(try await words(step)) }
        if trace.steps.count > steps.count {
            steps.append(.init(kind: .more, text: "and \(trace.steps.count - steps.count) steps more"))
        }
        if trace.resolution == .unproven {
            let domain = "declared here, and not proven yet: 'malaposta dns guide' shows the record that proves it"
            steps.append(.init(kind: .domain, text: domain))
        }
        if trace.resolution == .notHosted { steps.append(.init(kind: .domain, text: "not hosted here")) }
        if trace.resolution == .unknown {
            steps.append(.init(kind: .nobody, text: "nobody has this address, and no catch-all takes it"))
        }
        return steps
    }

    private func words(_ step: ExpansionStep) async throws -> AddressExplanation.Step {
        switch step {
        case .domain(let name, let tenant, let aliasOf):
            let other = aliasOf.map { "; each address stands for the same one of \($0)" } ?? ""
            return .init(kind: .domain, text: "\(name) is hosted here for tenant \(tenant)\(other)")
        case .account(let id, let at, let way):
            let account = try await generation.account(id)
            let kind = account?.kind == .shared ? "shared mailbox" : "user"
            let name = account?.address == at ? "" : account.map { ", an address of \($0.address)" } ?? ""
            return .init(kind: .mailbox, text: "\(at): \(kind)\(name)\(Self.state(account?.state))\(Self.words(way))")
        case .alias(let at, let targets, let way):
            let list = targets.prefix(AddressExplanation.shownMembers).map(\.description).joined(separator: ", ")
            let more = targets.count > AddressExplanation.shownMembers ? ", ... \(targets.count) in all" : ""
            let kind = way == .catchAll ? "leads on to" : "alias for"
            return .init(kind: .alias, text: "\(at): \(kind) \(list)\(more)\(Self.words(way))")
        case .group(let at, let id, let members, let way):
            let count = members.count == 1 ? "1 member" : "\(members.count) members"
            return .init(kind: .group, text: "\(at): group \(id) with \(count)\(Self.words(way))")
        case .permission(let rule, let isGiven):
            let who: [GroupSenders: String] = [
                .anyone: "anyone", .tenant: "users of its tenant", .members: "its members",
            ]
            let verdict = isGiven ? "this sender may" : "this sender may not"
            return .init(kind: .permission, text: "\(who[rule] ?? rule.rawValue) may write to it: \(verdict)")
        case .outside(let other):
            let isHosted = try await generation.domain(other.domain) != nil
            let place = isHosted ? "another tenant of this host: routed anew, as if from outside" : "another host"
            return .init(kind: .outside, text: "\(other): \(place)")
        case .waiting(let at):
            return .init(kind: .group, text: "\(at): its directory has it no more; mail waits for a while (450)")
        case .again(let other): return .init(kind: .again, text: "\(other): met before, reached once")
        case .nobody(let other): return .init(kind: .nobody, text: "\(other): nobody has it, gets nothing")
        }
    }

    private static func words(_ way: ExpansionStep.Way) -> String {
        switch way {
        case .exact: ""
        case .detail(let detail): " (detail \"\(detail)\" taken off)"
        case .catchAll: " (by the domain's catch_all)"
        }
    }

    private static func state(_ state: AccountState?) -> String {
        switch state {
        case .active, nil: ""
        case .suspended(by: .tenant): ", suspended with its tenant"
        case .suspended(by: .account): ", suspended"
        case .retired: ", retired: takes no mail"
        }
    }
}
