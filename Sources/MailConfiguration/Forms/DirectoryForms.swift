extension ValueForm where Value == String {
    /// The id of a directory. `files` is the source of accounts in files.
    static var directoryID: ValueForm {
        .scalar(
            "an id of up to 24 lower-case letters, digits and inner hyphens",
            schema: .object(["type": "string", "pattern": "^[a-z0-9]([a-z0-9-]{0,22}[a-z0-9])?$"]), show: { .string($0) },
            parse: { text throws(Misfit) in
                let isName = text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7a).contains($0) || $0 == 0x2d }
                guard isName, (1...24).contains(text.utf8.count), !text.hasPrefix("-"), !text.hasSuffix("-") else {
                    throw Misfit(reason: "is not one")
                }
                guard text != "files" else { throw Misfit(reason: "is what accounts of files have; choose another") }
                return text
            })
    }

    /// `ldap://host[:port]`, `ldaps://host[:port]`, `ldapi://%2fpath`; nothing behind the host (RFC 4516 without the rest).
    static var directoryURL: ValueForm {
        .scalar(
            "a URL such as ldaps://ldap.acme.example",
            schema: .object(["type": "string", "pattern": "^ldap(s|i)?://", "maxLength": 1024]), show: { .string($0) },
            parse: { text throws(Misfit) in
                guard text.utf8.count <= 1024, text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
                    throw Misfit(reason: "holds other than visible ASCII")
                }
                let schemes = ["ldap://", "ldaps://", "ldapi://"]
                guard let scheme = schemes.first(where: { text.hasPrefix($0) }) else {
                    throw Misfit(reason: "begins with none of \(schemes.joined(separator: ", "))")
                }
                let rest = text.dropFirst(scheme.count)
                let place = rest.hasSuffix("/") ? rest.dropLast() : rest
                guard !place.contains(where: { "/?#@ ".contains($0) }) else {
                    throw Misfit(reason: "has more than a host and a port")
                }
                guard !place.isEmpty || scheme == "ldapi://" else { throw Misfit(reason: "names no host") }
                return scheme + place
            })
    }

    /// A distinguished name (RFC 4514), looked at roughly: the library judges it in the end.
    static var distinguishedName: ValueForm {
        .scalar(
            "a distinguished name such as dc=acme,dc=example", schema: .object(["type": "string", "maxLength": 1024]),
            show: { .string($0) },
            parse: { text throws(Misfit) in
                guard DirectorySyntax.isDistinguishedName(text) else { throw Misfit(reason: "is not one") }
                return text
            })
    }

    /// What a simple bind takes: a DN, or Active Directory's `user@domain`.
    static var bindName: ValueForm {
        .scalar(
            "a distinguished name, or for active-directory user@domain", schema: .object(["type": "string", "maxLength": 1024]),
            show: { .string($0) },
            parse: { text throws(Misfit) in
                let isPrincipal = text.contains("@") && !text.contains(where: \.isWhitespace) && !text.utf8.contains(0)
                guard DirectorySyntax.isDistinguishedName(text) || isPrincipal else { throw Misfit(reason: "is neither") }
                return text
            })
    }

    /// RFC 4515.
    static var searchFilter: ValueForm {
        .scalar(
            "a search filter such as (objectClass=inetOrgPerson)", schema: .object(["type": "string", "maxLength": 4096]),
            show: { .string($0) },
            parse: { text throws(Misfit) in
                if let fault = DirectorySyntax.fault(inFilter: text) { throw Misfit(reason: fault) }
                return text
            })
    }

    /// An attribute's name or OID (RFC 4512 §1.4), with options.
    static var attribute: ValueForm {
        .scalar(
            "the name of an attribute",
            schema: .object(["type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9.;-]{0,127}$"]), show: { .string($0) },
            parse: { text throws(Misfit) in
                guard DirectorySyntax.isAttribute(text) else { throw Misfit(reason: "is not one") }
                return text
            })
    }
}

extension ValueForm where Value == [String] {
    /// One attribute, or a list of them in order of preference; `[]` for none.
    static var attributeNames: ValueForm {
        let one = ValueForm<String>.attribute
        let many = one.list(of: "attributes", atMost: 16)
        return ValueForm(
            wanted: "the name of an attribute, or a list of them",
            schema: .object(["oneOf": .array([one.schema, many.schema])]),
            read: { node, label, reading in
                if case .scalar = node.content { return one.read(node, label, reading).map { [$0] } }
                return many.read(node, label, reading)
            }, show: { .strings($0) })
    }
}
