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
            Asks what is not given as an option, where there is a terminal; the answer in brackets is taken at Enter. Nothing is in \
            force before 'malaposta apply'.
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
        let name = try DomainName(Question.ask("Full name of this host", hostName, or: Machine.name))
        let domain = try DomainName(Question.ask("First mail domain", domain, or: Self.parent(of: name)))
        let proposed = domain.ascii.split(separator: ".").first.map(String.init) ?? "first"
        let tenant = try TenantID(Question.ask("Id of the first tenant", tenant, or: proposed))
        let user = try Question.ask("First user, before the @", user, or: "admin")
        var answers = FirstHost(hostName: name, tenant: tenant, domain: domain, user: user)
        answers.tenantName = try Question.ask("Name of the tenant", tenantName, or: tenant.text)
        answers.language = try Question.ask("Language, en or pt", language, or: "en")
        answers.userName = try Question.ask("Name of the user", userName, or: user)
        answers.passwordHash = try await password(of: user)
        answers.certificate = certificate.flatMap { chain in key.map { (chain: absolute(chain), key: absolute($0)) } }
        answers.allowsUnproven = allowUnproven
        answers.hasIPv6 = Machine.hasIPv6
        return answers
    }

    private func password(of user: String) async throws -> String? {
        if passwordStdin { return try await FirstPassword.hash(PasswordPrompt.line()) }
        guard Question.canAsk else { return nil }
        return try await FirstPassword.hash(PasswordPrompt.twice(for: user))
    }

    private static func parent(of name: DomainName) -> String {
        let labels = name.ascii.split(separator: ".")
        return labels.count > 2 ? labels.dropFirst().joined(separator: ".") : name.ascii
    }
}

/// A question at the terminal.
private enum Question {
    static var canAsk: Bool { isatty(STDIN_FILENO) == 1 }

    /// - Parameters:
    ///   - given: the option's value, which is not asked for again.
    ///   - proposal: what Enter stands for, and the answer where nobody can be asked.
    static func ask(_ text: String, _ given: String?, or proposal: String) throws -> String {
        if let given { return given }
        guard canAsk else { return proposal }
        print("\(text) [\(proposal)]: ", terminator: "")
        fflush(nil)
        guard let line = readLine() else { throw CommandRefusal("Nothing was written.") }
        let answer = line.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        return answer.isEmpty ? proposal : answer
    }
}
