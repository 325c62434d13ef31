internal import Mail

/// tenant.yaml as written.
struct DeclaredTenant: Sendable {
    var id: Located<TenantID>
    var name: String
    var language: Language
    var languagePosition: SourcePosition?
    var isSuspended: Bool
    var admins: [Located<Reference>]
    var limits: DeclaredLimits
    var features: Set<PlanFeature>
    /// Of the plan; nil where it is absent.
    var featuresPosition: SourcePosition?
    var policies: TenantPolicies
}

/// The table of tenant.yaml.
enum TenantFile {
    static let id = Field<TenantID>.required(
        "id", .tenantID, "Immutable, and the name of the tenant's folder: mailboxes are found by it.")
    static let name = Field<String>.required("name", .line("the tenant's name"), "As people see it.")
    static let language = Field<Language>.optional(
        "language", .choice(), default: .english, "Of pages and notices, unless a user has another.")
    static let suspended = Field<Bool>.optional(
        "suspended", .boolean, default: false, "No log-in, and mail to the tenant waits at its senders (450).")
    static let admins = Field<[Located<Reference>]>.required(
        "admins", ValueForm<Reference>.reference("a user's id or address").distinctList(of: "users", atLeast: 1),
        "Users of the tenant; mail to postmaster and abuse of its domains goes to them.")
    static let plan = Field<(DeclaredLimits, Set<PlanFeature>)>.section("plan", planForm, "What the tenant subscribed to.")
    static let policies = Field<TenantPolicies>.section("policies", policiesForm, "How accounts come and go.")

    static let form = ValueForm<DeclaredTenant>.object(
        "a tenant", [FileKind.version, id, name, language, suspended, admins, plan, policies], build: build)

    @Sendable private static func build(_ object: ObjectReader) -> DeclaredTenant? {
        _ = object.value(FileKind.version)
        let names = (object.located(id), object.value(name), object.value(language), object.value(suspended))
        let parts = (object.value(admins), object.value(plan), object.value(policies))
        guard let id = names.0, let name = names.1, let language = names.2, let suspended = names.3, let admins = parts.0,
            let plan = parts.1, let policies = parts.2
        else { return nil }
        return DeclaredTenant(
            id: id, name: name, language: language, languagePosition: object.keyPlace(TenantFile.language)?.position,
            isSuspended: suspended, admins: admins, limits: plan.0, features: plan.1,
            featuresPosition: object.keyPlace(TenantFile.plan)?.position, policies: policies)
    }

    static let planLimits = Field<DeclaredLimits>.section(
        "limits", LimitsForm.form, "What is absent is as malaposta.yaml has it for this tenant.")
    /// What a plan has where it does not list its features: all that does not send a tenant's mail elsewhere unasked.
    static let standardFeatures = PlanFeature.allCases.filter { $0 != .externalForwarding && $0 != .catchAll }
    static let features = Field<[Located<PlanFeature>]>.optional(
        "features", ValueForm<PlanFeature>.choice().distinctList(of: "features"),
        default: standardFeatures.map { Located($0, at: SourcePlace(.nowhere)) }, "What is switched on.")
    static let planForm = ValueForm<(DeclaredLimits, Set<PlanFeature>)>.object("a plan", [planLimits, features]) { object in
        let parts = (object.value(planLimits), object.value(features))
        guard let limits = parts.0, let features = parts.1 else { return nil }
        return (limits, Set(features.map(\.value)))
    }

    static let suspendFor = Field<Duration>.optional(
        "suspend_for", .duration(.seconds(0)...(.seconds(2_592_000))), default: .seconds(259_200),
        "How long an account that vanished from its directory answers 450 before it is refused.")
    static let gracePeriod = Field<Duration>.optional(
        "grace_period", .duration(.seconds(86400)...(.seconds(31_536_000))), default: .seconds(2_592_000),
        "How long the mail of a retired account is kept.")
    static let policiesForm = ValueForm<TenantPolicies>.object("policies", [suspendFor, gracePeriod]) { object in
        let parts = (object.value(suspendFor), object.value(gracePeriod))
        guard let suspendFor = parts.0, let gracePeriod = parts.1 else { return nil }
        return TenantPolicies(suspendFor: suspendFor, gracePeriod: gracePeriod)
    }
}
