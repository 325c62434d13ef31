internal import Mail

/// Finds a user's password hash in the files.
struct PasswordRules {
    let findings: Findings
    let secrets: SecretRules

    func hash(of user: DeclaredUser) -> Located<String>? {
        guard let file = user.passwordHashFile else { return user.passwordHash }
        if let hash = user.passwordHash {
            findings.report(
                "conflict", at: file.place, "a user has password_hash or password_hash_file, not both",
                related: [RelatedPlace(hash.position, "password_hash")])
        }
        return hash(in: file)
    }

    private func hash(in file: Located<String>) -> Located<String>? {
        secrets.octets(of: file).flatMap { check(String(decoding: $0, as: UTF8.self), file) }
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
