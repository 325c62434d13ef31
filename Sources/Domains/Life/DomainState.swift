/// How far a hosted domain has come. Mail is taken and signed only for a domain that is `active`.
package enum DomainState: String, Codable, Sendable {
    /// Named in the files; nobody has shown yet that the tenant holds it.
    case declared
    /// Takes mail: its ownership was proven, which makes a generation at once, or the host allows domains without proof.
    case active
    /// Gone from the files; kept until the grace period is over, so that it is proven at once when it comes back.
    case retiring
}
