package import Directory
package import Mail
internal import MailConfiguration
internal import SMTP

/// What RCPT answers by the generation in force (RFC 5321 §3.3).
package struct RecipientPolicy: Sendable {
    let generation: Generation
    /// Whether mail for other hosts is taken: from those who have logged in.
    let relays: Bool

    package init(generation: Generation, relays: Bool) {
        self.generation = generation
        self.relays = relays
    }

    /// The sender as far as anybody may rely on it: nobody has proven to be the one that another host names, so that groups that
    /// are for a tenant, or for members, stay closed.
    package func trusted(_ sender: Address?) -> Address? { relays ? sender : nil }

    /// The targets, or why not.
    package func targets(of address: Address, from sender: Address?) async -> Result<[ExpandedTarget], Refusal> {
        let resolution: Resolution
        do { resolution = try await generation.resolve(address, from: trusted(sender)) } catch {
            return .failure(Refusal(.directoryUnavailable, cause: "\(error)"))
        }
        switch resolution {
        case .accounts(let targets): return .success(targets)
        case .notHosted: return relays ? .success([.external(address)]) : .failure(Refusal(.relayingDenied(address)))
        case .unproven: return relays ? .success([.external(address)]) : .failure(Refusal(.unprovenDomain(address)))
        case .unknown: return .failure(Refusal(.unknownAddress(address)))
        case .suspended: return .failure(Refusal(.suspendedRecipient(address)))
        case .disabled: return .failure(Refusal(.disabledRecipient(address)))
        case .tooManyTargets: return .failure(Refusal(.expandsTooFar(address)))
        case .notPermitted: return .failure(Refusal(.groupClosed(address)))
        }
    }

    /// Whether an address is that of a user of this machine: at the host's own name, where no tenant has it as a domain.
    func isOfThisMachine(_ address: Address) async throws -> Bool {
        guard address.domain == generation.host.hostName else { return false }
        return try await generation.domain(address.domain) == nil
    }

    /// The host's own postmaster (RFC 5321 §4.5.1): that of the host's name, else of the first domain. Nil without domains.
    package func postmaster() async throws -> Address? {
        var domain = generation.host.hostName
        if try await generation.domain(domain) == nil {
            guard let tenant = try await generation.tenants().first, let first = try await generation.domains(of: tenant.id).first
            else { return nil }
            domain = first.name
        }
        return try? Address(localPart: "postmaster", domain: domain)
    }
}
