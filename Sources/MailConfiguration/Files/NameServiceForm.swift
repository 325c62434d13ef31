/// The section `dns` of malaposta.yaml.
enum NameServiceForm {
    static let forwardTo = Field<[Located<String>]>.optional(
        "forward_to", ValueForm<String>.nameServer.distinctList(of: "name servers"), default: [],
        "Resolvers asked instead of the root's servers; what they say is validated all the same.")
    static let trustAnchorFile = Field<String>.optional(
        "trust_anchor_file", .absolutePath, "Keys that validation begins with, instead of the root's; for closed networks.")
    static let privateServers = Field<Bool>.optional(
        "private_servers", .boolean, default: false,
        "Also asks name servers and web sites at addresses that are not the world's; for closed networks.")

    static let form = ValueForm<NameServiceConfiguration>.object(
        "dns", [forwardTo, trustAnchorFile, privateServers]
    ) { object in
        let parts = (object.value(forwardTo), object.value(trustAnchorFile), object.value(privateServers))
        guard let forwardTo = parts.0, let asksPrivate = parts.2 else { return nil }
        return NameServiceConfiguration(
            forwardTo: forwardTo.map(\.value), trustAnchorFile: parts.1, asksPrivate: asksPrivate)
    }
}
