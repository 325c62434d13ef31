internal import Mail

/// Finds a user's password hash in the files.
struct PasswordRules {
    let tenant: String
    let findings: Findings
    let readSecret: (String) throws(FileProblem) -> [UInt8]

    func hash(of user: DeclaredUser) -> Located<String>? {
        guard let file = user.passwordHashFile else { return user.passwordHash }
        if let hash = user.passwordHash {
            findings.report(
                "conflict", at: file.place, "a user has password_hash or password_hash_file, not both",
                related: [RelatedPlace(hash.position, "password_hash")])
        }
        return hash(in: file)
    }

    /// The file is in the tenant's folder, so that no tenant can make the host read what it may not.
    private func hash(in file: Located<String>) -> Located<String>? {
        guard !file.value.hasPrefix("/"), !file.value.split(separator: "/").contains("..") else {
            findings.report(
                "outside-folder", at: file.place, "\(Quoted.text(file.value)) is not in the tenant's folder, tenants/\(tenant)")
            return nil
        }
        do throws(FileProblem) {
            let octets = try readSecret("tenants/\(tenant)/\(file.value)")
            return check(String(decoding: octets, as: UTF8.self), file)
        } catch {
            findings.report(error.code, at: file.place, "\(Quoted.text(file.value)) \(error.reason)")
            return nil
        }
    }

    private func check(_ text: String, _ file: Located<String>) -> Located<String>? {
        let line = String(text.prefix { !$0.isNewline })
        do throws(Misfit) {
            return Located(try PasswordHash.checked(line), at: file.place)
        } catch {
            findings.report("bad-value", at: file.place, "the first line of \(Quoted.text(file.value)) \(error.reason)")
            return nil
        }
    }
}
