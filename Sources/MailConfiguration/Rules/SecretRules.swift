/// Reads the secrets that a tenant's files name.
struct SecretRules {
    let tenant: String
    let findings: Findings
    let readSecret: (String) throws(FileProblem) -> [UInt8]

    /// The file is in the tenant's folder, so that no tenant can make the host read what it may not. Nil where it cannot be
    /// read, which is reported.
    func octets(of file: Located<String>) -> [UInt8]? {
        guard !file.value.hasPrefix("/"), !file.value.split(separator: "/").contains("..") else {
            findings.report(
                "outside-folder", at: file.place, "\(Quoted.text(file.value)) is not in the tenant's folder, tenants/\(tenant)")
            return nil
        }
        do throws(FileProblem) { return try readSecret(path(of: file)) } catch {
            findings.report(error.code, at: file.place, "\(Quoted.text(file.value)) \(error.reason)")
            return nil
        }
    }

    /// From the configuration folder on.
    func path(of file: Located<String>) -> String { "tenants/\(tenant)/\(file.value)" }
}
