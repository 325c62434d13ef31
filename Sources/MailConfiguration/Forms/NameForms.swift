internal import Mail

extension ValueForm where Value == DomainName {
    static var domainName: ValueForm {
        .scalar(
            "a domain name such as acme.example", schema: .object(["type": "string", "minLength": 1, "maxLength": 253]),
            show: { .string($0.unicode) },
            parse: { text throws(Misfit) in
                do {
                    let name = try DomainName(text)
                    guard name.ascii.contains(".") else { throw Misfit(reason: "has only one label") }
                    return name
                } catch let misfit as Misfit {
                    throw misfit
                } catch {
                    throw Misfit(reason: "is not one: \(error)")
                }
            })
    }
}

extension ValueForm where Value == Address {
    static var address: ValueForm {
        .scalar(
            "an address such as rita@acme.example", schema: .object(["type": "string", "minLength": 3, "maxLength": 320]),
            show: { .string($0.description) },
            parse: { text throws(Misfit) in
                do {
                    return try Address(text)
                } catch {
                    throw Misfit(reason: "is not one: \(error)")
                }
            })
    }
}

extension ValueForm where Value == TenantID {
    static var tenantID: ValueForm {
        .scalar(
            "an id of lower-case letters, digits and inner hyphens",
            schema: .object(["type": "string", "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"]), show: { .string($0.text) },
            parse: { text throws(Misfit) in
                do { return try TenantID(text) } catch { throw Misfit(reason: "is not one") }
            })
    }
}

extension ValueForm where Value == LocalID {
    static var localID: ValueForm {
        .scalar(
            "an id of lower-case letters, digits, and inner hyphens, dots and underscores",
            schema: .object(["type": "string", "pattern": "^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$"]), show: { .string($0.text) },
            parse: { text throws(Misfit) in
                guard let id = LocalID(text) else { throw Misfit(reason: "is not one") }
                return id
            })
    }
}

extension ValueForm where Value == Reference {
    /// Somebody of the same tenant, or with `external_forwarding` any address.
    static func reference(_ wanted: String) -> ValueForm {
        .scalar(
            wanted, schema: .object(["type": "string", "minLength": 1, "maxLength": 320]), show: { .string($0.text) },
            parse: { text throws(Misfit) in
                if let id = LocalID(text) { return .id(id) }
                guard text.contains("@") else { throw Misfit(reason: "is neither an id nor an address") }
                do {
                    return .address(try Address(text))
                } catch {
                    throw Misfit(reason: "is neither an id nor an address: \(error)")
                }
            })
    }
}

/// How one object of the files names another: by its id, or by one of its addresses.
enum Reference: Sendable, Hashable {
    case id(LocalID)
    case address(Address)

    var text: String {
        switch self {
        case .id(let id): id.text
        case .address(let address): address.description
        }
    }
}
