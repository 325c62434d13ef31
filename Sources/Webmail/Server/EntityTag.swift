/// Strong entity tags (RFC 9110 §8.8.3), one for each coding of a thing: their octets differ.
enum EntityTag {
    /// Whether `If-None-Match` names `tag`, compared weakly (RFC 9110 §13.1.2).
    static func isNamed(_ tag: String, in field: String?) -> Bool {
        guard let field else { return false }
        return field.split(separator: ",").contains { member in
            let named = member.filter { $0 != " " && $0 != "\t" }
            return named == "*" || named == tag || named == "W/\(tag)"
        }
    }
}
