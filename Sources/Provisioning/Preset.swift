/// The directory products whose attribute maps are known.
package enum Preset: String, CaseIterable, Sendable {
    case openldap
    case activeDirectory = "active-directory"
    case freeipa
    case lldap
    case custom
}
