/// How far a hosted domain has come. Mail is taken and signed only for a domain that is `active`.
package enum DomainState: String, Sendable {
    /// Named in the files; nobody has shown yet that the tenant holds it.
    case declared
    /// Its ownership was proven, or the host allows domains without proof.
    case active
    /// Gone from the files; kept until the grace period is over.
    case retiring
}
