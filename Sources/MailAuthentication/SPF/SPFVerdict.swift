/// What an SPF evaluation comes to (RFC 7208 §2.6).
package enum SPFVerdict: String, Sendable {
    case none, neutral, pass, fail, softfail, temperror, permerror
}

/// Why an evaluation ends in an error.
package enum SPFProblem: String, Sendable, Hashable {
    /// A record that does not follow the grammar (RFC 7208 §12).
    case syntax
    /// A domain with more than one record (§4.5).
    case several
    /// Beyond one of the limits of §4.6.4.
    case lookups, voidLookups, exchanges
    /// `include` or `redirect` leads to a domain without a record (§5.2, §6.1).
    case missingInclude, missingRedirect
    /// A look-up failed for now; asked again, it may work.
    case unreachable
}
