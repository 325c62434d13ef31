internal import Directory
internal import Mail
internal import MailConfiguration
internal import SMTP

/// What RCPT answers by the generation in force (RFC 5321 §3.3).
struct RecipientPolicy {
    let generation: Generation
    /// Whether mail for other hosts is taken: from those who have logged in.
    let relays: Bool

    /// The targets, or why not.
    func targets(of address: Address, from sender: Address?) async -> Result<[ExpandedTarget], Refusal> {
        let resolution: Resolution
        do { resolution = try await generation.resolve(address, from: sender) } catch {
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

    /// The host's own postmaster (RFC 5321 §4.5.1): that of the host's name, else of the first domain. Nil without domains.
    func postmaster() async throws -> Address? {
        var domain = generation.host.hostName
        if try await generation.domain(domain) == nil {
            guard let tenant = try await generation.tenants().first, let first = try await generation.domains(of: tenant.id).first
            else { return nil }
            domain = first.name
        }
        return try? Address(localPart: "postmaster", domain: domain)
    }
}
