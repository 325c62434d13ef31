package import MailConfiguration

extension TenantFeatures {
    init(_ plan: Plan) {
        self = []
        let table: [(PlanFeature, TenantFeatures)] = [
            (.web, .web), (.imap, .imap), (.smtpSubmission, .submission), (.sharedMailboxes, .sharedMailboxes),
            (.externalForwarding, .externalForwarding),
        ]
        for (feature, own) in table where plan.allows(feature) { insert(own) }
    }
}

extension SharedRights {
    package init(_ rights: Set<SharedRight>) {
        self = []
        if rights.contains(.read) { insert(.read) }
        if rights.contains(.send) { insert(.send) }
        if rights.contains(.manage) { insert(.manage) }
    }
}
