internal import Mail

/// A file of domains/ as written.
struct DeclaredDomain: Sendable {
    var name: Located<DomainName>
    var aliasOf: Located<DomainName>?
    var catchAll: Located<Reference>?
    var plusAddressing: Located<Bool>?
    var ownership: OwnershipConfiguration
    var dkim: DKIMConfiguration
    var spf: SPFConfiguration
    var dmarc: DMARCConfiguration
    var mtaSTS: MTASTSConfiguration
    var dns: DeclaredPublishing
}

/// The table of a domain's file.
enum DomainFile {
    static let name = Field<DomainName>.required("name", .domainName, "The domain; the file is called by it.")
    static let aliasOf = Field<DomainName>.optional(
        "alias_of", .domainName, "Another domain of the tenant: each of its addresses exists here too.")
    static let catchAll = Field<Reference>.optional(
        "catch_all", .reference("an id or an address"), "Who gets mail to addresses that nobody has.")
    static let plusAddressing = Field<Bool>.optional(
        "plus_addressing", .boolean, "Whether rita+anything@ reaches rita@; as the plan has it where absent.")
    static let ownership = Field<OwnershipConfiguration>.section(
        "ownership", ownershipForm, "How the tenant shows that the domain is its own.")
    static let dkim = Field<DKIMConfiguration>.section("dkim", DomainPolicyForms.dkim, "Signing of outgoing mail.")
    static let spf = Field<SPFConfiguration>.section("spf", DomainPolicyForms.spf, "The wanted SPF record.")
    static let dmarc = Field<DMARCConfiguration>.section("dmarc", DomainPolicyForms.dmarc, "The wanted DMARC record.")
    static let mtaSTS = Field<MTASTSConfiguration>.section("mta_sts", DomainPolicyForms.mtaSTS, "The wanted MTA-STS policy.")
    static let dns = Field<DeclaredPublishing>.section("dns", PublishingForm.form, "Who puts the records into DNS.")

    static let form = ValueForm<DeclaredDomain>.object(
        "a domain",
        [FileKind.version, name, aliasOf, catchAll, plusAddressing, ownership, dkim, spf, dmarc, mtaSTS, dns], build: build)

    @Sendable private static func build(_ object: ObjectReader) -> DeclaredDomain? {
        _ = object.value(FileKind.version)
        let names = (object.located(name), object.located(aliasOf), object.located(catchAll), object.located(plusAddressing))
        let records = (object.value(dkim), object.value(spf), object.value(dmarc), object.value(mtaSTS))
        let (ownership, dns) = (object.value(ownership), object.value(dns))
        guard let name = names.0, let ownership, let dns, let dkim = records.0, let spf = records.1, let dmarc = records.2,
            let mtaSTS = records.3
        else { return nil }
        return DeclaredDomain(
            name: name, aliasOf: names.1, catchAll: names.2, plusAddressing: names.3, ownership: ownership, dkim: dkim,
            spf: spf, dmarc: dmarc, mtaSTS: mtaSTS, dns: dns)
    }

    static let proof = Field<OwnershipProof>.optional(
        "proof", .choice(), default: .dns, "A TXT record (dns) or a file on the domain's web site (web).")
    static let ownershipForm = ValueForm<OwnershipConfiguration>.object("ownership", [proof]) { object in
        object.value(proof).map(OwnershipConfiguration.init)
    }
}
