internal import Mail

/// Makes the targets of aliases and catch-alls, and knows what the plan lacks.
struct TargetRules {
    let plan: Plan
    let resolver: ReferenceResolver
    let findings: Findings
    /// Where the plan lists its features.
    let planFile: String

    /// Nil where there is nobody of that name, which is reported.
    func target(_ reference: Located<Reference>) -> AliasTarget? {
        switch resolver.target(of: reference) {
        case nil: return nil
        case .owner(.user(let id)), .owner(.shared(let id)): return .account(id)
        case .owner(.group(let id)): return .group(id)
        case .owner(.alias(let address)): return .alias(address)
        case .external(let address):
            if !plan.allows(.externalForwarding) { reportMissing(.externalForwarding, at: reference.place) }
            return .external(address)
        }
    }

    func reportMissing(_ feature: PlanFeature, at place: SourcePlace) {
        findings.report(
            "not-in-plan", at: place, "this needs the feature \(feature.rawValue), which the tenant's plan does not have",
            notes: ["features are listed in \(planFile), under plan: features"])
    }
}
