import ArgumentParser
import ControlPlane
import Glibc
import Mail
import MailConfiguration

/// `malaposta setup`: the first files of a new host.
struct SetupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup", abstract: "Write the first configuration files, into an empty folder only.",
        discussion: """
            Asks what is not given as an option, where there is a terminal; the answer in brackets is taken at Enter, and what cannot \
            be is asked again. Nothing is in force before 'malaposta apply'.
            """)

    @OptionGroup var host: HostOptions
    @Option(help: ArgumentHelp("This host's full name, as DNS knows it.", valueName: "name")) var hostName: String?
    @Option(help: ArgumentHelp("The first tenant's id: lower-case letters, digits, hyphens.", valueName: "id")) var tenant:
        String?
    @Option(help: ArgumentHelp("The tenant's name for people.", valueName: "text")) var tenantName: String?
    @Option(help: ArgumentHelp("Language of pages and notices: en or pt.", valueName: "code")) var language: String?
    @Option(help: ArgumentHelp("The tenant's first mail domain.", valueName: "domain")) var domain: String?
    @Option(help: ArgumentHelp("The first user: what stands before the @.", valueName: "name")) var user: String?
    @Option(help: ArgumentHelp("The user's name for people.", valueName: "text")) var userName: String?
    @Flag(help: "Read the user's password from standard input: one line.") var passwordStdin = false
    @Option(help: ArgumentHelp("A certificate and its chain, PEM; self-signed without it.", valueName: "file"))
    var certificate: String?
    @Option(help: ArgumentHelp("The certificate's key, PEM.", valueName: "file")) var key: String?
    @Flag(help: "Take mail for domains that are not proven in DNS: for closed networks.") var allowUnproven = false

    func validate() throws {
        guard (certificate == nil) == (key == nil) else { throw ValidationError("--certificate and --key go together.") }
    }

    mutating func run() async throws {
        // The control plane, another user, reads what is no secret.
        umask(0o022)
        let writing = NewConfiguration(folder: host.folders.configuration, group: NewConfiguration.controlGroup)
        try writing.checkEmpty()
        let answers = try await answers()
        try await told { try writing.write(answers.files) }
        print(
            """

            \(host.folders.configuration) has its first files; they are yours. Next:
              malaposta plan     what they mean for the mail
              malaposta apply    puts them in force
            """)
        if answers.passwordHash == nil {
            print("  malaposta user password \(answers.user)@\(answers.domain.unicode)")
        }
    }

    private func answers() async throws -> FirstHost {
        // A machine that has only a short name cannot be told from others by it.
        let own = Machine.name.contains(".") ? Machine.name : nil
        let name = try Question.ask("Full name of this host", hostName, or: own) { try DomainName($0) }
        let domain = try Question.ask("First mail domain", domain, or: Self.parent(of: name)) { try DomainName($0) }
        let proposed = domain.ascii.split(separator: ".").first.map(String.init)
        let tenant = try Question.ask("Id of the first tenant", tenant, or: proposed) { try TenantID($0) }
        let user = try Question.ask("First user, before the @", user, or: "admin") { text in
            _ = try Address("\(text)@\(domain.ascii)")
            // It is the account's id as well.
            guard LocalID(text) != nil else {
                throw CommandRefusal("1 to 63 lower-case letters, digits, and inner hyphens, dots and underscores")
            }
            return text
        }
        var answers = FirstHost(hostName: name, tenant: tenant, domain: domain, user: user)
        answers.tenantName = try Question.ask("Name of the tenant", tenantName, or: tenant.text) { $0 }
        answers.language = try Question.ask("Language, en or pt", language, or: Language.english.rawValue) { text in
            guard let language = Language(rawValue: text) else { throw CommandRefusal("it is en or pt") }
            return language.rawValue
        }
        answers.userName = try Question.ask("Name of the user", userName, or: user) { $0 }
        answers.passwordHash = try await password(of: user, names: [user, "\(user)@\(domain.unicode)", answers.userName])
        answers.certificate = certificate.flatMap { chain in key.map { (chain: absolute(chain), key: absolute($0)) } }
        answers.allowsUnproven = allowUnproven
        answers.hasIPv6 = Machine.hasIPv6
        return answers
    }

    private func password(of user: String, names: [String]) async throws -> String? {
        if passwordStdin { return try await told { try await FirstPassword.hash(PasswordPrompt.line(), of: names) } }
        guard Question.canAsk else { return nil }
        while true {
            let typed = try PasswordPrompt.twice(for: user)
            do { return try await FirstPassword.hash(typed, of: names) } catch { print("  \(error)") }
        }
    }

    /// Nil for a name of one label, whose mail nobody could send to.
    private static func parent(of name: DomainName) -> String? {
        let labels = name.ascii.split(separator: ".")
        return labels.count > 2 ? labels.dropFirst().joined(separator: ".") : labels.count == 2 ? name.ascii : nil
    }
}

/// A question at the terminal.
private enum Question {
    static var canAsk: Bool { isatty(STDIN_FILENO) == 1 }

    /// - Parameters:
    ///   - given: the option's value, which is not asked for again.
    ///   - proposal: what Enter stands for, and the answer where nobody can be asked; nil where nothing can be proposed.
    ///   - read: makes the answer of what was typed; what it throws is told, and the question asked again.
    /// - Throws: what `read` throws where nobody can be asked again.
    static func ask<Answer>(
        _ text: String, _ given: String?, or proposal: String?, _ read: (String) throws -> Answer
    ) throws -> Answer {
        if let given { return try read(given) }
        guard canAsk else {
            guard let proposal else {
                throw CommandRefusal("\(text): not given as an option, and there is no terminal to ask at")
            }
            return try read(proposal)
        }
        while true {
            print(text + (proposal.map { " [\($0)]" } ?? "") + ": ", terminator: "")
            fflush(nil)
            guard let line = readLine() else { throw CommandRefusal("Nothing was written.") }
            let typed = line.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
            do { return try read(typed.isEmpty ? proposal ?? "" : typed) } catch { print("  \(error)") }
        }
    }
}
